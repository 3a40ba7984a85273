import { asCoveyError } from '../errors.ts';
import { renderCaddyPart } from '../render/caddy.ts';
import { readCaddyfile } from '../render/caddyfile/app.ts';
import { printCaddyfile } from '../render/caddyfile/printer.ts';
import { renderHaproxyApp } from '../render/haproxy/config.ts';
import { type HaproxyDefinition, isBuiltIn } from '../render/haproxy/definition.ts';
import { hostsOf } from '../render/haproxy/domains.ts';
import { composeSchema } from './compose.ts';
import { examineRelease, type Source } from './describe.ts';
import type { Release } from './release.ts';
import { takeoverCaveats } from './takeover-caveats.ts';

/** What can be said of a release before any node has seen it. */
export interface Examined {
  /** Everything that keeps it from being deployed, one each place; with any of them there is no release. */
  problems: string[];
  /** What keeps nobody from deploying it, but may not be meant. */
  warnings: string[];
  release?: Release;
}

/**
 * Judges a compose file as a deploy does, as far as that needs no other app and no proxy: addresses and ports that other
 * apps have, and what Caddy or HAProxy themselves refuse, show on a node only.
 */
export function examine(source: Source, name: string): Examined {
  const { release, problems } = examineRelease(source);
  if (release === undefined) return { problems, warnings: [] };
  const refused = renderingProblems(name, release);
  if (refused.length > 0) return { problems: refused, warnings: [] };
  const served = release.caddyfile !== '' || Object.keys(release.haproxy).length > 0;
  const warnings = served ? [] : ['no service has a CADDYFILE or HAPROXY: nothing of it will be reachable'];
  // Who its slave is, is said by the deploy.
  return { problems: [], warnings: [...warnings, ...takeoverCaveats(release, 'any')], release };
}

/** What only shows when the parts for the proxies are written. */
function renderingProblems(name: string, { caddyfile, domains, haproxy }: Release): string[] {
  const node = 'node';
  const app = { name, master: node, maintenance: false };
  const parts = [
    () => renderCaddyPart({ ...app, caddyfile }, { internalCa: false }),
    () => hostsOf(name, domains),
    () => renderHaproxyApp({ ...app, ip: '192.0.2.1', domains, haproxy: haproxy as HaproxyDefinition }, node),
  ];
  return parts.flatMap((render) => {
    try {
      render();
      return [];
    } catch (thrown) {
      const error = asCoveyError(thrown);
      if (error.code !== 'invalid') throw error;
      return [error.message];
    }
  });
}

/** An app port: its frontend, and the argument of its `bind`. */
export interface AppPort {
  frontend: string;
  bind: string;
}

/** The ports that a release opens on every node; rules for ports 80 and 443 are not among them. */
export function appPorts(release: Pick<Release, 'haproxy'>): AppPort[] {
  return Object.entries(release.haproxy as HaproxyDefinition).flatMap(([frontend, entry]) =>
    isBuiltIn(frontend) ? [] : (entry.frontend?.bind ?? []).map((bind) => ({ frontend, bind })),
  );
}

/**
 * Each service's CADDYFILE in the syntax of Caddy 2, `$CONTAINER` as it is written, good to be put in its place. Those
 * that cannot be read are not among them.
 */
export function caddyfilesInV2(config: unknown): { service: string; caddyfile: string }[] {
  const parsed = composeSchema.safeParse(config);
  if (!parsed.success) return [];
  return Object.entries(parsed.data.services).flatMap(([service, { environment }]) => {
    const text = environment?.CADDYFILE ?? '';
    if (text.trim() === '') return [];
    try {
      return [{ service, caddyfile: printCaddyfile(readCaddyfile(text)) }];
    } catch {
      // told among the problems
      return [];
    }
  });
}
