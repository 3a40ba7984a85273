/** A number from 0 up to 1, without it. */
export type Random = () => number;

/** At most so many of the items, in random order, each as likely as any other. */
export function sample<T>(items: readonly T[], count: number, random: Random): T[] {
  const rest = [...items];
  const most = Math.min(count, rest.length);
  for (let index = 0; index < most; index++) {
    const other = index + Math.floor(random() * (rest.length - index));
    [rest[index], rest[other]] = [rest[other] as T, rest[index] as T];
  }
  return rest.slice(0, most);
}
