import { Agent } from 'node:http';
import { Agent as TlsAgent } from 'node:https';
import { createApplier } from '../../src/proxy/applier.ts';
import { viewOf } from '../../src/proxy/view.ts';
import { ask, type Question, untilAnswered } from './ask.ts';
import type { Cleanup } from './cleanup.ts';
import { controlsOf, startNodeProxies } from './containers.ts';
import { hostOf, keyOf, makeApps, recordOf } from './records.ts';
import { type Stage, UPSTREAM } from './stage.ts';

/** The node behind the first. */
const SECOND = 'node4';

export const ways = ['container', 'one hop', 'two hops', 'two hops, HTTPS'] as const;
export type HopWay = (typeof ways)[number];

/**
 * Milliseconds of each request, one after the other on connections that stay, in rounds of all ways in turn: to an app's
 * container itself, through its own node, and through another node.
 */
export async function measureHops(
  stage: Stage,
  { rounds, requests }: { rounds: number; requests: number },
  cleanup: Cleanup,
  signal: AbortSignal,
): Promise<Record<HopWay, number[][]>> {
  const second = await startNodeProxies(SECOND, stage.folder, cleanup);
  stage.places.nodes = { ...stage.places.nodes, [SECOND]: second.address };
  // Its number is beyond those of all others, and not one whose site has HTTP alone.
  const app = { ...lastOf(10_000), master: SECOND };
  await serveAlone();
  await stage.write(app);

  const host = hostOf(app);
  const { address } = stage.proxies;
  const [upstream = '', port = ''] = stage.places.upstream.split(':');
  const agents = [
    new Agent({ keepAlive: true, maxSockets: 1 }),
    new TlsAgent({ keepAlive: true, maxSockets: 1 }),
  ];
  const [agent, tlsAgent] = agents;
  const questions: Record<HopWay, Question> = {
    container: { address: upstream, port: Number(port), host, agent },
    'one hop': { address: second.address, host, agent },
    'two hops': { address, host, agent },
    'two hops, HTTPS': { address, host, agent: tlsAgent, tls: true },
  };
  const found: Record<HopWay, number[][]> = {
    container: [],
    'one hop': [],
    'two hops': [],
    'two hops, HTTPS': [],
  };
  try {
    for (const way of ways) await untilAnswered(questions[way], UPSTREAM, { signal });
    for (let round = 0; round < rounds; round++) {
      const turn = round % ways.length;
      for (const way of [...ways.slice(turn), ...ways.slice(0, turn)])
        found[way].push(await times(questions[way], requests, signal));
    }
  } finally {
    for (const each of agents) each.destroy();
  }
  return found;

  async function serveAlone(): Promise<void> {
    const good = { caddy: new Map(), haproxy: new Map(), hosts: new Map() };
    const goodParts = { load: async () => good, save: async () => undefined };
    const applier = createApplier({ ...controlsOf(second), goodParts });
    const apps = [{ key: keyOf(app), value: recordOf(app, stage.places), modifyIndex: 1 }];
    const members = [{ name: SECOND, address: second.address }];
    const refused = await applier.apply(viewOf({ apps, maintenance: [], members }), signal);
    if (refused.length > 0) throw new Error(`${SECOND} refuses its app: ${JSON.stringify(refused)}`);
  }
}

function lastOf(count: number) {
  const app = makeApps(count, [SECOND]).at(-2);
  if (!app) throw new Error('there is no app');
  return app;
}

async function times(question: Question, requests: number, signal: AbortSignal): Promise<number[]> {
  const found: number[] = [];
  for (let index = 0; index < requests; index++) {
    signal.throwIfAborted();
    const began = performance.now();
    const { status, body } = await ask(question);
    found.push(performance.now() - began);
    if (status !== 200 || body !== UPSTREAM) throw new Error(`${question.host} answers ${status} ${body}`);
  }
  return found;
}
