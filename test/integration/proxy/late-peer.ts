import { parentPort, workerData } from 'node:worker_threads';
import { startLoad } from '../../../src/drill/load.ts';
import { lanesOf } from '../../../src/drill/look.ts';
import type { Sample } from '../../../src/drill/report.ts';

/** Visitors in a thread of their own, who go on while the peer's stands still; started with the target. Told anything, they say what they have met with. */
const signal = AbortSignal.timeout(60_000);
const samples: Sample[] = [];
const lanes = await lanesOf([workerData], { signal, apart: 0 });
const load = startLoad({ lanes, rate: 40, onSample: (sample) => samples.push(sample) }, 'loads');
await load.underWay(signal);
parentPort?.postMessage('under way');
parentPort?.once('message', async () => {
  await load.stop();
  parentPort?.postMessage(samples);
});
