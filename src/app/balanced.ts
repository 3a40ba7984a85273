import { z } from 'zod';
import { CoveyError } from '../errors.ts';
import { siteAddresses } from '../render/caddyfile/address.ts';
import { readCaddyfile } from '../render/caddyfile/app.ts';
import { isIdentifier } from '../render/haproxy/line.ts';
import { type ComposeConfig, containerName } from './compose.ts';
import { upstreamsOf } from './sites.ts';

/** The label of a service that asks for several nodes: `all`, or their names with commas. */
const LABEL = 'covey.nodes';

const services = z.array(z.string());
/** Hosts of the sites of these services, in lower case. */
const hosts = z.array(z.string());

/** What a release asks for: the services that run on several nodes, all on the same ones. */
export const askedBalance = z.object({
  nodes: z.union([z.literal('all'), z.array(z.string())]),
  services,
  hosts,
});

/** What the record keeps of it: `nodes` are those that it was deployed to, the master first. */
export const balancedSchema = z.looseObject({ nodes: z.array(z.string()), services, hosts });

export type AskedBalance = z.output<typeof askedBalance>;
export type Balanced = z.output<typeof balancedSchema>;

/** Of a record, where it runs. */
interface Placed {
  master: string;
  balanced?: Balanced | null | undefined;
}

/** The nodes besides its master that run services of the app. */
export function furtherNodes({ master, balanced }: Placed): string[] {
  return (balanced?.nodes ?? []).filter((node) => node !== master);
}

/** The services of the app that run on a node which is not its master. */
export function servicesOn(node: string, record: Placed): readonly string[] {
  return record.balanced && furtherNodes(record).includes(node) ? record.balanced.services : [];
}

/** Where requests for all sites of the app may go to any of several nodes. */
export function isBalancedWhole({ balanced, domains }: Placed & { domains: readonly string[] }): boolean {
  if (!balanced || balanced.nodes.length < 2) return false;
  return domains.every((domain) => balanced.hosts.includes(domain.toLowerCase().replace(/:\d+$/, '')));
}

/**
 * The record's part for what a release asks for. A node that has only failed is among them: it catches up when it is back.
 * @throws CoveyError `invalid` for a node that is none
 */
export function placeBalanced(
  asked: AskedBalance | null | undefined,
  master: string,
  members: readonly { name: string; state: string }[],
): Balanced | null {
  if (!asked) return null;
  const known = members.filter(({ state }) => state !== 'left').map(({ name }) => name);
  const wanted = asked.nodes === 'all' ? known.toSorted() : asked.nodes;
  const unknown = wanted.filter((node) => !known.includes(node));
  if (unknown.length > 0) {
    throw new CoveyError(
      'invalid',
      `covey.nodes of the release names ${unknown.join(', ')}: there is no such node.`,
      {
        hint: `The nodes are: ${known.join(', ')}. Correct the compose file, commit, and deploy again.`,
      },
    );
  }
  return { nodes: [...new Set([master, ...wanted])], services: asked.services, hosts: asked.hosts };
}

interface Balancing {
  project: string;
  /** Each service's CADDYFILE, `$CONTAINER` replaced. */
  sites: ReadonlyMap<string, string>;
  /** Short names of the volumes that our driver keeps. */
  replicated: readonly string[];
}

/** Which services of a compose file ask to run on several nodes, or what is wrong with that, one line each. */
export function balancedOf(
  config: ComposeConfig,
  about: Balancing,
): { balanced: AskedBalance | null; problems: string[] } {
  const asking = Object.entries(config.services).flatMap(([name, { labels }]) => {
    const label = labels?.[LABEL];
    return label === undefined || label === null ? [] : [{ name, nodes: nodesIn(String(label)) }];
  });
  const [first] = asking;
  if (first === undefined) return { balanced: null, problems: [] };
  const names = asking.map(({ name }) => name);
  const problems = asking.flatMap(({ name, nodes }) =>
    (typeof nodes === 'string' ? [nodes] : faultsOf(name, names, config, about)).map(
      (fault) => `service ${name}: ${LABEL} ${fault}`,
    ),
  );
  const differing = asking.filter(({ nodes }) => `${nodes}` !== `${first.nodes}`).map(({ name }) => name);
  if (differing.length > 0)
    problems.push(
      `${LABEL} is another one in ${differing.join(', ')} than in ${first.name}: all of an app say the same`,
    );
  if (problems.length > 0 || typeof first.nodes === 'string') return { balanced: null, problems };
  const own = [...new Set(names.flatMap((name) => hostsIn(about.sites.get(name) ?? '')))];
  const { nodes } = first;
  return { balanced: { nodes: nodes.length === 0 ? 'all' : nodes, services: names, hosts: own }, problems };
}

/** Names of nodes, none for all of them; or why the label is none. */
function nodesIn(label: string): string[] | string {
  if (label.trim() === 'all') return [];
  const names = label.split(',').map((name) => name.trim());
  const fault = names.find((name) => !isIdentifier(name));
  if (fault !== undefined) return `is "all" or names of nodes with commas, not "${label}"`;
  return [...new Set(names)];
}

/** Why a service cannot run on several nodes. */
function faultsOf(
  name: string,
  all: readonly string[],
  config: ComposeConfig,
  { project, sites, replicated }: Balancing,
): string[] {
  const service = config.services[name] ?? {};
  const caddyfile = sites.get(name) ?? '';
  const container = containerName(project, name, service);
  const upstreams = upstreamsOf({ caddyfile, ct: { [name]: container } });
  const mounted = (service.volumes ?? []).flatMap(({ source }) =>
    source && replicated.includes(source) ? [source] : [],
  );
  const needed = Object.keys(service.depends_on ?? {}).filter((other) => !all.includes(other));
  const others = [...sites].filter(([other]) => !all.includes(other)).flatMap(([, text]) => hostsIn(text));
  const shared = hostsIn(caddyfile).filter((host) => others.includes(host));
  return [
    ...mounted.map(
      (volume) => `and the replicated volume ${volume} do not go together: one node alone writes to it`,
    ),
    ...(caddyfile === '' ? ['needs a CADDYFILE: only requests for its sites go to several nodes'] : []),
    ...(caddyfile !== '' && (upstreams.length === 0 || upstreams.some(({ http }) => !http))
      ? ['needs a site that sends requests to its own container, and by plain HTTP']
      : []),
    ...needed.map((other) => `and depends_on ${other} do not go together: ${other} runs on the master alone`),
    ...shared.map(
      (host) => `and ${host} do not go together: it is a site of a service too that runs on the master alone`,
    ),
  ];
}

function hostsIn(caddyfile: string): string[] {
  return [...new Set(siteAddresses(readCaddyfile(caddyfile)).map(({ host }) => host))];
}
