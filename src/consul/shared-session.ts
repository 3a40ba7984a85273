import type { ConsulClient } from './client.ts';
import { openSession, type Session } from './session.ts';

/** One session for all locks that a process takes by it, opened when it is first needed; a new one after it was lost. */
export function sharedSession(consul: ConsulClient, name: string) {
  let opening: Promise<Session> | undefined;
  let current: Session | undefined;
  const open = async () => {
    try {
      current = await openSession(consul, { name, behavior: 'release' });
      return current;
    } finally {
      opening = undefined;
    }
  };
  /** No caller's signal: all callers of the moment share the attempt. */
  const get = async (): Promise<Session> => {
    if (current && !current.lost.aborted) return current;
    opening ??= open();
    return opening;
  };
  /** Consul says that it is over; its own renewal will hear so too, and abort `lost`. */
  const forget = (session: Session) => {
    if (current === session) current = undefined;
  };
  const close = async () => {
    const last = opening ? await opening : current;
    current = undefined;
    await last?.close();
  };
  return { get, forget, close };
}
