import { describe, expect, it } from 'vitest';
import { formatHold, type HoldState } from '../../../src/app/hold.ts';
import { CoveyError } from '../../../src/errors.ts';
import { createApplier } from '../../../src/proxy/applier.ts';
import type { GoodParts } from '../../../src/proxy/good-parts.ts';
import { viewOf } from '../../../src/proxy/view.ts';

const signal = new AbortController().signal;

const site = (says: string) => `http://a.example.com {\n\trespond ${says}\n}`;

/** A node whose proxies take all but what holds one of the words of `refused`, with app `a` at its cutover, and an app `b` beside it. */
function atCutover() {
  let good: GoodParts = { caddy: new Map(), haproxy: new Map(), hosts: new Map() };
  const live = { caddyfile: '', haproxy: '', map: new Map() as ReadonlyMap<string, string> };
  const refused = new Set<string>();
  const told: string[] = [];
  let aside: string[] = [];
  const judge = async (text: string) => {
    const word = [...refused].find((each) => text.includes(each));
    if (word) throw new CoveyError('invalid', `no ${word}`);
  };
  const newApplier = () =>
    createApplier({
      node: 'n1',
      settings: { internalCa: true },
      caddy: {
        validate: judge,
        load: async (text) => {
          await judge(text);
          live.caddyfile = text;
          told.push('caddy');
        },
        idle: async () => void told.push('idle'),
      },
      haproxy: {
        validate: judge,
        apply: async ({ config, map }) => {
          if (live.haproxy !== config) told.push('haproxy');
          live.haproxy = config;
          live.map = map;
        },
      },
      asides: {
        set: async (apps) => {
          if (apps.join() !== aside.join()) told.push(apps.length > 0 ? 'aside' : 'on');
          aside = [...apps];
        },
        clear: async () => undefined,
      },
      goodParts: {
        load: async () => good,
        save: async (parts) => {
          good = structuredClone(parts);
        },
      },
    });
  let applier = newApplier();
  let index = 1;
  const entry = (name: string, caddyfile: string, master: string, more: object = {}) => ({
    key: `app/${name}`,
    value: JSON.stringify({
      ...{ repo_url: `https://h/${name}`, branch: 'm', master, ip: '192.0.2.1' },
      ...{ domains: [`${name}.example.com`], caddyfile, ...more },
    }),
    modifyIndex: index,
  });
  return {
    live,
    refused,
    told,
    aside: () => aside,
    restart: () => {
      applier = newApplier();
    },
    /** What was refused of the view that has such a record and such a hold of `a`. */
    apply: async (
      caddyfile: string,
      state?: HoldState,
      {
        node = 'n1',
        from = 'n1',
        master = 'n1',
        haproxy,
        maintenance = false,
      }: { node?: string; from?: string; master?: string; haproxy?: object; maintenance?: boolean } = {},
    ) => {
      index += 1;
      const value = state && formatHold({ node, from, operation: 'r', state });
      const view = viewOf({
        apps: [
          entry('a', caddyfile, master, haproxy && { haproxy }),
          entry('b', `http://b.example.com {\n\trespond b${index}\n}`, 'n1'),
        ],
        maintenance: maintenance ? ['maintenance/a'] : [],
        members: ['n1', 'n2', 'n3'].map((name, at) => ({ name, address: `192.0.2.${at + 1}` })),
        holds: value ? [{ key: 'covey/hold/a', value, modifyIndex: index }] : [],
      });
      const found = await applier.apply(view, signal);
      expect(live.caddyfile).toContain(`respond b${index}`);
      return found.map(({ app, part, error }) => `${app} ${part}: ${error}`);
    },
  };
}

it('HAProxy is there before requests are led aside, which ends before what has waited goes on', async () => {
  const { apply, told, live, aside } = atCutover();
  await apply(site('old'));
  told.length = 0;
  expect(await apply(site('old'), 'held')).toEqual([]);
  expect(told).toEqual(['caddy', 'haproxy', 'aside']);
  expect(aside()).toEqual(['a']);
  expect(live.caddyfile).toContain('respond old');
  expect(live.haproxy).not.toMatch(/^frontend exit-/m);
  expect(await apply(site('new'), 'open')).toEqual([]);
  expect(told.slice(3)).toEqual(['caddy', 'on', 'haproxy']);
  expect(live.haproxy).toMatch(/^frontend exit-/m);
  expect(await apply(site('new'))).toEqual([]);
  expect(live.haproxy).not.toMatch(/^frontend (exit|hold)-/m);
});

