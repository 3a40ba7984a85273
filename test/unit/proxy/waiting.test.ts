import { describe, expect, it } from 'vitest';
import { closedWhere, closing } from '../../../src/proxy/waiting.ts';
import type { HaproxyApp } from '../../../src/render/haproxy/config.ts';

const app = (more: Partial<HaproxyApp> = {}): HaproxyApp => ({
  ...{ name: 'a', master: 'n1', ip: '192.0.2.1', domains: ['a.example.com'], maintenance: false },
  ...more,
});
const wanted = (more: Partial<HaproxyApp>) => new Map([['a', { value: app({ leadsTo: 'n2', ...more }) }]]);

describe('where requests are to wait', () => {
  it('HAProxy is there before Caddy, and leads nobody elsewhere yet', () => {
    expect(closing(wanted({ waits: 'closed' }), new Map([['a', app()]]))?.get('a')).toEqual({
      value: app({ waits: 'closed' }),
    });
    const open = new Map([['a', app({ waits: 'open' })]]);
    expect(closing(wanted({ waits: 'closed' }), open)?.get('a')).toEqual({ value: app({ waits: 'closed' }) });
  });

  it('is nothing to do beforehand where it is there already, or where none wait', () => {
    expect(closing(wanted({ waits: 'closed' }), new Map([['a', app({ waits: 'closed' })]]))).toBeUndefined();
    expect(closing(wanted({ waits: 'open' }), new Map([['a', app({ waits: 'closed' })]]))).toBeUndefined();
    expect(closing(wanted({}), new Map([['a', app()]]))).toBeUndefined();
    expect(closing(new Map([['a', { error: 'no' }]]), new Map([['a', app()]]))).toBeUndefined();
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
