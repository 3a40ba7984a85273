import { parseRecord } from '../../app/record.ts';
import type { ActionDeps, Performed } from './action.ts';

/** Seconds between two checks of a site. */
const CHECK_INTERVAL = 60;

/** Lets the node's proxies judge the app's part of the configuration. */
export function check({ checkRoutes }: ActionDeps): Performed<'check'> {
  return {
    run: async ({ name, record }, { signal }) => checkRoutes(name, parseRecord(name, record), signal),
  };
}

/** Registers the app's service and checks with the node's Consul agent, or takes them away. */
export function register({ registration, internalCertificates }: ActionDeps): Performed<'register'> {
  const set = async (name: string, urls: readonly string[] | null, signal: AbortSignal): Promise<void> => {
    if (urls === null) return registration.deregister(name, signal);
    const checks = urls.map((url) => ({
      url,
      intervalSeconds: CHECK_INTERVAL,
      tlsSkipVerify: internalCertificates,
    }));
    await registration.register({ id: name, name, checks }, name, signal);
  };
  return {
    run: async ({ name, urls }, { signal }) => set(name, urls, signal),
    undo: async ({ name, before }, _result, { signal }) => set(name, before, signal),
  };
}
