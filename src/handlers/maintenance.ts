import { APP_PREFIX, MAINTENANCE_PREFIX } from '../app/keys.ts';
import { CoveyError } from '../errors.ts';
import type { MaintenanceReply } from '../generated/covey/v1/MaintenanceReply.ts';
import type { MaintenanceRequest__Output } from '../generated/covey/v1/MaintenanceRequest.ts';
import type { Handler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';

/** Sets or removes an app's maintenance key, as an operator may do by hand. */
export function maintenance({ kv, logger }: Deps): Handler<MaintenanceRequest__Output, MaintenanceReply> {
  return async ({ app, on }, { signal, caller }) => {
    if (app === '' || !(await kv.get(`${APP_PREFIX}${app}`, { signal }))) {
      throw new CoveyError('not-found', `There is no app ${app || '(no name given)'}.`, {
        hint: 'covey apps lists them.',
      });
    }
    const key = `${MAINTENANCE_PREFIX}${app}`;
    if (on) await kv.put(key, JSON.stringify({ by: caller.name, since: new Date().toISOString() }), signal);
    else await kv.remove(key, undefined, signal);
    logger.info({ app, by: caller.name }, `maintenance ${on ? 'begins' : 'ends'}`);
    return {};
  };
}
