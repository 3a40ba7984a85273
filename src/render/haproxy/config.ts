import { balancedBackend, balanceSections } from './balance.ts';
import type { HaproxyDefinition } from './definition.ts';
import { compare, nodeBackend, type RoutedApp, type RoutedSwarm } from './domains.ts';
import { base, httpIn, httpsIn, nodeSections, swarmSections } from './frame.ts';
import { type Hold, holdSections, type Waits } from './hold.ts';
import { heldPort } from './hold-ports.ts';
import { type HaproxyParts, hostOf, renderParts } from './parts.ts';
import { type HaproxySettings, haproxyDefaults } from './settings.ts';

/** What haproxy.cfg needs to know of an app. */
export interface HaproxyApp extends RoutedApp, Hold {
  /** Address of the master, as in the record. */
  readonly ip: string;
  /** In maintenance the app's HAPROXY parts are left out; its domains stay. */
  readonly maintenance: boolean;
  readonly haproxy?: HaproxyDefinition;
  /** Requests that come to its sites on this node do that, and do not reach its containers. */
  readonly isAside?: boolean;
  /** Whether new connections to its own ports wait; not always on the same node. */
  readonly ports?: Waits;
}

export interface HaproxySwarm extends RoutedSwarm {
  /** As of an app: `maintenance/<key>` is there. */
  readonly maintenance?: boolean;
  readonly haproxy?: HaproxyDefinition;
}

export interface HaproxyInput {
  /** The node that the text is for. */
  readonly node: string;
  /** All nodes that may be a master, `node` included; failed ones too, so that a failure is no reload. */
  readonly members: readonly { readonly name: string; readonly address: string }[];
  readonly apps: readonly HaproxyApp[];
  readonly swarm?: readonly HaproxySwarm[];
  readonly settings?: HaproxySettings;
  /** What one app adds on this node: `renderHaproxyApp`, or what remembers it. */
  readonly part?: (app: HaproxyApp) => HaproxyParts;
}

/**
 * The text of haproxy.cfg on one node. It depends on no domain: those are in the map (`renderDomainMap`), so a moved or
 * a new domain needs no reload; but for those over TLS of an app on several nodes, of which each has backends of its own.
 * @throws CoveyError `invalid` for a name that HAProxy can't take
 */
export function renderHaproxy(input: HaproxyInput): string {
  const settings = input.settings ?? haproxyDefaults;
  const { part = (app: HaproxyApp) => renderHaproxyApp(app, input.node, settings) } = input;
  const parts = [
    ...input.apps.toSorted((a, b) => compare(a.name, b.name)).map(part),
    ...(input.swarm ?? []).toSorted((a, b) => compare(a.key, b.key)).map(renderHaproxySwarm),
  ];
  const members = input.members.toSorted((a, b) => compare(a.name, b.name));
  const balanced = input.apps.filter(({ balance }) => balance).toSorted((a, b) => compare(a.name, b.name));
  return [
    base(settings),
    httpIn(
      settings,
      input.node,
      parts.flatMap((part) => part.httpRules),
      balanced.length > 0,
    ),
    httpsIn(
      settings,
      input.node,
      parts.flatMap((part) => part.httpsRules),
      balanced,
    ),
    ...members.flatMap((member) => nodeSections(member, input.node, settings)),
    ...balanced.flatMap((app) => balanceSections(app, members, input.node, settings)),
    ...((input.swarm ?? []).some(({ domains }) => domains.length > 0) ? swarmSections() : []),
    ...parts.flatMap((part) => part.sections.map(({ text }) => text)),
  ].join('\n');
}

/** What one app adds to haproxy.cfg of a node; in maintenance only where requests have waited. Errors as `renderParts`. */
export function renderHaproxyApp(
  app: HaproxyApp,
  node: string,
  settings: HaproxySettings = haproxyDefaults,
): HaproxyParts {
  nodeBackend(app.leadsTo ?? app.master);
  if (app.balance) balancedBackend(app.name);
  for (const each of app.balance?.nodes ?? []) nodeBackend(each);
  const { name, ports } = app;
  const parts = renderParts({
    definition: app.maintenance ? {} : (app.haproxy ?? {}),
    swarm: false,
    server: app.master,
    target: ({ ct, port, peer_port }) =>
      app.master === node ? `${ct}:${port}` : `${hostOf(app.ip, app.name)}:${peer_port}`,
    ...(ports && { port: (backend) => heldPort(backend, { app: name, ports }, settings) }),
  });
  if (app.waits === undefined && app.passesTo === undefined) return parts;
  return { ...parts, sections: [...parts.sections, ...holdSections(name, app, settings)] };
}

/** What one swarm key adds to haproxy.cfg, the same on every node. Errors as `renderParts`. */
export function renderHaproxySwarm({ haproxy, maintenance = false }: HaproxySwarm): HaproxyParts {
  return renderParts({
    definition: maintenance ? {} : (haproxy ?? {}),
    swarm: true,
    server: 'swarm_service',
    target: ({ ct, port }) => `${ct}:${port}`,
  });
}
