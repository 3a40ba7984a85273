import fc from 'fast-check';
import { expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import { createApplier } from '../../../src/proxy/applier.ts';
import type { GoodParts } from '../../../src/proxy/good-parts.ts';
import { viewOf } from '../../../src/proxy/view.ts';
import type { Caddyfile } from '../../../src/render/caddyfile/ast.ts';
import { parseCaddyfile } from '../../../src/render/caddyfile/parser.ts';
import { printCaddyfile } from '../../../src/render/caddyfile/printer.ts';
import { apps, mutated, type RawRecord, swarm } from '../../support/mutations.ts';

const signal = new AbortController().signal;

/** As Caddy does with one site address in two places, and HAProxy with one name of two sections. */
function refuseTwice(names: readonly string[]): void {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new CoveyError('invalid', `${twice} is there twice`);
}

/** A node whose proxies take nearly everything: what holds here holds by our own doing. */
function node() {
  let good: GoodParts = { caddy: new Map(), haproxy: new Map(), hosts: new Map() };
  const live = { caddyfile: '', haproxy: '', map: new Map<string, string>() as ReadonlyMap<string, string> };
  const applier = createApplier({
    node: 'n1',
    settings: { internalCa: true },
    caddy: {
      validate: async (text) => refuseTwice(addressesOf(text)),
      load: async (text) => {
        refuseTwice(addressesOf(text));
        live.caddyfile = text;
      },
      idle: async () => undefined,
    },
    haproxy: {
      validate: async () => undefined,
      apply: async ({ config, map }) => {
        live.haproxy = config;
        live.map = map;
      },
    },
    goodParts: {
      load: async () => good,
      save: async (parts) => {
        good = parts;
      },
    },
  });
  return {
    live,
    apply: (records: ReadonlyMap<string, RawRecord>, maintenance: readonly string[] = []) =>
      applier.apply(
        viewOf({
          apps: [...records].map(([name, record], index) => ({
            key: `app/${name}`,
            value: JSON.stringify(record),
            modifyIndex: index + 1,
          })),
          maintenance: maintenance.map((name) => `maintenance/${name}`),
          swarm: [...swarm].map(([key, value], index) => ({
            key: `swarm/${key}`,
            value: JSON.stringify(value),
            modifyIndex: index + 1,
          })),
          members: [
            { name: 'n1', address: '192.0.2.7' },
            { name: 'n2', address: '192.0.2.8' },
          ],
        }),
        signal,
      ),
  };
}

const addressesOf = (text: string) =>
  parseCaddyfile(text).sites.flatMap(({ addresses }) => addresses.map((address) => address.text));

type Live = ReturnType<typeof node>['live'];

/** What a proxy reads is apart from what we wrote: Caddy fills in its environment before it looks for words. */
const asCaddyReads = (text: string): Caddyfile =>
  parseCaddyfile(text.replace(/\{\$[^}:]*(?::([^}]*))?\}/g, (_, otherwise?: string) => otherwise ?? ''));