it('where an app moves away its site stays until HAProxy leads nobody there any more, and nobody is let on to it', async () => {
  const { apply, told, aside, live } = atCutover();
  const move = { node: 'n2', from: 'n1' };
  await apply(site('old'));
  expect(await apply(site('old'), 'preparing', move)).toEqual([]);
  expect(live.haproxy).toContain('server node 192.0.2.2:1080 send-proxy-v2');
  expect(aside()).toEqual([]);
  told.length = 0;
  expect(await apply(site('old'), 'held', move)).toEqual([]);
  // The way to the other node is there already.
  expect(told).toEqual(['caddy', 'aside']);
  expect(await apply(site('old'), 'open', { ...move, master: 'n2' })).toEqual([]);
  expect(aside()).toEqual(['a']);
  told.length = 0;
  expect(await apply(site('old'), undefined, { master: 'n2' })).toEqual([]);
  expect(live.map.get('a.example.com')).toBe('node-n2');
  expect(told).toEqual(['caddy', 'idle', 'on', 'haproxy']);
  expect(live.caddyfile).not.toContain('respond old');
});

it('in maintenance nobody waits, but gets its page', async () => {
  const { apply, aside } = atCutover();
  await apply(site('old'));
  await apply(site('old'), 'held', { maintenance: true });
  expect(aside()).toEqual([]);
});

it('where HAProxy does not take what is to wait, the app stays as it is, and all else goes on', async () => {
  const { apply, refused, live, aside } = atCutover();
  await apply(site('old'));
  refused.add('frontend hold-');
  expect(await apply(site('old'), 'held')).toEqual(['a haproxy: no frontend hold-']);
  expect(live.caddyfile).toContain('respond old');
  expect(aside()).toEqual([]);
  expect(await apply(site('old'), 'returned')).toEqual(['a haproxy: no frontend hold-']);
  expect(live.caddyfile).toContain('respond old');
  expect(await apply(site('old'))).toEqual([]);
});

for (const isRestarted of [false, true]) {
  it(`a site that is refused after the cutover is the one before it${isRestarted ? ', also by a peer that is started anew' : ''}`, async () => {
    const { apply, refused, live, aside, restart } = atCutover();
    await apply(site('old'));
    await apply(site('old'), 'held');
    expect(aside()).toEqual(['a']);
    if (isRestarted) restart();
    refused.add('respond new');
    expect(await apply(site('new'), 'open')).toEqual(['a caddy: no respond new']);
    expect(live.caddyfile).toContain('respond old');
    expect(live.haproxy).toMatch(/^frontend exit-/m);
    expect(aside()).toEqual([]);
    expect(await apply(site('new'))).toEqual(['a caddy: no respond new']);
    expect(live.caddyfile).toContain('respond old');
  });
}

it('a site that is refused where the app moves to is the one that was prepared there', async () => {
  const { apply, refused, live, aside, told } = atCutover();
  await apply(site('old'), undefined, { master: 'n2' });
  const move = { node: 'n1', from: 'n2' };
  told.length = 0;
  expect(await apply(site('old'), 'preparing', { ...move, master: 'n2' })).toEqual([]);
  // Before HAProxy leads anybody to it.
  expect(told).toEqual(['caddy', 'aside', 'haproxy']);
  expect(live.map.get('a.example.com')).toBe('node-n1');
  refused.add('respond new');
  expect(await apply(site('new'), 'open', { ...move, master: 'n1' })).toEqual(['a caddy: no respond new']);
  expect(live.caddyfile).toContain('respond old');
  expect(aside()).toEqual([]);
});

