import { join } from 'node:path';
import { z } from 'zod';
import { writeIfChanged } from '../files.ts';
import type { Logger } from '../logger.ts';
import type { CaddyApp } from '../render/caddy.ts';
import { readHaproxy } from '../render/haproxy/definition.ts';
import { loadState, mayBeLost } from '../state-file.ts';
import { type HaproxyPart, nameOf, splitParts } from './swarm.ts';

/** The parts that the proxies took last, by app. */
export interface GoodParts {
  caddy: ReadonlyMap<string, CaddyApp>;
  /** By name; of swarm keys by `swarm/<key>`. */
  haproxy: ReadonlyMap<string, HaproxyPart>;
  /** Which app has each host: it keeps it where another claims it too. */
  hosts: ReadonlyMap<string, string>;
}

/** Keeps the good parts over a restart: an app in quarantine must not lose what it has live. */
export interface GoodPartsStore {
  /** Empty where nothing was kept, or where it cannot be read, which is logged. */
  load(): Promise<GoodParts>;
  save(parts: GoodParts): Promise<void>;
}

const named = { name: z.string(), master: z.string(), maintenance: z.boolean() };
const hosts = z.array(z.string());
const balance = z
  .object({
    hosts,
    tlsHosts: hosts.default([]),
    upstreams: z.array(z.string()),
    isMaster: z.boolean(),
  })
  .optional();
const stored = z.object({
  caddy: z.array(
    z.object({
      ...{ ...named, caddyfile: z.string(), containers: z.array(z.string()).optional(), balance },
      isAside: z.boolean().optional(),
    }),
  ),
  haproxy: z.array(
    z.object({
      ...named,
      ip: z.string(),
      domains: z.array(z.string()),
      haproxy: z.unknown().transform((value) => readHaproxy(value)),
      balance: z
        .object({ nodes: z.array(z.string()), hosts, tlsHosts: hosts.default([]), checks: z.int() })
        .optional(),
      leadsTo: z.string().optional(),
      waits: z.enum(['closed', 'open']).optional(),
      passesTo: z.string().optional(),
      isAside: z.boolean().optional(),
      ports: z.enum(['closed', 'open']).optional(),
    }),
  ),
  // earlier versions kept neither of these
  swarm: z
    .array(
      z.object({
        key: z.string(),
        domains: z.array(z.string()),
        maintenance: z.boolean(),
        haproxy: z.unknown().transform((value) => readHaproxy(value, 'swarm')),
      }),
    )
    .default([]),
  hosts: z.array(z.tuple([z.string(), z.string()])).default([]),
});

export function goodPartsIn(folder: string, logger: Logger): GoodPartsStore {
  const path = join(folder, 'good-parts.json');
  return {
    load: async () => {
      const kept = await loadState(path, {
        schema: stored,
        loss: mayBeLost(logger, 'an app in quarantine has no last good part'),
      });
      const { caddy = [], haproxy = [], swarm = [], hosts = [] } = kept ?? {};
      return {
        caddy: new Map(caddy.map((part) => [part.name, part])),
        haproxy: new Map([...haproxy, ...swarm].map((part) => [nameOf(part), part])),
        hosts: new Map(hosts),
      };
    },
    save: async ({ caddy, haproxy, hosts }) => {
      const { apps, swarm } = splitParts(haproxy);
      const kept = { caddy: [...caddy.values()], haproxy: apps, swarm, hosts: [...hosts] };
      await writeIfChanged(path, JSON.stringify(kept));
    },
  };
}
