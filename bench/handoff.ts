// How fast a volume is handed over, beside `btrfs send | btrfs receive` and the same through ssh, on the same stores:
// `npm run bench:handoff -- [--size MIB] [--rounds N] [--on disk,tmpfs] [--disk FOLDER]`. Needs root and btrfs-progs, and sshd for
// ssh. Prints one table; docs/benchmarks.md says what stands in it.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { Place } from './handoff/table.ts';
import type { Sample, Way } from './handoff/ways.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    size: { type: 'string', default: '2048' },
    rounds: { type: 'string', default: '5' },
    on: { type: 'string', default: 'disk,tmpfs' },
    disk: { type: 'string', default: '/var/tmp' },
  },
});

const [role, folder = '', port = '', snapshot = ''] = positionals;
if (role === 'receive') await (await import('./handoff/sides.ts')).receiveSide(folder);
else if (role === 'send') await (await import('./handoff/sides.ts')).sendSide(folder, Number(port), snapshot);
else await compare(Number(values.size), Number(values.rounds), values.on.split(','));

async function compare(size: number, rounds: number, on: string[]): Promise<void> {
  // Not for the two sides, whose memory is measured.
  const { handoff, pipe, ssh } = await import('./handoff/ways.ts');
  const { table } = await import('./handoff/table.ts');
  const keys = await mkdtemp(join(tmpdir(), 'covey-bench-'));
  const overSsh = await ssh(keys);
  if (!overSsh) say('ssh is not measured: there is no sshd (package openssh-server)');
  const ways = [pipe(), ...(overSsh ? [overSsh] : []), handoff(fileURLToPath(import.meta.url))];
  try {
    const places = [];
    for (const name of on) places.push({ name, samples: await measure(name, size, rounds, ways) });
    say(`${size} MiB and an increment of 1 %, median of ${rounds} rounds\n\n${table(size, places)}`);
  } finally {
    await overSsh?.dispose?.();
    await rm(keys, { recursive: true });
  }
}

/** All ways in turn, each round in another order, so that whatever else the machine does hits all alike. */
async function measure(place: string, size: number, rounds: number, ways: Way[]): Promise<Place['samples']> {
  const { setStage } = await import('./handoff/data.ts');
  const stage = await setStage(place === 'tmpfs' ? null : values.disk, size, tmpdir());
  const samples = new Map(ways.map(({ name }) => [name, [] as Sample[]]));
  try {
    for (let round = 0; round < rounds; round++) {
      const order = [...ways.slice(round % ways.length), ...ways.slice(0, round % ways.length)];
      for (const way of order) {
        await stage.reset();
        const sample = await way.measure(stage);
        const seconds = [sample.full, sample.increment].map((each) => each.toFixed(2)).join(' + ');
        say(`${place}, round ${round + 1}, ${way.name}: ${seconds} s`);
        samples.get(way.name)?.push(sample);
      }
    }
  } finally {
    await stage.dispose();
  }
  return Object.fromEntries(samples);
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
