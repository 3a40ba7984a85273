import { expect, it } from 'vitest';
import { connectionsTo } from '../../../src/docker/connections.ts';

const HEADER =
  '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode';
const line = (remote: string, state: string) =>
  `   1: 020012AC:D8F4 ${remote} ${state} 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 20 4 0 10 -1`;
const IPV6 = '0000000000000000FFFF0000030012AC:1F90';

it.each<[string, string[], number]>([
  ['nothing', [], 0],
  ['one that is established', [line('030012AC:1F90', '01')], 1],
  ['one by an IPv6 socket', [line(IPV6, '01')], 1],
  ['one to each of two containers', [line('030012AC:1F90', '01'), line('0A0012AC:0050', '01')], 2],
  ['those that end or begin', [line('030012AC:1F90', '06'), line('030012AC:1F90', '02')], 0],
  ['those of others', [line('040012AC:1F90', '01'), line('00000000:0000', '0A')], 0],
])('%s', (_, lines, count) => {
  const table = [HEADER, ...lines, ''].join('\n');
  expect(connectionsTo(table, ['172.18.0.3', '172.18.0.10'])).toBe(count);
});
