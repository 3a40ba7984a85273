/** Messages that no test produces, as they stand in docs/errors.md, each with its reason. */
export const untested: ReadonlyMap<string, string> = new Map([
  ['No mount holds <real>', 'only in a chroot whose root is no mount; on a node "/" always is one'],
  ['The peer stops.', 'ends what a peer does in the background when it stops; nobody is told'],
  [
    'btrfs receive ended before the stream did',
    'btrfs reads on until its input ends, or fails with a message of its own; this keeps a transfer from waiting if it ever does not',
  ],
]);
