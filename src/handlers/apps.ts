import { siteUrls } from '../app/record.ts';
import type { App } from '../generated/covey/v1/App.ts';
import type { AppsReply } from '../generated/covey/v1/AppsReply.ts';
import type { NodeStatus } from '../generated/covey/v1/NodeStatus.ts';
import type { Handler } from '../rpc/handler.ts';
import { balancedRows } from './balanced-nodes.ts';
import type { Deps } from './deps.ts';
import { type Records, recordsOf } from './records.ts';
import { ifHeard } from './see.ts';

/** As `App` of the proto file. */
interface Row extends App {
  name: string;
  error: string;
}

/** All apps of the cluster, by name; one whose record cannot be read shows its error. */
export function apps({ memory }: Pick<Deps, 'memory'>): Handler<unknown, AppsReply> {
  return async () => {
    const { apps: viewed, maintenance } = memory.view();
    // The records are on the disk, and are shown also while nobody has told anything yet.
    const nodes = ifHeard(() => memory.nodes());
    return { apps: appRows(recordsOf(viewed), maintenance, nodes) };
  };
}

/** What the records say, by name; of those that cannot be read why. `nodes` as in `balancedRows`. */
export function appRows(
  records: Records,
  inMaintenance: ReadonlySet<string>,
  nodes: readonly NodeStatus[] | undefined,
): Row[] {
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
    balanced: balancedRows({ name, record, index }, nodes),
  }));
  const unreadable = records.unreadable.map(({ name, index, error }) => ({
    name,
    generation: index,
    maintenance: inMaintenance.has(name),
    error,
  }));
  return [...readable, ...unreadable].toSorted((a, b) => (a.name < b.name ? -1 : 1));
}
