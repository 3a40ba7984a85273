// What visitors notice of a redeploy and of a move, beside a bare `docker compose stop` and `up` of the same app, on the lab's
// machines: `npm run bench:cutover -- [--rate N] [--requests N] [--size MIB] [--times N] [--parts bare,redeploy,move,beside]`.
// Needs what the lab needs. Prints tables; docs/benchmarks.md says what stands in them.
import { parseArgs } from 'node:util';
import { type Measured, underLoad } from './cutover/measure.ts';
import { type Stage, setStage } from './cutover/stage.ts';
import { failures, operationsTable, requestsTable } from './cutover/table.ts';
import { createCleanup, stopSignal } from './routes/cleanup.ts';

const { values } = parseArgs({
  options: {
    rate: { type: 'string', default: '200' },
    requests: { type: 'string', default: '10000' },
    size: { type: 'string', default: '1024' },
    times: { type: 'string', default: '5' },
    parts: { type: 'string', default: 'bare,redeploy,move,beside' },
  },
});
const parts = values.parts.split(',');
const rate = Number(values.rate);
const requests = Number(values.requests);

const cleanup = createCleanup();
const signal = stopSignal();
try {
  const stage = await setStage(Number(values.size), cleanup, say, signal);
  say(`${values.size} MiB are written, and written to`);
  const found: Record<string, Measured> = {};
  const measure = async (what: keyof Stage, options: { times?: number } = {}) => {
    if (!parts.includes(what)) return;
    const measured = await underLoad(stage[what], { rate, requests, ...options }, signal);
    found[what] = measured;
    say(`${what}: ${measured.durations.map((time) => (time / 1000).toFixed(1)).join(' ')} s`);
    if (what !== 'bare') for (const line of failures(measured, 20)) say(`  ${line}`);
  };
  // The first bare start makes containers anew, since it was covey that made those that run.
  if (parts.includes('bare')) await stage.bare.deed();
  await measure('bare', { times: Number(values.times) });
  await measure('redeploy');
  await measure('move');
  await measure('beside');
  say(`\n${rate} requests a second\n\n${requestsTable(found)}\n\n${operationsTable(found)}\n`);
} finally {
  await cleanup.run();
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
