import { afterEach } from 'vitest';
import { type PastOperation, parseOperations } from '../../../src/app/history.ts';
import { APP_PREFIX, JOURNAL_PREFIX, MAINTENANCE_PREFIX, OPERATIONS_PREFIX } from '../../../src/app/keys.ts';
import { parseRecord } from '../../../src/app/record.ts';
import { createLogger } from '../../../src/logger.ts';
import { kv, useConsul } from '../../support/one-consul.ts';

export const APP = 'foo_master.12345';
export const KEY = `${OPERATIONS_PREFIX}${APP}`;
export const logger = createLogger({ level: 'silent' });
export const signal = new AbortController().signal;

export const history = async (app = APP): Promise<PastOperation[]> => {
  const found = await kv.get(`${OPERATIONS_PREFIX}${app}`, { consistent: true });
  return found ? parseOperations(found.key, found.value) : [];
};

/** Of the app with that master and slave. */
export const record = (master: string, slave: string | null) =>
  parseRecord(APP, JSON.stringify({ repo_url: 'r', branch: 'm', master, slave, commit: `c-${master}` }));

/** The app is on n1. */
export const given = () => kv.put(`${APP_PREFIX}${APP}`, JSON.stringify({ ...record('n1', null) }));
/** What is put down of its move to n2. */
export const moved = {
  ...{ from: { master: 'n1', slave: null }, to: { master: 'n2', slave: 'n1' }, commit: 'c-n2' },
};

/** A deploy that is done. */
export const ended = (id: string, at = 2, more: Partial<PastOperation> = {}): PastOperation => ({
  ...{ id, operation: 'deploy', by: 'alice', coordinator: 'n1', begun: 1, ended: at },
  ...{ outcome: 'done', pending: false, ...more },
});

/** For a file of tests: a Consul for all, in which nothing of one stays for the next. */
export function useHistory(): void {
  useConsul();
  afterEach(async () => {
    for (const prefix of [APP_PREFIX, JOURNAL_PREFIX, MAINTENANCE_PREFIX, OPERATIONS_PREFIX])
      for (const { key } of await kv.list(prefix)) await kv.remove(key);
  });
}
