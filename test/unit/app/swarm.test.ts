import { describe, expect, it } from 'vitest';
import { parseSwarm, swarmKeyOf } from '../../../src/app/swarm.ts';

const tcp = (backend: object) => ({
  ssh: { frontend: { mode: 'tcp', bind: ['*:2222'] }, backends: [backend] },
});

describe('a swarm key', () => {
  it.each<[string, object, object]>([
    [
      'domains',
      { domains: ['a.example.com', 'b.example.com'] },
      { domains: ['a.example.com', 'b.example.com'], haproxy: {} },
    ],
    [
      'haproxy',
      { haproxy: tcp({ port: '22', ct: 'test' }) },
      { domains: [], haproxy: tcp({ port: 22, ct: 'test' }) },
    ],
    [
      'a service at an address',
      { haproxy: tcp({ port: 22, ct: '127.0.0.1' }) },
      { haproxy: tcp({ port: 22, ct: '127.0.0.1' }) },
    ],
    ['both as null', { domains: null, haproxy: null }, { domains: [], haproxy: {} }],
    ['fields of its own', { team: 'x' }, { domains: [], haproxy: {} }],
  ])('may have %s', (_, value, read) => {
    expect(parseSwarm('k', JSON.stringify(value))).toEqual({ key: 'k', ...{ domains: [], ...read } });
  });

  it.each<[string, string, string]>([
    ['no JSON', '{', 'swarm/k is not valid JSON'],
    ['empty', '', 'swarm/k is not valid JSON'],
    ['a list', '[]', 'swarm/k is not usable: the whole'],
    ['of domains that are a string', '{"domains": "a.example.com"}', 'swarm/k is not usable: domains'],
    [
      'of a domain that is none',
      '{"domains": ["http://a.example.com"]}',
      'swarm/k: "http://a.example.com" in domains',
    ],
    [
      'without ct',
      JSON.stringify({ haproxy: tcp({ port: 22 }) }),
      'swarm/k: HAPROXY ssh.backends.0.ct: it is missing',
    ],
    [
      'of a rule that always holds',
      JSON.stringify({ haproxy: { 'http-in': { backends: [{ port: 80, ct: 'x' }] } } }),
      'swarm/k: HAPROXY http-in.backends.0.use_backend_option',
    ],
  ])('that is %s is refused with its name', (_, value, why) => {
    expect(() => parseSwarm('k', value)).toThrow(why);
  });

  it.each([
    ['swarm/k', 'k'],
    ['swarm/team/k', 'team/k'],
    ['swarm/', undefined],
    ['swarm/team/', undefined],
  ])('%s is named %s', (path, key) => {
    expect(swarmKeyOf(path)).toBe(key);
  });
});
