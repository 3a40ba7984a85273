/** `%Y-%m-%dT%H%M%S.%f` in UTC, as in `deploy_date`: six digits of fraction. */
export function formatDeployDate(date: Date): string {
  const [day, rest] = date.toISOString().split('T') as [string, string];
  const [time, milliseconds] = rest.replace('Z', '').split('.') as [string, string];
  return `${day}T${time.replaceAll(':', '')}.${milliseconds}000`;
}

/** Unix milliseconds of a `deploy_date`; null for what is none. */
export function parseDeployDate(text: string): number | null {
  const match = /^(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)(\d\d)\.(\d{1,6})$/.exec(text);
  if (!match) return null;
  const [, day, hour, minute, second, fraction = ''] = match;
  const at = Date.parse(`${day}T${hour}:${minute}:${second}.${fraction.padEnd(3, '0').slice(0, 3)}Z`);
  return Number.isNaN(at) ? null : at;
}
