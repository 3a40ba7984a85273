import { describe, expect, it } from 'vitest';
import { type AppRecord, parseRecord } from '../../../src/app/record.ts';
import { CoveyError } from '../../../src/errors.ts';
import { refuseClashes, warnOfDomains } from '../../../src/handlers/clashes.ts';

const app = (name: string, more: Partial<AppRecord> = {}) => ({
  name,
  record: parseRecord(
    name,
    JSON.stringify({ repo_url: `https://git.example.com/x/${name}`, branch: 'm', master: 'n1', ...more }),
  ),
});
const tcp = (frontend: string, bind: string, backend = `${frontend}-ct`) => ({
  [frontend]: {
    frontend: { mode: 'tcp', bind: [bind] },
    backends: [{ port: 22, peer_port: 23, ct: backend }],
  },
});
const refusal = (work: () => void): string => {
  try {
    work();
  } catch (thrown) {
    if (thrown instanceof CoveyError && thrown.code === 'conflict') return thrown.message;
    throw thrown;
  }
  return '';
};

describe('refuseClashes', () => {
  it.each<[string, Partial<AppRecord>, Partial<AppRecord>, RegExp]>([
    [
      'an address',
      { urls: 'http://a' },
      { urls: 'http://b, http://a' },
      /address http:\/\/a belongs to other/,
    ],
    ['a frontend', { haproxy: tcp('git', '*:1') }, { haproxy: tcp('git', '*:2', 'x') }, /frontend front-git/],
    ['a backend', { haproxy: tcp('g', '*:1', 'x') }, { haproxy: tcp('h', '*:2', 'x') }, /backend backend-x/],
    ['a port', { haproxy: tcp('g', '*:7') }, { haproxy: tcp('h', '127.0.0.1:7') }, /bind 7 belongs to other/],
  ])('refuses %s that another app has', (_, mine, theirs, message) => {
    expect(refusal(() => refuseClashes(app('mine', mine), [app('other', theirs)]))).toMatch(message);
  });

  it.each<[string, Partial<AppRecord>, Partial<AppRecord>]>([
    ['nothing at all', {}, {}],
    ['different addresses', { urls: 'http://a' }, { urls: 'http://b' }],
    ['the same host by another scheme', { urls: 'http://a' }, { urls: 'https://a' }],
    ['different ports', { haproxy: tcp('g', '*:7') }, { haproxy: tcp('h', '*:8') }],
  ])('lets pass %s', (_, mine, theirs) => {
    expect(refusal(() => refuseClashes(app('mine', mine), [app('other', theirs)]))).toBe('');
  });

  it('names everything that is taken at once, each with its owner', () => {
    const message = refusal(() =>
      refuseClashes(app('mine', { urls: 'http://a,http://b' }), [
        app('one', { urls: 'http://a' }),
        app('two', { urls: 'http://b' }),
      ]),
    );
    expect(message).toMatch(/^mine claims/);
    expect(message).toMatch(/http:\/\/a belongs to one; address http:\/\/b belongs to two/);
  });

  it('is not concerned with what others claim from each other', () => {
    const others = [app('one', { urls: 'http://a' }), app('two', { urls: 'http://a' })];
    expect(refusal(() => refuseClashes(app('mine', { urls: 'http://b' }), others))).toBe('');
  });

  it('takes no notice of another app’s broken record, only of one’s own', () => {
    const broken = { haproxy: { g: 'nonsense' } };
    expect(refusal(() => refuseClashes(app('mine'), [app('other', broken)]))).toBe('');
    expect(() => refuseClashes(app('mine', broken), [])).toThrow(/HAPROXY/);
  });
});

describe('warnOfDomains', () => {
  const mine = app('mine', { domains: ['a.example.com', 'b.example.com'] });

  it('tells of a domain that goes to another node for another app', () => {
    const other = app('other', { master: 'n2', domains: ['b.example.com'] });
    expect(warnOfDomains(mine, [other])).toEqual(['b.example.com is already routed to n2 for other.']);
  });

  it('says nothing where both apps are on one node: its Caddy tells them apart', () => {
    expect(warnOfDomains(mine, [app('other', { domains: ['b.example.com'] })])).toEqual([]);
  });
});
