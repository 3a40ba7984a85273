// How soon a written record is served, what routing costs, and what the peer takes, on a node of its own beside the machine's:
// `npm run bench:routes -- [--apps 10,200,2000] [--samples N] [--parts changes,usage,hops,throughput]`. Needs root,
// btrfs-progs and Docker. Prints tables; docs/benchmarks.md says what stands in them.
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Cleanup, createCleanup, stopSignal } from './routes/cleanup.ts';
import { hasConsulTemplate, startConsulTemplate } from './routes/consul-template.ts';
import { measureHops } from './routes/hops.ts';
import { measureChanges, type Router } from './routes/latency.ts';
import { isCalm } from './routes/process.ts';
import { makeFolder, type Stage, setStage } from './routes/stage.ts';
import { type Changes, changesTable, hopsTable, throughputTable, usageTable } from './routes/table.ts';
import { measureThroughput } from './routes/throughput.ts';
import { atRest, underChanges } from './routes/usage.ts';

const { values } = parseArgs({
  options: {
    apps: { type: 'string', default: '10,200,2000' },
    samples: { type: 'string', default: '100' },
    parts: { type: 'string', default: 'changes,usage,hops,throughput' },
  },
});
const counts = values.apps.split(',').map(Number);
const parts = values.parts.split(',');
const samples = Number(values.samples);

const cleanup = createCleanup();
const signal = stopSignal();
try {
  const folder = await makeFolder(cleanup);
  if (parts.some((part) => part !== 'throughput')) await withPeer(await setStage(folder, cleanup, signal));
  if (parts.includes('throughput')) await throughput(folder, cleanup);
} finally {
  await cleanup.run();
}

async function withPeer(stage: Stage): Promise<void> {
  const changes: Changes[] = [];
  const isTemplateThere = parts.includes('changes') && (await hasConsulTemplate());
  if (parts.includes('changes') && !isTemplateThere)
    say('consul-template is not measured: it is not on PATH');
  const measure = async (by: string, router: Router, count: number) => {
    for (const kind of ['map', 'caddy'] as const) {
      const found = await measureChanges(stage, router, kind, count, signal);
      changes.push({ by, apps: stage.apps.length, kind, ...found });
      say(
        `${by}, ${stage.apps.length} apps, ${kind}: ${found.times.map((time) => time.toFixed(0)).join(' ')}`,
      );
    }
  };
  /** The peer rests meanwhile: both would do the same work at the same time. */
  const withTemplate = async () => {
    const own = createCleanup();
    process.kill(stage.peer.pid, 'SIGSTOP');
    try {
      await measure('consul-template', await startConsulTemplate(stage, own, signal), Math.ceil(samples / 4));
    } finally {
      process.kill(stage.peer.pid, 'SIGCONT');
      await own.run();
    }
    await isCalm(stage.peer.pid, signal);
  };
  for (const apps of counts) {
    await stage.grow(apps);
    say(`${apps} apps are served`);
    if (!parts.includes('changes')) continue;
    await measure('covey', { address: stage.proxies.address, pid: stage.peer.pid }, samples);
    if (isTemplateThere) await withTemplate();
  }
  if (changes.length > 0) say(`\n${changesTable(changes)}\n`);
  if (parts.includes('usage')) {
    const rest = await atRest(stage, 30, signal);
    const load = await underChanges(stage, { rate: 100, seconds: 20 }, signal);
    say(`\n${usageTable(stage.apps.length, rest, load)}\n`);
  }
  if (parts.includes('hops')) {
    const found = await measureHops(stage, { rounds: 8, requests: 250 }, cleanup, signal);
    say(`\n${hopsTable(found)}\n`);
  }
}

async function throughput(folder: string, until: Cleanup): Promise<void> {
  const plan = { domains: 2000, rounds: 8, seconds: 3 };
  const found = await measureThroughput(join(folder, 'throughput'), plan, until, signal);
  say(`\n2000 domains, median of ${plan.rounds} rounds\n\n${throughputTable(found)}\n`);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
