import { type Balanced, servicesOn } from '../app/balanced.ts';
import { type AppRecord, siteUrls } from '../app/record.ts';
import { upstreamsOf } from '../app/sites.ts';
import type { CaddyBalance } from '../render/balance.ts';
import type { CaddyApp } from '../render/caddy.ts';
import type { Balance } from '../render/haproxy/balance.ts';

/**
 * What this node knows better than an app's record, as of its generation `index`: that it is being taken out, or which release runs
 * here before that is recorded.
 */
export type BalanceState =
  | { readonly out: 'leaving' | 'gone' }
  | { readonly record: AppRecord; readonly index: number };

/** Whether this node takes part in the balance of apps, for all that ask its proxies. */
export interface BalanceControl {
  /** Resolves once Caddy serves so. Undefined: as the record says. */
  set(app: string, state: BalanceState | undefined, signal: AbortSignal): Promise<void>;
  /** Whether this node's check site says that the app answers; for `https` also, that there are certificates for all of its hosts. */
  answers(app: string, scheme: 'http' | 'https', signal: AbortSignal): Promise<boolean>;
}

/** The balance of a record that names several nodes. */
function balancedIn({ balanced }: AppRecord): Balanced | undefined {
  return balanced && balanced.nodes.length > 1 ? balanced : undefined;
}

function upstreams({ balanced, caddyfile, ct }: AppRecord): string[] {
  const own = Object.entries(ct).filter(([service]) => balanced?.services.includes(service));
  return upstreamsOf({ caddyfile, ct: Object.fromEntries(own) }).map(
    ({ container, port }) => `${container}:${port}`,
  );
}

/** Those of the hosts that several nodes have that are served over TLS. */
function tlsHosts(record: AppRecord, hosts: readonly string[]): string[] {
  const secure = siteUrls(record).flatMap((url) => /^https:\/\/([^:/]+)/.exec(url)?.[1] ?? []);
  return [...new Set(secure)].filter((host) => hosts.includes(host));
}

/** For HAProxy of each node; undefined where the app runs on its master alone. */
export function haproxyBalance(record: AppRecord): Balance | undefined {
  const balanced = balancedIn(record);
  if (balanced === undefined) return undefined;
  const { nodes, hosts } = balanced;
  return { nodes, hosts, tlsHosts: tlsHosts(record, hosts), checks: upstreams(record).length };
}

/** The app as Caddy of the node has it: on one of several nodes as its own, with the sites that all of them have. */
export function balancedCaddy(app: CaddyApp, record: AppRecord, node: string): CaddyApp {
  const balanced = balancedIn(record);
  const isMaster = app.master === node;
  if (balanced === undefined || (!isMaster && servicesOn(node, record).length === 0)) return app;
  const { hosts } = balanced;
  const balance: CaddyBalance = {
    hosts,
    tlsHosts: tlsHosts(record, hosts),
    upstreams: upstreams(record),
    isMaster,
  };
  // Where requests wait, or are passed on, nothing new is to come; who waits already is not to be cut off.
  return { ...app, master: node, balance: app.isAside ? { ...balance, out: 'leaving' } : balance };
}

/** The same with what the node knows better, if that is of this generation of the record. */
export function withState(app: CaddyApp, index: number, state: BalanceState | undefined): CaddyApp {
  const { balance } = app;
  if (balance === undefined || state === undefined) return app;
  if ('out' in state) return { ...app, balance: { ...balance, out: state.out } };
  const { record } = state;
  if (state.index !== index || !record.balanced) return app;
  const { hosts } = record.balanced;
  // Nobody asks for a host that is new before it is recorded: its certificate may be missing till then.
  const asked = tlsHosts(record, hosts).filter((host) => balance.tlsHosts.includes(host));
  return {
    ...app,
    caddyfile: record.caddyfile,
    balance: { ...balance, hosts, tlsHosts: asked, upstreams: upstreams(record) },
  };
}
