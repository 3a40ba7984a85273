import { describe, expect, it } from 'vitest';
import { closing } from '../../../src/proxy/waiting.ts';
import type { HaproxyApp } from '../../../src/render/haproxy/config.ts';

const app = (more: Partial<HaproxyApp> = {}): HaproxyApp => ({
  ...{ name: 'a', master: 'n1', ip: '192.0.2.1', domains: ['a.example.com'], maintenance: false },
  ...more,
});
const never = () => false;
const wanted = (more: Partial<HaproxyApp>) => new Map([['a', { value: app({ leadsTo: 'n2', ...more }) }]]);

describe('where requests are to wait', () => {
  it('HAProxy is there before they come, and leads nobody elsewhere yet', () => {
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

  it('and the way to another node, each time that it is another one', () => {
    const passing = (passesTo?: string) => new Map([['a', app({ ...(passesTo && { passesTo }) })]]);
    for (const last of [undefined, '192.0.2.3'])
      expect(closing(wanted({ passesTo: '192.0.2.2' }), passing(last), never)?.get('a')).toEqual({
        value: app({ passesTo: '192.0.2.2' }),
      });
    expect(closing(wanted({ passesTo: '192.0.2.2' }), passing('192.0.2.2'), never)).toBeUndefined();
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
});
