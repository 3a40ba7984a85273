import { describe, expect, test } from 'vitest';
import { planDrill } from '../../../src/cli/drill-plan.ts';
import { planText, reportText } from '../../../src/cli/drill-text.ts';

const node = (name: string, masters = 0, state = 'alive', version = '1') => ({
  ...{ name, masters, state, version },
});
const three = [node('n1', 5), node('n2', 2), node('n3', 1)];

const plan = (slave: string, { to = '', redeployOnly = false, nodes = three } = {}) =>
  planDrill({ name: 'shop', master: 'n1', slave }, { to, redeployOnly }, nodes);
/** "phase: master/slave". */
const phases = (...args: Parameters<typeof plan>) =>
  plan(...args).phases.map(({ phase, master, slave }) => `${phase}: ${master}/${slave}`);

describe('an app', () => {
  test.each<[string, string, Parameters<typeof plan>[1], string]>([
    ['goes to its slave, which changes places with its master', 'n2', {}, 'n2/n1'],
    ['goes to the node with the fewest apps where it has none', '', {}, 'n3/'],
    ['goes to the node that is named, and keeps its slave', 'n2', { to: 'n3' }, 'n3/n2'],
    ['and where its slave is dead', 'n4', { nodes: [...three, node('n4', 0, 'failed')] }, 'n3/n4'],
    ['never goes where no peer answers', '', { nodes: [...three, node('n0', 0, 'alive', '')] }, 'n3/'],
  ])('%s', (_, slave, more, there) => {
    expect(phases(slave, more)).toEqual([`redeploy: n1/${slave}`, `there: ${there}`, `back: n1/${slave}`]);
  });

  test('stays where it is where that is asked for', () => {
    expect(phases('n2', { redeployOnly: true })).toEqual(['redeploy: n1/n2']);
    expect(phases('', { redeployOnly: true, nodes: [node('n1')] })).toEqual(['redeploy: n1/']);
  });

  test('is asked for through the nodes that are alive', () => {
    const nodes = [...three, node('n4', 0, 'failed')];
    expect(plan('', { nodes }).nodes.map((each) => each.node)).toEqual(['n1', 'n2', 'n3']);
  });

  test.each<[string, Parameters<typeof plan>[1]]>([
    ['There is no node n9.', { to: 'n9' }],
    ['n2 is not alive: Consul says "failed".', { to: 'n2', nodes: [node('n1'), node('n2', 0, 'failed')] }],
    ['shop is on n1 already.', { to: 'n1' }],
    ['No other node is alive that shop could be moved to.', { nodes: [node('n1')] }],
  ])('%s', (message, more) => {
    expect(() => plan('', more)).toThrow(message);
  });
});

describe('the text', () => {
  const drill = {
    ...{ app: 'shop', sites: ['http://shop.lab/', 'https://shop.lab/'], rate: 50, failures: [] },
    ...plan('n2'),
  };

  test('tells before what will be done', () => {
    expect(planText(drill)).toBe(
      [
        'shop: 50 requests a second for http://shop.lab/ and https://shop.lab/, through n1, n2 and n3, while it',
        '   1  is deployed again on n1',
        '   2  is moved to n2',
        '   3  is moved back to n1',
      ].join('\n'),
    );
  });

  test('tells after it what became of it', () => {
    const [redeploy, there, back] = drill.phases;
    if (!redeploy || !there || !back) throw new Error('three phases');
    const counts = { requests: 500, failed: 0, retried: 1, p99Ms: 12, longestMs: 1900 };
    const failed = { requests: 20, failed: 2, retried: 0, p99Ms: 30_000, longestMs: 30_000 };
    const done = {
      ...drill,
      phases: [
        { ...redeploy, ...counts, state: 'done' as const, operationMs: 10_040, sentBytes: 0 },
        { ...there, ...failed, state: 'failed' as const, operationMs: 900, sentBytes: 12_300_000 },
        back,
      ],
      all: { ...counts, requests: 520, failed: 2 },
      nodes: [
        { node: 'n1', requests: 260, failed: 0 },
        { node: 'n2', requests: 260, failed: 2 },
      ],
      failures: [
        { atMs: 10_500, phase: 'there', node: 'n2', way: 'https, HTTP/2', problem: '503 instead of 200' },
      ],
    };
    expect(
      reportText(done),
    ).toBe(`PHASE                       REQUESTS  FAILED  RETRIED  P99     LONGEST  OPERATION  SENT
redeploy                    500       0       1        12 ms   1.9 s    10.0 s     0.0 MB
move to n2 (failed)         20        2       0        30.0 s  30.0 s   900 ms     12.3 MB
move back to n1 (not done)  0         0       0        0 ms    0 ms     0 ms       0.0 MB
all                         520       2       1        12 ms   1.9 s

THROUGH  REQUESTS  FAILED
n1       260       0
n2       260       2

AT      PHASE  THROUGH  BY             WHAT CAME
10.5 s  there  n2       https, HTTP/2  503 instead of 200

2 of 520 requests failed.`);
    expect(reportText({ ...done, all: counts })).toMatch(/\n\nNo request failed\.$/);
    expect(reportText(drill)).toMatch(/\n\nNo request was made\.$/);
  });
});
