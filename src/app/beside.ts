import { type ComposeConfig, type ComposeService, replicas } from './compose.ts';

/** The label of a service of which no second container may run, not even for a moment: `false`. */
const LABEL = 'covey.beside';

/**
 * Whether the container of a release may run beside that of the one before: there is nothing that it would take from it, or write to with
 * it. Only one of an app with a single container: the name of a service leads to those of both releases, so of several the old ones
 * would ask new ones that are not up yet, and new ones those that are about to end.
 * @param folder of the release; what it mounts from there is its own
 */
export function mayRunBeside({ services }: ComposeConfig, folder: string | undefined): boolean {
  const all = Object.values(services).filter((service) => replicas(service) > 0);
  return all.length === 1 && all.every((service) => isFree(service, folder));
}

function isFree(service: ComposeService, folder: string | undefined): boolean {
  const { labels, networks, ports, volumes, volumes_from: others, pid, ipc } = service;
  const isAlone = String(labels?.[LABEL] ?? '').toLowerCase() === 'false' || replicas(service) > 1;
  const hasName = Boolean(service.container_name || service.mac_address);
  const shares = [service.network_mode, pid, ipc].some((mode) => mode && !OWN.includes(mode));
  const hasAddress = Object.values(networks ?? {}).some(isFixed);
  const hasPort = (ports ?? []).some(
    ({ published }) => published !== undefined && published !== null && published !== '',
  );
  const isOwn = ({ type, source, read_only: readOnly }: NonNullable<typeof volumes>[number]) =>
    type === 'tmpfs' ||
    (type === 'bind' && folder !== undefined && (source ?? '').startsWith(`${folder}/`)) ||
    (readOnly === true && Boolean(source));
  return (
    !(isAlone || hasName || shares || hasAddress || hasPort || others?.length) && (volumes ?? []).every(isOwn)
  );
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
