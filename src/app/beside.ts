import { type ComposeConfig, type ComposeService, composeSchema, replicas } from './compose.ts';
import type { Swap } from './release.ts';
import { isUnchanged } from './unchanged.ts';

/**
 * The label of a service: `false` where no second container may run, not even for a moment. `true` where two may although others of
 * the app find both by its name, and both work on what those keep.
 */
const LABEL = 'covey.beside';

interface About {
  /** Folder of the release; what it mounts from there is its own. Undefined: nobody knows. */
  folder: string | undefined;
  /** What compose reads for the release, and for the one that runs; undefined: none runs, or nobody has looked. */
  now: unknown;
  before: unknown;
}

/** Whether a label asks for more than what can be told by looking at the release alone. */
export function asksForSwap(config: unknown): boolean {
  const { data } = composeSchema.safeParse(config);
  return Object.values(data?.services ?? {}).some((service) => labelOf(service) === 'true');
}

/**
 * Which services of a release may come up beside those of the one before, and what is wrong with the labels. All of them where there
 * is nothing that two containers would take from each other, or write to, or ask each other for by a name that leads to those of both
 * releases. Else those whose label says so, where all others stay as they run.
 */
export function swapOf(config: ComposeConfig, about: About): { swap: Swap | null; problems: string[] } {
  const all = Object.entries(config.services).filter(([, service]) => replicas(service) > 0);
  const problems = all.flatMap(([name, service]) =>
    faultOf(service, about.folder).map((fault) => `service ${name}: ${fault}`),
  );
  if (problems.length > 0) return { swap: null, problems };
  const free = all.filter(([, service]) => obstacle(service, about.folder) === undefined);
  const asking = free.filter(([, service]) => labelOf(service) === 'true');
  const isWhole = free.length === all.length && areStrangers(config, all);
  const services = (isWhole ? all : asking).map(([name]) => name);
  if (services.length === 0) return { swap: null, problems };
  const kept = all.map(([name]) => name).filter((name) => !services.includes(name));
  // A build may bring another image for the same lines.
  const stays = (name: string) => !config.services[name]?.build && isUnchanged(name, about.now, about.before);
  const changed = kept.filter((name) => !stays(name));
  return { swap: { services, kept, changed, asked: asking.length > 0 }, problems };
}

/** None of them finds another one by its name, but on networks that all apps are on, where that name is everybody's. */
function areStrangers({ networks }: ComposeConfig, services: readonly [string, ComposeService][]): boolean {
  const joined = services.flatMap(([, service]) =>
    Object.keys(service.networks ?? {}).filter((key) => !networks?.[key]?.external),
  );
  return new Set(joined).size === joined.length;
}

function labelOf({ labels }: ComposeService): string {
  return String(labels?.[LABEL] ?? '').toLowerCase();
}

function faultOf(service: ComposeService, folder: string | undefined): string[] {
  const label = labelOf(service);
  if (!['', 'true', 'false'].includes(label)) return [`${LABEL} is "true" or "false", not "${label}"`];
  const inTheWay = label === 'true' ? obstacle(service, folder) : undefined;
  return inTheWay === undefined
    ? []
    : [`${LABEL} "true" and ${inTheWay} do not go together: two of its containers run for a moment`];
}

/** Why no second container of the service may run beside the first; undefined: it may. */
function obstacle(service: ComposeService, folder: string | undefined): string | undefined {
  const { networks, ports, volumes, volumes_from: others, pid, ipc } = service;
  if (labelOf(service) === 'false') return `${LABEL} "false"`;
  if (replicas(service) > 1) return 'several replicas';
  if (service.container_name) return 'container_name';
  if (service.mac_address) return 'mac_address';
  const mode = [service.network_mode, pid, ipc].find((each) => each && !OWN.includes(each));
  if (mode) return `the mode "${mode}"`;
  if (Object.values(networks ?? {}).some(isFixed)) return 'a fixed address';
  const port = (ports ?? []).find(({ published }) => !['', undefined, null].includes(published as string));
  if (port) return `port ${port.published} of the machine`;
  if (others?.length) return 'volumes_from';
  const data = (volumes ?? []).find((volume) => !isOwn(volume, folder));
  return data && `the volume ${data.source ?? data.target ?? ''}`;
}

type Mount = NonNullable<ComposeService['volumes']>[number];

/** Nothing that is written there is another container's. */
function isOwn({ type, source, read_only: readOnly }: Mount, folder: string | undefined): boolean {
  if (type === 'tmpfs') return true;
  if (type === 'bind' && folder !== undefined && (source ?? '').startsWith(`${folder}/`)) return true;
  return readOnly === true && Boolean(source);
}

/** Modes that share nothing with another container, nor with the host. */
const OWN: readonly string[] = ['bridge', 'none', 'private', 'shareable'];

/** A network is joined with an address that only one can have. */
function isFixed(joined: unknown): boolean {
  const keys = Object.entries(joined ?? {})
    .filter(([, value]) => value)
    .map(([key]) => key);
  return ['ipv4_address', 'ipv6_address', 'mac_address'].some((key) => keys.includes(key));
}
