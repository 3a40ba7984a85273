import { MAINTENANCE_PREFIX } from '../app/keys.ts';
import { siteUrls } from '../app/record.ts';
import type { App } from '../generated/covey/v1/App.ts';
import type { AppsReply } from '../generated/covey/v1/AppsReply.ts';
import type { Handler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';
import { loadRecords, type Records } from './records.ts';

/** As `App` of the proto file. */
interface Row extends App {
  name: string;
  error: string;
}

/** All apps of the cluster, by name; one whose record cannot be read shows its error. */
export function apps({ kv }: Deps): Handler<unknown, AppsReply> {
  return async (_request, { signal }) => {
    const [records, maintenance] = await Promise.all([
      loadRecords(kv, signal),
      kv.list(MAINTENANCE_PREFIX, { signal }),
    ]);
    return {
      apps: appRows(records, new Set(maintenance.map((entry) => entry.key.slice(MAINTENANCE_PREFIX.length)))),
    };
  };
}

/** What the records say, by name; of those that cannot be read why. */
export function appRows(records: Records, inMaintenance: ReadonlySet<string>): Row[] {
  const readable = records.readable.map(({ name, record, index }) => ({
    name,
    repo: record.repo_url,
    branch: record.branch,
    master: record.master,
    slave: record.slave ?? '',
    deployId: record.deploy_id ?? '',
    deployDate: record.deploy_date,
    urls: siteUrls(record),
    volumes: record.volumes,
    maintenance: inMaintenance.has(name),
    generation: index,
    error: '',
  }));
  const unreadable = records.unreadable.map(({ name, index, error }) => ({
    name,
    generation: index,
    maintenance: inMaintenance.has(name),
    error,
  }));
  return [...readable, ...unreadable].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
