import fc from 'fast-check';
import { expect, it } from 'vitest';
import { createApplier } from '../../../src/proxy/applier.ts';
import type { GoodParts } from '../../../src/proxy/good-parts.ts';
import { type Sources, viewOf } from '../../../src/proxy/view.ts';
import { createViewer } from '../../../src/proxy/viewer.ts';

const signal = new AbortController().signal;

/** A node whose proxies take everything. */
function node() {
  let good: GoodParts = { caddy: new Map(), haproxy: new Map(), hosts: new Map() };
  const live = { caddyfile: '', config: '', map: new Map<string, string>() as ReadonlyMap<string, string> };
  const applier = createApplier({
    node: 'n1',
    settings: { internalCa: true },
    caddy: {
      validate: async () => undefined,
      load: async (text) => {
        live.caddyfile = text;
      },
      idle: async () => undefined,
    },
    haproxy: {
      validate: async () => undefined,
      apply: async (wanted) => {
        Object.assign(live, wanted);
      },
    },
    goodParts: {
      load: async () => good,
      save: async (parts) => {
        good = parts;
      },
    },
  });
  return { live, applier };
}

interface App {
  master: string;
  ip: string;
  body: string;
  domain: string;
  port: number;
  maintenance: boolean;
}

const app: fc.Arbitrary<App> = fc.record({
  master: fc.constantFrom('n1', 'n2'),
  ip: fc.constantFrom('192.0.2.7', '192.0.2.8'),
  body: fc.constantFrom('one', 'two'),
  domain: fc.constantFrom('www', 'other'),
  port: fc.constantFrom(22, 23),
  maintenance: fc.boolean(),
});

function sourcesOf(apps: readonly (App | null)[], index: number): Sources {
  const there = apps.flatMap((each, number) => (each ? [{ ...each, number }] : []));
  return {
    apps: there.map(({ number, master, ip, body, domain, port }) => {
      const host = `${domain}.app${number}.example.com`;
      const backends = [{ port, peer_port: 3000 + number, ct: `c${number}` }];
      const record = {
        repo_url: `https://git.example.com/app${number}`,
        branch: 'main',
        master,
        ip,
        domains: [host],
        caddyfile: `https://${host} {\n    respond ${body}\n}\n`,
        haproxy: { [`p${number}`]: { frontend: { mode: 'tcp', bind: [`*:${2000 + number}`] }, backends } },
      };
      // most keep their index, so that what has not changed is remembered
      return {
        key: `app/app${number}`,
        value: JSON.stringify(record),
        modifyIndex: 1 + Math.floor(index / 4),
      };
    }),
    maintenance: there
      .filter(({ maintenance }) => maintenance)
      .map(({ number }) => `maintenance/app${number}`),
    members: [
      { name: 'n1', address: '192.0.2.7' },
      { name: 'n2', address: '192.0.2.8' },
    ],
  };
}

it('serves after any changes what a peer serves that has just started', async () => {
  const views = fc.array(fc.array(fc.option(app), { minLength: 3, maxLength: 3 }), {
    minLength: 1,
    maxLength: 6,
  });
  await fc.assert(
    fc.asyncProperty(views, async (steps) => {
      const running = node();
      const view = createViewer();
      for (const [index, apps] of steps.entries()) {
        const sources = sourcesOf(apps, index);
        const started = node();
        expect(await running.applier.apply(view(sources), signal)).toEqual([]);
        expect(await started.applier.apply(viewOf(sources), signal)).toEqual([]);
        expect(running.live).toEqual(started.live);
        const shown = await running.applier.show(view(sources));
        expect(shown.live).toEqual(shown.wanted);
        expect(shown.live.Caddyfile).toBe(running.live.caddyfile);
        expect(shown.live['haproxy.cfg']).toBe(running.live.config);
      }
    }),
    { numRuns: 100 },
  );
});
