import { describe, expect, it } from 'vitest';
import type { Part } from '../../../src/proxy/settle.ts';
import { appsFirst, type HaproxyPart, placeSwarm } from '../../../src/proxy/swarm.ts';
import { type View, viewOf } from '../../../src/proxy/view.ts';
import type { HaproxyApp } from '../../../src/render/haproxy/config.ts';
import { readHaproxy } from '../../../src/render/haproxy/definition.ts';

const tcp = (name: string, port: number, backend = name) => ({
  [name]: {
    frontend: { mode: 'tcp', bind: [`*:${port}`] },
    backends: [{ name: backend, port: 22, peer_port: 22, ct: 'c' }],
  },
});
const app = (
  name: string,
  more: { domains?: string[]; haproxy?: object } = {},
): [string, Part<HaproxyApp>] => [
  name,
  {
    value: {
      name,
      master: 'n1',
      ip: '10.0.0.1',
      maintenance: false,
      domains: more.domains ?? [],
      haproxy: readHaproxy(more.haproxy),
    },
  },
];
/** Keys in the order in which they were written. */
const view = (keys: Record<string, unknown>, maintenance: string[] = []): View =>
  viewOf({
    apps: [],
    maintenance: maintenance.map((name) => `maintenance/${name}`),
    members: [],
    swarm: Object.entries(keys).map(([key, value], index) => ({
      key: `swarm/${key}`,
      value: typeof value === 'string' ? value : JSON.stringify(value),
      modifyIndex: index + 1,
    })),
  });
const place = (given: View, apps: [string, Part<HaproxyApp>][] = [], good = new Map<string, HaproxyPart>()) =>
  placeSwarm(given, new Map(apps), good);
const faults = (...given: Parameters<typeof place>) => Object.fromEntries(place(...given).faults);

describe('swarm keys beside apps', () => {
  it('are parts by the name of the key', () => {
    const placed = place(
      view({ k: { domains: ['a.example.com'] }, 'team/l': { haproxy: tcp('x', 1) } }, ['team/l']),
    );
    expect([...placed.parts]).toMatchObject([
      ['swarm/k', { value: { key: 'k', domains: ['a.example.com'], maintenance: false } }],
      ['swarm/team/l', { value: { key: 'team/l', maintenance: true } }],
    ]);
    expect(placed.faults.size).toBe(0);
  });

  it.each<[string, { domains?: string[]; haproxy?: object }, object, string]>([
    [
      'a domain',
      { domains: ['A.example.com:8443'] },
      { domains: ['b.example.com', 'a.example.com'] },
      'domain a.example.com, which foo has',
    ],
    ['a port', { haproxy: tcp('x', 2222) }, { haproxy: tcp('y', 2222) }, 'bind 2222, which foo has'],
    [
      'a backend',
      {
        haproxy: tcp('x', 1, 'same').x && {
          'http-in': {
            backends: [
              { name: 'swarm-same', use_backend_option: 'if { path /x }', port: 80, peer_port: 80, ct: 'c' },
            ],
          },
        },
      },
      {
        haproxy: {
          'http-in': {
            backends: [{ name: 'same', use_backend_option: 'if { path /y }', port: 80, ct: 'c' }],
          },
        },
      },
      'backend http-swarm-same, which foo has',
    ],
  ])('give way to an app that has %s', (_, mine, key, why) => {
    const given = view({ k: key, other: { domains: ['other.example.com'] } });
    expect(faults(given, [app('foo', mine)])).toEqual({ 'swarm/k': `swarm/k claims ${why}.` });
  });

  it('give way to each other by who was there first, and all else goes on', () => {
    const given = view({
      z: { domains: ['a.example.com'], haproxy: tcp('x', 1) },
      a: { domains: ['a.example.com'], haproxy: tcp('x', 2) },
      m: {},
    });
    expect(faults(given)).toEqual({
      'swarm/a':
        'swarm/a claims backend swarm-backend-x, which swarm/z has; domain a.example.com, which swarm/z has; frontend swarm-front-x, which swarm/z has.',
    });
  });

  it('may use a frontend’s name that an app uses: theirs are told apart', () => {
    expect(faults(view({ k: { haproxy: tcp('x', 1) } }), [app('foo', { haproxy: tcp('x', 2) })])).toEqual({});
  });

  it('keep their last good part when they cannot be read, unless somebody else has it now', () => {
    const wanted = place(view({ k: { haproxy: tcp('x', 2222) } })).parts.get('swarm/k');
    if (!wanted || !('value' in wanted)) throw new Error('the key is good');
    const good = new Map<string, HaproxyPart>([['swarm/k', wanted.value]]);
    const broken = view({ k: '{' });
    expect(place(broken, [], good).good.has('swarm/k')).toBe(true);
    expect(place(broken, [], good).faults.get('swarm/k')).toMatch(/^swarm\/k is not valid JSON/);
    const taken = place(broken, [app('foo', { haproxy: tcp('y', 2222) })], good);
    expect(taken.good.has('swarm/k')).toBe(false);
    // and it takes part: who comes later may not have it either
    const later = view({ k: '{', l: { haproxy: tcp('y', 2222) } });
    expect(place(later, [], good).faults.get('swarm/l')).toBe('swarm/l claims bind 2222, which swarm/k has.');
  });

  it('leave nothing of theirs in the way of an app, also of what they have given up', () => {
    const before = place(view({ k: { haproxy: tcp('x', 2222) } })).parts.get('swarm/k');
    if (!before || !('value' in before)) throw new Error('the key is good');
    const good = new Map<string, HaproxyPart>([['swarm/k', before.value]]);
    const moved = view({ k: { haproxy: tcp('x', 3333) } });
    expect(place(moved, [], good).good.has('swarm/k')).toBe(true);
    const taken = place(moved, [app('foo', { haproxy: tcp('y', 2222) })], good);
    expect([taken.good.has('swarm/k'), taken.faults.size]).toEqual([false, 0]);
    // what an app is judged beside
    const foo = app('foo', { haproxy: tcp('y', 2222) })[1];
    if (!('value' in foo)) throw new Error('the part is good');
    expect([...appsFirst(new Map(good).set('foo', foo.value)).keys()]).toEqual(['foo']);
    expect([...appsFirst(good).keys()]).toEqual(['swarm/k']);
  });

  it('give way to the last good part of an app whose record is broken', () => {
    const [name, part] = app('foo', { domains: ['a.example.com'] });
    if (!('value' in part)) throw new Error('the part is good');
    const given = view({ k: { domains: ['a.example.com'] } });
    expect(faults(given, [[name, { error: 'broken' }]], new Map([[name, part.value]]))).toEqual({
      'swarm/k': 'swarm/k claims domain a.example.com, which foo has.',
    });
    expect(faults(given, [[name, { error: 'broken' }]])).toEqual({});
  });
});
