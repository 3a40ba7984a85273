import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { run } from '../../../lab/run.ts';
import { askCheck } from '../../../src/proxy/ask-check.ts';
import {
  answersOn,
  apply,
  ask,
  nodes,
  startServer,
  stopServer,
  useBalance,
  withSecond,
} from './balance-nodes.ts';
import { answered, asking, only, schemes, untilAll } from './balance-visits.ts';

useBalance();

describe('an app on two nodes', () => {
  it('has a peer know whether it answers on its node', async () => {
    expect(await answersOn('n2')).toBe(true);
    await apply({ n2: { out: 'leaving' } });
    expect(await answersOn('n2')).toBe(false);
    await apply();
    await stopServer('n2');
    expect(await answersOn('n2')).toBe(false);
    await startServer('n2');
    expect(await answersOn('n2')).toBe(true);
    expect(
      await askCheck('/nowhere.sock', 'shop', { checks: 1, scheme: 'http' }, new AbortController().signal),
    ).toBe(false);
  });

  it('is answered by both, whichever node is asked', async () => {
    await untilAll();
  });

  it('has a node whose container does not answer out within 3 s, and in again when it does', async () => {
    await untilAll();
    const visitors = asking();
    const stopped = performance.now();
    await stopServer('n2');
    await expect.poll(() => answered(3), { timeout: 20_000, interval: 100 }).toEqual(only('n1'));
    const { failures } = await visitors.stop();
    expect(Math.max(0, ...failures.map(({ at }) => at - stopped))).toBeLessThan(3_000);
    // what only asks is asked again elsewhere
    expect(failures.filter(({ what }) => what.endsWith('http status 502'))).toEqual([]);
    expect(Math.max(0, ...failures.map(({ took }) => took))).toBeLessThan(3_000);
    await startServer('n2');
    await untilAll();
  });

  it('is answered by nodes on which all of its containers answer; where none is, by the master', async () => {
    await untilAll();
    await apply({}, withSecond());
    await expect.poll(() => answered(3), { timeout: 20_000, interval: 100 }).toEqual(only('n1'));
    await apply();
    await untilAll();
  });

  it('has a node that no longer answers at all out within 3 s', async () => {
    await untilAll();
    const { haproxyContainer } = nodes.n2.settings;
    const stopped = performance.now();
    // it takes connections still, and says nothing on them: worse than one that is gone
    await run(['docker', 'pause', haproxyContainer]);
    const failures: number[] = [];
    try {
      while (performance.now() - stopped < 6_000) {
        for (const scheme of schemes) {
          const begun = performance.now();
          if ((await ask('n1', scheme)) !== 'n1') failures.push(begun - stopped);
        }
      }
    } finally {
      await run(['docker', 'unpause', haproxyContainer]);
    }
    expect(Math.max(0, ...failures)).toBeLessThan(3_000);
    await untilAll();
  });

  it('changes a node without a request that fails, when it is taken out before', async () => {
    await untilAll();
    const visitors = asking();
    await apply({ n2: { out: 'leaving' } });
    await pause(2_000); // time itself is meant: by then all have asked (plan/actions/balance.ts)
    await apply({ n2: { out: 'gone' } });
    await nodes.n2.caddy.idle();
    await stopServer('n2');
    expect(await answered(4)).toEqual(only('n1'));
    await startServer('n2');
    await apply();
    await untilAll();
    const { count, failures } = await visitors.stop();
    expect(failures.map(({ what }) => what)).toEqual([]);
    expect(count).toBeGreaterThan(100);
  });

  it('answers by the other node while requests wait for the master, and by it when they go on', async () => {
    await untilAll();
    const visitors = asking();
    await apply({}, {}, 'held');
    await stopServer('n1');
    await pause(2_000); // time itself is meant, as above: by then none goes to the master any more, and who waits there is not cut off
    expect(await answered(4)).toEqual(only('n2'));
    await startServer('n1');
    await apply({}, {}, 'returned');
    await untilAll();
    await apply();
    const { failures } = await visitors.stop();
    expect(failures.map(({ what }) => what)).toEqual([]);
  });

  it('gets a further node without a request that fails', async () => {
    await apply({}, { balanced: { nodes: ['n1'], services: ['web'], hosts: ['shop.example.com'] } });
    expect(await answered(4)).toEqual(only('n1'));
    const visitors = asking();
    await apply();
    await untilAll();
    const { failures } = await visitors.stop();
    expect(failures.map(({ what }) => what)).toEqual([]);
  });
});