it('an app whose ports are refused after the cutover leads where it should all the same', async () => {
  const { apply, refused, live } = atCutover();
  const port = (bind: string) => ({
    ssh: { frontend: { mode: 'tcp', bind: [bind] }, backends: [{ port: 22, peer_port: 2223, ct: 'x' }] },
  });
  const old = { haproxy: port('*:2222'), master: 'n2' };
  await apply(site('old'), undefined, old);
  const move = { node: 'n3', from: 'n2' };
  expect(await apply(site('old'), 'held', { ...move, ...old })).toEqual([]);
  expect(live.map.get('a.example.com')).toBe('node-n3');
  refused.add('*:3333');
  const next = { haproxy: port('*:3333'), master: 'n3' };
  for (const state of ['open', undefined] as const) {
    expect(await apply(site('new'), state, { ...move, ...next })).toEqual(['a haproxy: no *:3333']);
    expect(live.map.get('a.example.com')).toBe('node-n3');
    expect(live.haproxy).toContain('bind *:2222');
  }
});

it('an app whose ports are refused where it waits has nothing left of that', async () => {
  const { apply, refused, live } = atCutover();
  await apply(site('old'));
  expect(await apply(site('old'), 'held')).toEqual([]);
  refused.add('*:3333');
  const frontend = { mode: 'tcp', bind: ['*:3333'] };
  const haproxy = { ssh: { frontend, backends: [{ port: 22, peer_port: 2223, ct: 'x' }] } };
  expect(await apply(site('new'), 'open', { haproxy })).toEqual(['a haproxy: no *:3333']);
  expect(live.caddyfile).toContain('respond new');
  expect(live.haproxy).toMatch(/^frontend hold-/m);
  expect(await apply(site('new'), undefined, { haproxy })).toEqual(['a haproxy: no *:3333']);
  expect(live.haproxy).not.toMatch(/^frontend hold-/m);
});

describe('ports of an app', () => {
  const frontend = { mode: 'tcp', bind: ['*:2222'] };
  const port = (ct: string) => ({
    haproxy: { ssh: { frontend, backends: [{ port: 22, peer_port: 2223, ct }] } },
  });

  it('are closed by one reload, and let go on, also where it has no site', async () => {
    const { apply, told, live } = atCutover();
    await apply('', undefined, port('x'));
    const before = live.haproxy;
    told.length = 0;
    expect(await apply('', 'held', port('x'))).toEqual([]);
    expect(told).toEqual(['caddy', 'haproxy', 'aside']);
    expect(live.haproxy).toMatch(/ {4}server n1 127\.\S+:7756 send-proxy-v2\n/);
    expect(live.haproxy).not.toContain('x:22');
    expect(await apply('', 'open', port('x'))).toEqual([]);
    expect(live.haproxy.match(/x:22\n/g)).toHaveLength(2);
    expect(live.haproxy).toMatch(/^frontend exit-[0-9a-f]+-port$/m);
    expect(await apply('', undefined, port('x'))).toEqual([]);
    expect(live.haproxy).toBe(before);
  });

  for (const isRestarted of [false, true]) {
    it(`take connections again where what lets go on is refused${isRestarted ? ', also by a peer that is started anew' : ''}`, async () => {
      const { apply, refused, live, restart } = atCutover();
      await apply(site('old'), undefined, port('x'));
      await apply(site('old'), 'held', port('x'));
      if (isRestarted) restart();
      refused.add('-port\n');
      for (const state of ['open', undefined] as const) {
        const found = await apply(site('old'), state, port('x'));
        expect(found).toEqual(state ? ['a haproxy: no -port\n'] : []);
        expect(live.haproxy).toContain('server n1 x:22\n');
      }
    });
  }

  it('stay closed while an app is held whose newest ports are refused', async () => {
    const { apply, refused, live } = atCutover();
    await apply('', undefined, port('x'));
    await apply('', 'held', port('x'));
    const wrong = {
      haproxy: {
        ssh: { frontend: { ...frontend, bind: ['*:2222', '*:9'] }, backends: port('x').haproxy.ssh.backends },
      },
    };
    refused.add('bind *:9');
    expect(await apply('', 'held', wrong)).toEqual(['a haproxy: no bind *:9']);
    expect(live.haproxy).toMatch(/ {4}server n1 127\.\S+:7756 send-proxy-v2\n/);
  });
});
