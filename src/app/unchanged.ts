import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import type { ComposeConfig } from './compose.ts';

const named = z.record(z.string(), z.unknown()).nullish();
const taken = z.array(z.looseObject({ source: z.string().nullish() })).nullish();

/** Of what `docker compose config` prints, what says which other parts a service uses. */
const read = z.looseObject({
  services: z.record(
    z.string(),
    z.looseObject({ networks: named, volumes: taken, secrets: taken, configs: taken }),
  ),
  networks: named,
  volumes: named,
  secrets: named,
  configs: named,
});

type Read = z.output<typeof read>;

/** Whether compose would make the service of both configurations the same, with all that it uses; `apart` from these keys of it. */
export function isUnchanged(
  service: string,
  now: unknown,
  before: unknown,
  apart: readonly string[] = [],
): boolean {
  const [one, other] = [read.safeParse(now), read.safeParse(before)];
  if (!one.success || !other.success || !one.data.services[service]) return false;
  return isDeepStrictEqual(partsOf(one.data, service, apart), partsOf(other.data, service, apart));
}

/**
 * The services that run as they did where they ran in the release before. A build may bring another image for the same lines. Where logs
 * go says nothing of whether a service comes up, and bounds for them are set in a folder only before it is started.
 */
export function unchangedServices({ services }: ComposeConfig, now: unknown, before: unknown): string[] {
  return Object.entries(services)
    .filter(([name, { build }]) => !build && isUnchanged(name, now, before, ['logging']))
    .map(([name]) => name);
}

function partsOf(
  { services, networks, volumes, secrets, configs }: Read,
  name: string,
  apart: readonly string[],
): unknown {
  const service = services[name];
  const own = Object.entries(service ?? {}).filter(([key]) => !apart.includes(key));
  const sources = (of: z.output<typeof taken>) => (of ?? []).map(({ source }) => source);
  const used = (of: z.output<typeof named>, keys: readonly unknown[]) =>
    Object.fromEntries(Object.entries(of ?? {}).filter(([key]) => keys.includes(key)));
  return {
    service: service && Object.fromEntries(own),
    networks: used(networks, Object.keys(service?.networks ?? {})),
    volumes: used(volumes, sources(service?.volumes)),
    secrets: used(secrets, sources(service?.secrets)),
    configs: used(configs, sources(service?.configs)),
  };
}
