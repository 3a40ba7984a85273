import { describe, expect, it } from 'vitest';
import { judgePorts, parseListeners, parseSockets } from '../../../src/doctor/ports.ts';

describe('ports', () => {
  const expected = [
    { port: 80, owner: 'haproxy' },
    { port: 7700, owner: 'peer' },
  ] as const;
  const sockets = { haproxy: new Set(['1']), peer: new Set(['2']) };
  const judge = (...listeners: [number, string][]) =>
    judgePorts(
      { expected, haproxyContainer: 'h' },
      listeners.map(([port, inode]) => ({ port, inode })),
      sockets,
    );

  it.each([
    [
      [
        [80, '1'],
        [7700, '2'],
        [22, '9'],
      ],
      'ok',
      '80 haproxy; 7700 peer',
      '',
    ],
    [[[80, '1']], 'error', 'nobody listens on 7700 (peer)', 'docker restart covey-peer'],
    [
      [
        [80, '9'],
        [7700, '2'],
      ],
      'error',
      'another program than haproxy listens on 80',
      'ss -ltnp',
    ],
    [
      [
        [80, '1'],
        [80, '9'],
        [7700, '2'],
      ],
      'error',
      'another program than haproxy listens on 80',
      'docker restart h',
    ],
    [
      [
        [80, '2'],
        [7700, '2'],
      ],
      'error',
      'another program than haproxy listens on 80',
      'ss -ltnp',
    ],
  ] as [[number, string][], string, string, string][])('%j is %s', (listeners, state, found, hint) => {
    const finding = judge(...listeners);
    expect(finding).toMatchObject({ state, found });
    expect(finding.hint).toContain(hint);
  });

  it("reads the kernel's table, and links of descriptors", () => {
    const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:0050 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 7885291 1 0000 100 0
   1: 0100007F:1E14 0100007F:A2B4 01 00000000:00000000 00:00000000 00000000     0        0 7885300 1 0000 100 0
   2: 00000000000000000000000000000000:1E14 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 42 1
`;
    expect(parseListeners(table)).toEqual([
      { port: 80, inode: '7885291' },
      { port: 7700, inode: '42' },
    ]);
    expect(parseListeners('')).toEqual([]);
    expect(parseSockets('socket:[42]\n/dev/null\nsocket:[7]\n')).toEqual(new Set(['42', '7']));
  });
});
