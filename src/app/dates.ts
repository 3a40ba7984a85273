/** `%Y-%m-%dT%H%M%S.%f` in UTC, as in `deploy_date`: six digits of fraction. */
export function formatDeployDate(date: Date): string {
  const [day, rest] = date.toISOString().split('T') as [string, string];
  const [time, milliseconds] = rest.replace('Z', '').split('.') as [string, string];
  return `${day}T${time.replaceAll(':', '')}.${milliseconds}000`;
}
