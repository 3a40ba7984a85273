import { setTimeout as pause } from 'node:timers/promises';
import { CoveyError } from '../errors.ts';
import type { Asker, Target } from './connections/asker.ts';
import { keptAlive, newConnections } from './connections/http1.ts';
import { http2Session, speaksHttp2 } from './connections/http2.ts';
import { type Answer, type Expected, expectedOf } from './expected.ts';
import { urlOf } from './sites.ts';
import { nothingCame, whatCame } from './what-came.ts';

/** How long an app may take for one answer before anything is done to it, in milliseconds. */
const PATIENCE = 10_000;

/** Between two looks, in milliseconds: a page that tells the time shows it. */
const APART = 1_100;

/** A way to a site, and what it has to bring. */
export interface Lane {
  readonly asker: Asker;
  readonly expected: Expected;
}

/**
 * All ways to the targets, each tried twice before anything is done: HTTP/1.1 on kept and on new connections, and HTTP/2 where
 * the site has it. Whoever gets them closes them.
 * @throws CoveyError `unavailable`, `refused`
 */
export async function lanesOf(
  targets: readonly Target[],
  { text, signal, apart = APART }: { text?: string | undefined; signal: AbortSignal; apart?: number },
): Promise<Lane[]> {
  const found = await Promise.all(targets.map((target) => askersOf(target, signal)));
  const askers = found.flat();
  try {
    const looks = await lookAtAll(askers, signal);
    await pause(apart, undefined, { signal }); // time itself is meant: see APART
    looks.push(...(await lookAtAll(askers, signal)));
    const urls = Map.groupBy(looks, ({ asker }) => urlOf(asker.target.site));
    const expected = new Map(
      [...urls].map(([url, [first, ...others]]) => {
        const answers = others.map(({ answer }) => answer);
        return [url, first && expectedOf(url, [first.answer, ...answers], text)];
      }),
    );
    return askers.flatMap((asker) => {
      const its = expected.get(urlOf(asker.target.site));
      return its ? [{ asker, expected: its }] : [];
    });
  } catch (thrown) {
    for (const asker of askers) asker.close();
    throw thrown;
  }
}

async function askersOf(target: Target, signal: AbortSignal): Promise<Asker[]> {
  const askers = [keptAlive(target), newConnections(target)];
  if (target.site.scheme === 'http') return askers;
  const hasHttp2 = await looking(target, signal, (bounded) => speaksHttp2(target, bounded));
  return hasHttp2 ? [...askers, http2Session(target)] : askers;
}

function lookAtAll(
  askers: readonly Asker[],
  signal: AbortSignal,
): Promise<{ asker: Asker; answer: Answer }[]> {
  return Promise.all(
    askers.map(async (asker) => ({
      asker,
      answer: await looking(asker.target, signal, (bounded) => asker.ask(bounded)),
    })),
  );
}

/** Whatever keeps a node from answering is a reason not to begin. */
async function looking<T>(
  { node, site }: Target,
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const late = AbortSignal.timeout(PATIENCE);
  try {
    return await work(AbortSignal.any([signal, late]));
  } catch (thrown) {
    signal.throwIfAborted();
    const came = late.aborted ? nothingCame(PATIENCE) : whatCame(thrown);
    throw new CoveyError('unavailable', `${urlOf(site)} through ${node}: ${came}`, {
      cause: thrown,
      hint: 'A drill goes through every living node, so all of them have to serve the app before it: see covey status.',
    });
  }
}
