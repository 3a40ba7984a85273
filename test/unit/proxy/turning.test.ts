import { expect, it } from 'vitest';
import { opened, turning } from '../../../src/proxy/cutover/turning.ts';
import type { HaproxyApp } from '../../../src/render/haproxy/config.ts';

const app = (more: Partial<HaproxyApp> = {}): HaproxyApp => ({
  ...{ name: 'a', master: 'n1', ip: '192.0.2.1', domains: ['a.example.com'], maintenance: false },
  ...more,
});
const wanted = (more: Partial<HaproxyApp>) => new Map([['a', { value: app({ leadsTo: 'n2', ...more }) }]]);
const here = (name: string) => name === 'a';

it('HAProxy leads elsewhere before Caddy has no site any more', () => {
  const live = new Map([['a', app({ leadsTo: 'n1', waits: 'open' })]]);
  const last = turning(wanted({ waits: 'closed' }), live, here)?.get('a');
  expect(last).toEqual({ value: app({ leadsTo: 'n2', waits: 'open' }) });
});

it('is nothing to do beforehand where it does already, where no site goes, or where it is not known how', () => {
  const live = new Map([['a', app()]]);
  expect(turning(wanted({}), new Map([['a', app({ leadsTo: 'n2' })]]), here)).toBeUndefined();
  expect(turning(wanted({}), live, () => false)).toBeUndefined();
  expect(turning(wanted({}), new Map(), here)).toBeUndefined();
  expect(turning(new Map([['a', { error: 'no' }]]), live, here)).toBeUndefined();
});

it('what lets those go on who wait is known beforehand', () => {
  const closed = app({ waits: 'closed', ports: 'closed', isAside: true });
  const other = app({ name: 'b', waits: 'open' });
  const live = new Map([
    ['a', closed],
    ['b', other],
  ]);
  expect(opened(live)).toEqual(
    new Map([
      ['a', { ...closed, waits: 'open', ports: 'open' }],
      ['b', other],
    ]),
  );
  expect(opened(new Map([['b', other]]))).toBeUndefined();
});
