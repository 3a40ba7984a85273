import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

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

/** Whether compose would make the service of both configurations the same, with all that it uses. */
export function isUnchanged(service: string, now: unknown, before: unknown): boolean {
  const [one, other] = [read.safeParse(now), read.safeParse(before)];
  if (!one.success || !other.success || !one.data.services[service]) return false;
  return isDeepStrictEqual(partsOf(one.data, service), partsOf(other.data, service));
}

function partsOf({ services, networks, volumes, secrets, configs }: Read, name: string): unknown {
  const service = services[name];
  const sources = (of: z.output<typeof taken>) => (of ?? []).map(({ source }) => source);
  const used = (of: z.output<typeof named>, keys: readonly unknown[]) =>
    Object.fromEntries(Object.entries(of ?? {}).filter(([key]) => keys.includes(key)));
  return {
    service,
    networks: used(networks, Object.keys(service?.networks ?? {})),
    volumes: used(volumes, sources(service?.volumes)),
    secrets: used(secrets, sources(service?.secrets)),
    configs: used(configs, sources(service?.configs)),
  };
}
