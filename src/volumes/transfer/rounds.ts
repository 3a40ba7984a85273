/**
 * How often the volumes of a running app are sent at most: the full copy and four more. Rounds that just halve what is
 * left bring 2 GB to 125 MB by then; where that is not enough the app writes too much for further rounds to help.
 */
export const MOST_ROUNDS = 5;

/**
 * What is not worth another round: it crosses in a fraction of a second, about as long as the snapshot, the connection
 * and the verdict of a round take, however little it sends.
 */
const LITTLE_BYTES = 16 * 1024 * 1024;

/**
 * Whether to send once more, while the app runs, what was written during the last round. `sent` are the bytes of the
 * rounds so far. They shrink as long as the app writes more slowly than it is sent; a round that took more than half
 * of the one before shows that the next would gain little.
 */
export function worthAnotherRound(sent: readonly number[], most: number): boolean {
  const last = sent.at(-1) ?? 0;
  const before = sent.at(-2) ?? Number.POSITIVE_INFINITY;
  return sent.length < most && last > LITTLE_BYTES && last < before / 2;
}
