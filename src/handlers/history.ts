import { newestOperations, type PastOperation, parseOperations } from '../app/history.ts';
import { APP_PREFIX, OPERATIONS_PREFIX } from '../app/keys.ts';
import type { Kv } from '../consul/kv.ts';
import { asCoveyError, CoveyError } from '../errors.ts';
import type { HistoryReply } from '../generated/covey/v1/HistoryReply.ts';
import type { HistoryRequest__Output } from '../generated/covey/v1/HistoryRequest.ts';
import type { PastOperation as PastOperationMessage } from '../generated/covey/v1/PastOperation.ts';
import type { Handler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';

const DEFAULT = 20;
const MOST = 1_000;

type Named = PastOperation & { app: string };

/** What was done to an app, or to all; any peer reads it from Consul. */
export function history({ kv }: Pick<Deps, 'kv'>): Handler<HistoryRequest__Output, HistoryReply> {
  return async ({ app, limit }, { signal }) => {
    if (limit < 0 || limit > MOST) {
      throw new CoveyError('invalid', `${limit} operations are not to be had.`, {
        hint: `Ask for 1 to ${MOST}.`,
      });
    }
    const { operations, problems } = app === '' ? await all() : { operations: await of(app), problems: [] };
    return { operations: newestOperations(operations, limit || DEFAULT).map(told), problems };

    async function of(name: string): Promise<Named[]> {
      const found = await operationsOf(kv, name, signal);
      if (found) return found;
      if (await kv.get(`${APP_PREFIX}${name}`, { signal })) return [];
      throw new CoveyError('not-found', `There is no app ${name}, and no history of one.`, {
        hint: 'covey apps lists the apps, covey history what was done to all.',
      });
    }

    /** A history that cannot be read hinders no other. */
    async function all(): Promise<{ operations: Named[]; problems: string[] }> {
      const operations: Named[] = [];
      const problems: string[] = [];
      for (const { key, value } of await kv.list(OPERATIONS_PREFIX, { signal })) {
        const name = key.slice(OPERATIONS_PREFIX.length);
        try {
          operations.push(...parseOperations(key, value).map((each) => ({ ...each, app: name })));
        } catch (thrown) {
          problems.push(asCoveyError(thrown).message);
        }
      }
      return { operations, problems };
    }
  };
}

/** What was done to one app, oldest first; undefined where nothing was written down. Errors: `invalid` for what cannot be read. */
export async function operationsOf(
  kv: Pick<Kv, 'get'>,
  app: string,
  signal: AbortSignal,
): Promise<Named[] | undefined> {
  const key = `${OPERATIONS_PREFIX}${app}`;
  const found = await kv.get(key, { signal });
  return found && parseOperations(key, found.value).map((each) => ({ ...each, app }));
}

/** As a reply has it. */
export function told({ from, to, error, ...operation }: Named): PastOperationMessage {
  return {
    ...operation,
    errorCode: error?.code ?? '',
    errorMessage: error?.message ?? '',
    fromMaster: from?.master ?? '',
    fromSlave: from?.slave ?? '',
    toMaster: to?.master ?? '',
    toSlave: to?.slave ?? '',
  };
}
