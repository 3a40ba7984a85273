import { describe, expect, it } from 'vitest';
import { closedWhere, closing } from '../../../src/proxy/waiting.ts';
import type { HaproxyApp } from '../../../src/render/haproxy/config.ts';

const app = (more: Partial<HaproxyApp> = {}): HaproxyApp => ({
  ...{ name: 'a', master: 'n1', ip: '192.0.2.1', domains: ['a.example.com'], maintenance: false },
  ...more,
});
const never = () => false;
const wanted = (more: Partial<HaproxyApp>) => new Map([['a', { value: app({ leadsTo: 'n2', ...more }) }]]);

describe('where requests are to wait', () => {
  it('HAProxy is there before Caddy, and leads nobody elsewhere yet', () => {
    expect(closing(wanted({ waits: 'closed' }), new Map([['a', app()]]), never)?.get('a')).toEqual({
      value: app({ waits: 'closed' }),
    });
    const ports = wanted({ waits: 'closed', ports: 'closed' });
    expect(closing(ports, new Map([['a', app()]]), never)?.get('a')).toEqual({
      value: app({ waits: 'closed', ports: 'closed' }),
    });
    const open = new Map([['a', app({ waits: 'open' })]]);
    expect(closing(wanted({ waits: 'closed' }), open, never)?.get('a')).toEqual({
      value: app({ waits: 'closed' }),
    });
  });

  it('HAProxy leads elsewhere before Caddy has no site any more', () => {
    const live = new Map([['a', app({ leadsTo: 'n1', waits: 'open' })]]);
    const last = closing(wanted({}), live, (name) => name === 'a')?.get('a');
    expect(last).toEqual({ value: app({ leadsTo: 'n2', waits: 'open' }) });
    expect(closing(wanted({}), new Map([['a', app({ leadsTo: 'n2' })]]), () => true)).toBeUndefined();
  });

  it('is nothing to do beforehand where it is there already, or where none wait', () => {
    expect(
      closing(wanted({ waits: 'closed' }), new Map([['a', app({ waits: 'closed' })]]), never),
    ).toBeUndefined();
    expect(
      closing(wanted({ waits: 'open' }), new Map([['a', app({ waits: 'closed' })]]), never),
    ).toBeUndefined();
    expect(closing(wanted({}), new Map([['a', app()]]), never)).toBeUndefined();
    expect(closing(new Map([['a', { error: 'no' }]]), new Map([['a', app()]]), never)).toBeUndefined();
  });

  it('nothing goes on while Caddy would bring it back', () => {
    const at = { http: '/run/h.sock', https: '/run/s.sock' };
    const caddy = { name: 'a', master: 'n1', caddyfile: 'x', maintenance: false };
    const open = wanted({ waits: 'open' });
    expect(closedWhere(new Map([['a', { ...caddy, cutover: { hold: at } }]]), open).get('a')).toMatchObject({
      value: { waits: 'closed', leadsTo: 'n2' },
    });
    expect(closedWhere(new Map([['a', caddy]]), open)).toBe(open);
    expect(closedWhere(new Map([['a', { ...caddy, cutover: { passTo: at } }]]), open)).toBe(open);
  });
});