/** All of Caddy's configuration but the sites and snippets of one app. */
function caddyWithout(app: string, { caddyfile }: Live): string {
  const file = asCaddyReads(caddyfile);
  const name = app.split('_', 1)[0];
  const owned = new Set([`http://${name}.example.com`, `https://${name}.example.com`]);
  const part = caddyfile.split(/^(?=# app )/m).find((text) => text.startsWith(`# app ${app}\n`));
  for (const site of part === undefined ? [] : parseCaddyfile(part).sites)
    for (const { text } of site.addresses) owned.add(text);
  return printCaddyfile({
    ...file,
    snippets: file.snippets.filter((snippet) => !snippet.name.startsWith(`${app}/`)),
    sites: file.sites.filter(({ addresses }) => !addresses.every(({ text }) => owned.has(text))),
  });
}

/** haproxy.cfg by its sections, as HAProxy finds them: by a line's first word, wherever it stands. */
function sections({ haproxy }: Live): Map<string, string> {
  const heads =
    'global|defaults|frontend|backend|listen|resolvers|userlist|peers|mailers|cache|program|ring|http-errors';
  const found = haproxy
    .replace(/\\\n/g, ' ')
    .split(new RegExp(`^(?=[ \\t]*(?:${heads})(?:[ \\t]|$))`, 'm'))
    .map((text) => [text.split('\n', 1)[0] ?? '', text.trimEnd()] as const);
  expect(new Set(found.map(([head]) => head)).size).toBe(found.length);
  return new Map(found);
}

const binds = (text: string) => [...text.matchAll(/^ +bind \S*?(\d+)(?:-(\d+))?(?: .*)?$/gm)];

const before = node();
await before.apply(apps);
const base = before.live;
const short = (app: string) => app.split('_', 1)[0] ?? '';

it('changes no byte of what other apps have live, whatever becomes of one', async () => {
  await fc.assert(
    fc.asyncProperty(mutated, async ({ app, record, maintenance }) => {
      const { live, apply } = node();
      await apply(apps);
      const quarantined = await apply(new Map(apps).set(app, record), maintenance ? [app] : []);
      const lost = quarantined.filter((each) => each.app === 'swarm/wanted' && each.part === 'swarm');
      expect(quarantined.filter((each) => each.app !== app && !lost.includes(each))).toEqual([]);

      // Caddy: the texts, and what they are once they are read
      for (const part of base.caddyfile.split(/^(?=# app )/m))
        if (!part.startsWith(`# app ${app}\n`)) expect(live.caddyfile).toContain(part.trimEnd());
      expect(caddyWithout(app, live)).toBe(caddyWithout(app, base));

      // HAProxy: every section of others, and the lines of others in the shared ones
      const [was, is] = [sections(base), sections(live)];
      const name = short(app);
      const mayChange = [name, ...(lost.length > 0 ? ['wanted'] : [])];
      for (const [head, text] of was) {
        if (mayChange.some((one) => head.endsWith(`-${one}`))) continue;
        const kept = /^frontend https?-in$/.test(head)
          ? text.split('\n').filter((line) => !mayChange.some((one) => line.includes(`-${one}`)))
          : [text];
        const lines = is.get(head)?.split('\n');
        if (kept.length > 1) for (const line of kept) expect(lines).toContain(line);
        else expect(is.get(head)).toBe(text);
      }
      const taken = [...was]
        .filter(([head]) => !mayChange.some((one) => head.endsWith(`-${one}`)))
        .flatMap(([, text]) => binds(text));
      for (const [head, text] of is) {
        if (was.has(head) && !mayChange.some((one) => head.endsWith(`-${one}`))) continue;
        // a master that nobody knows yet is known by the record
        if (head.startsWith(`backend node-${record.master}-http`)) continue;
        expect(head).toMatch(/^(frontend front|backend backend|backend https?)-[A-Za-z0-9_.:-]+$/);
        for (const [, first, last = first] of binds(text))
          for (const [, theirs] of taken)
            expect(Number(theirs) >= Number(first) && Number(theirs) <= Number(last)).toBe(false);
      }

      // the map: where the hosts of others lead
      for (const [host, backend] of base.map)
        if (!mayChange.some((one) => host.startsWith(`${one}.`))) expect(live.map.get(host)).toBe(backend);

      // a key loses only what the app really has
      for (const { error } of lost) {
        const claims = [...error.matchAll(/(domain|bind|frontend|backend) (\S+), which (\S+?) has/g)];
        expect(claims).not.toEqual([]);
        for (const [, kind = '', value = '', owner] of claims) {
          expect(owner).toBe(app);
          if (kind === 'domain') expect(live.map.get(value)).toMatch(/^node-/);
          else if (maintenance) continue;
          else if (kind !== 'bind') expect([...is.keys()]).toContain(`${kind} ${value}`);
          else {
            const theirs = [...is].filter(([head]) => !was.has(head) || head.endsWith(`-${name}`));
            const open = theirs.flatMap(([, text]) => binds(text));
            expect(
              open.some(([, first, last = first]) => +value >= Number(first) && +value <= Number(last)),
            ).toBe(true);
          }
        }
      }
    }),
    { numRuns: 1_000 },
  );
});
