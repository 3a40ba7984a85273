import { randomUUID } from 'node:crypto';
import { maintenanceOperation, withOperation } from '../app/history.ts';
import { APP_PREFIX, MAINTENANCE_PREFIX } from '../app/keys.ts';
import { CoveyError } from '../errors.ts';
import type { MaintenanceReply } from '../generated/covey/v1/MaintenanceReply.ts';
import type { MaintenanceRequest__Output } from '../generated/covey/v1/MaintenanceRequest.ts';
import type { Handler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';
import { noteOperation } from './note-operation.ts';

/** Sets or removes an app's maintenance key, as an operator may do by hand. */
export function maintenance({
  kv,
  logger,
  node,
}: Deps): Handler<MaintenanceRequest__Output, MaintenanceReply> {
  return async ({ app, on }, { signal, caller }) => {
    const begun = Date.now();
    if (app === '' || !(await kv.get(`${APP_PREFIX}${app}`, { signal }))) {
      throw new CoveyError('not-found', `There is no app ${app || '(no name given)'}.`, {
        hint: 'covey apps lists them.',
      });
    }
    const key = `${MAINTENANCE_PREFIX}${app}`;
    const was = (await kv.get(key, { signal, consistent: true })) !== undefined;
    if (on) await kv.put(key, JSON.stringify({ by: caller.name, since: new Date().toISOString() }), signal);
    else await kv.remove(key, undefined, signal);
    logger.info({ app, by: caller.name }, `maintenance ${on ? 'begins' : 'ends'}`);
    if (was === on) return {};
    const ended = { id: randomUUID(), coordinator: node, begun, ended: Date.now(), by: caller.name };
    await noteOperation({ kv, logger, app }, (history) =>
      withOperation(history, {
        ...ended,
        ...{ operation: maintenanceOperation(on), outcome: 'done', pending: false },
      }),
    );
    return {};
  };
}
