import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { untilAnswered } from './ask.ts';
import type { Cleanup } from './cleanup.ts';
import { startHaproxy } from './containers.ts';
import { requestsPerSecond } from './load.ts';
import { cpuOfContainer } from './process.ts';
import { hosts, type Variant, type VariantName, variants } from './variants.ts';

/** Requests a second, and CPU of HAProxy for one, in microseconds. */
export interface Throughput {
  rate: number;
  cpu: number;
}

const BODY = 'answer';

/** One round of each way in turn, each round in another order, after one that does not count. */
export async function measureThroughput(
  folder: string,
  { domains, rounds, seconds }: { domains: number; rounds: number; seconds: number },
  cleanup: Cleanup,
  signal: AbortSignal,
): Promise<Record<VariantName, Throughput[]>> {
  const paths = (name: VariantName) => {
    const own = join(folder, name.replace(' ', '-'));
    return { folder: own, map: join(own, 'domains.map'), answering: join(folder, 'answer/answer.sock') };
  };
  const { answering } = paths('covey');
  // The one that is measured has the first core for itself, as far as this program goes.
  const last = Math.min(1, cpus().length - 1);
  const config = answer(answering);
  await startHaproxy(
    { name: 'answer', folder: join(folder, 'answer'), config },
    ['--cpuset-cpus', `${last}`],
    cleanup,
  );
  const all = variants(domains, paths);
  const asked = hosts(all[0]?.map ?? '');
  const started = [];
  for (const variant of all) started.push(await start(variant));
  const found: Record<VariantName, Throughput[]> = { covey: [], 'bare map': [], chain: [] };
  for (let round = 0; round <= rounds; round++) {
    const turn = round % started.length;
    for (const { name, container, address } of [...started.slice(turn), ...started.slice(0, turn)]) {
      await pause(200, undefined, { signal }); // what the last one left in the kernel is not measured with this one
      const before = await cpuOfContainer(container);
      const { rate, answered } = await requestsPerSecond(
        { address, hosts: asked, body: BODY, seconds },
        signal,
      );
      const cpu = (((await cpuOfContainer(container)) - before) / answered) * 1e6;
      if (round > 0) found[name].push({ rate, cpu });
    }
  }
  return found;

  async function start({ name, config: text, map }: Variant) {
    const own = paths(name);
    await mkdir(own.folder, { recursive: true });
    await writeFile(own.map, map);
    const { name: container, address } = await startHaproxy(
      { name: name.replace(' ', '-'), folder: own.folder, config: text },
      ['--cpuset-cpus', '0', '--volume', `${join(folder, 'answer')}:${join(folder, 'answer')}`],
      cleanup,
    );
    await untilAnswered({ address, host: asked.at(-1) ?? '' }, BODY, { signal });
    return { name, container, address };
  }
}

/** Behind all ways alike. */
function answer(socket: string): string {
  return `defaults
    mode http
    timeout connect 5s
    timeout client 1m
    timeout server 1m

frontend answer
    bind unix@${socket} accept-proxy mode 666
    http-request return status 200 content-type text/plain string ${BODY}
`;
}
