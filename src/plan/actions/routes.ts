import { parseRecord } from '../../app/record.ts';
import { fromServiceJson, ownedBy } from '../../consul/registration.ts';
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
  type Wanted = { urls: readonly string[] | null; definition: string };

  const set = async (name: string, { urls, definition }: Wanted, signal: AbortSignal): Promise<void> => {
    if (urls === null) return registration.deregister(name, signal);
    if (definition !== '')
      return registration.register(ownedBy(fromServiceJson(definition), name), name, signal);
    const checks = urls.map((url) => ({
      url,
      intervalSeconds: CHECK_INTERVAL,
      tlsSkipVerify: internalCertificates,
    }));
    await registration.register({ id: name, name, checks }, name, signal);
  };

  /** The original registered a service.json as it was: such a service has another ID, and nobody's mark. */
  const clearOriginal = async (name: string, definition: string, signal: AbortSignal): Promise<void> => {
    if (definition === '') return;
    const { id } = fromServiceJson(definition);
    const services = await registration.registered(signal);
    const isLeft = id !== name && services.some((each) => each.id === id && each.app === undefined);
    if (isLeft) await registration.deregister(id, signal);
  };

  return {
    run: async ({ name, urls, definition, definitionBefore }, { signal }) => {
      await set(name, { urls, definition }, signal);
      await clearOriginal(name, definition || definitionBefore, signal);
    },
    undo: async ({ name, before, definitionBefore }, _result, { signal }) =>
      set(name, { urls: before, definition: definitionBefore }, signal),
  };
}
