import { setTimeout as pause } from 'node:timers/promises';
import { CoveyError } from '../../src/errors.ts';
import { address, exec } from '../lab.ts';
import { type Page, visit } from '../visitor.ts';

export const SITE = 'guestbook.lab';

export const log = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** What was done, and how long it took in seconds. */
const done: { what: string; seconds: number; outcome: string }[] = [];

/** One act of the demo; its outcome goes into the table. */
export async function act(what: string, work: () => Promise<string>): Promise<void> {
  log(`\n== ${what}`);
  const began = performance.now();
  const outcome = await work();
  done.push({ what, seconds: (performance.now() - began) / 1000, outcome });
  log(`   ${outcome}`);
}

export function expect(condition: boolean, what: string, page?: Page): void {
  if (condition) return;
  const got = page ? `: got ${page.status} ${page.body.slice(0, 200)}` : '';
  throw new CoveyError('failed', `The demo expected ${what}${got}.`);
}

/** `covey` on a node, its progress shown as it comes. */
export async function covey(node: string, ...args: string[]): Promise<{ exitCode: number; said: string }> {
  const said: string[] = [];
  const { exitCode } = await exec(node, ['covey', ...args], {
    onLine: (line) => {
      said.push(line);
      log(`   ${node}$ ${line}`);
    },
  });
  return { exitCode, said: said.join('\n') };
}

/** The same in JSON, quietly; undefined where the node does not answer. */
export async function ask<T>(node: string, ...args: string[]): Promise<T | undefined> {
  const { exitCode, stdout } = await exec(node, ['covey', ...args, '--json']);
  return exitCode === 0 ? (JSON.parse(stdout) as T) : undefined;
}

/** A visitor's request to the guest book through a machine. */
export async function through(node: string, path: string, form?: Record<string, string>): Promise<Page> {
  return visit({ via: await address(node), host: SITE, path, ...(form && { form }) });
}

/** Asks until the answer is what the demo waits for. */
export async function until<T>(
  what: string,
  look: () => Promise<T>,
  satisfies: (found: T) => boolean,
  seconds = 120,
): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const found = await look();
    if (satisfies(found)) return found;
    expect(Date.now() < end, `${what} within ${seconds} s, last ${JSON.stringify(found)}`);
    await pause(200);
  }
}

/** Visits through a machine all the time; the function that ends it gives the longest time without an answer, in seconds. */
export function watchGap(node: string): () => Promise<number> {
  let going = true;
  let longest = 0;
  const ended = (async () => {
    for (let last = performance.now(); going; await pause(50)) {
      const page = await through(node, '/notes').catch(() => undefined); // no answer is what is measured
      const now = performance.now();
      longest = Math.max(longest, now - last);
      if (page?.status === 200) last = now;
    }
  })();
  return async () => {
    going = false;
    await ended;
    return longest / 1000;
  };
}

export function table(): void {
  log('\nWhat this demo did');
  for (const { what, seconds, outcome } of done)
    log(`${seconds.toFixed(1).padStart(7)} s  ${what}\n           ${outcome}`);
  log(`
Look around:
  npm run lab -- exec node2 -- covey status
  npm run lab -- exec node3 -- covey volumes
  npm run lab -- exec node1 -- docker ps
  npm run lab -- exec node3 -- curl -s -H 'Host: ${SITE}' http://127.0.0.1/notes
  npm run lab -- exec node1 -- btrfs subvolume list /var/lib/buttervolume
  npm run lab -- down`);
}
