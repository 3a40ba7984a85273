import { createHash } from 'node:crypto';
import { encodeBase64, hashSync } from 'bcryptjs';

/** 2^10 rounds, some 60 ms; Caddy remembers what it has checked. */
const ROUNDS = 10;
const REMEMBERED = 500;
const known = new Map<string, string>();

/**
 * The bcrypt hash of a password that v1 had in the clear. The same password gives the same hash, on every node and in
 * every run, for a new one would be a new configuration, and so a reload of Caddy at each render. So the salt is made
 * from what the password is for, and not from the password: a quick hash of that next to the slow one would undo it.
 * @param owner site and user; as secret as they are
 */
export function hashPassword(password: string, owner: string): string {
  const key = createHash('sha256')
    .update(JSON.stringify([owner, password]))
    .digest('base64');
  const before = known.get(key);
  if (before !== undefined) return before;
  const bytes = createHash('sha256').update(`covey basicauth ${owner}`).digest().subarray(0, 16);
  const hash = hashSync(password, `$2b$${ROUNDS}$${encodeBase64([...bytes], 16)}`);
  const oldest = known.keys().next().value;
  if (known.size >= REMEMBERED && oldest !== undefined) known.delete(oldest);
  known.set(key, hash);
  return hash;
}
