import { setTimeout as pause } from 'node:timers/promises';
import { CoveyError } from '../../errors.ts';
import type { Logger } from '../../logger.ts';
import type { CaddyDetour } from '../../proxy/caddy/caddy.ts';
import { internalIn, withBoth, withInterim } from '../../proxy/certificates/interim.ts';
import type { CaddyStorage } from '../../proxy/certificates/storage.ts';
import { endsIn, type Root } from '../../proxy/certificates/x509.ts';

export interface ReissueDeps {
  storage: Pick<CaddyStorage, 'ofOtherRoots' | 'certificates' | 'remove' | 'keep'>;
  detour: CaddyDetour['detour'];
  /** Has Caddy load what it is to have. */
  reload: () => void;
  logger: Logger;
  times?: typeof TIMES;
}

/** In milliseconds: how often is looked for new certificates, for how long, and from one that failed to the next try. */
const TIMES = { every: 50, longest: 20_000, retry: 10 * 60_000 };

/** So many at once, which takes Caddy some seconds: what else is to be loaded waits for it. */
const AT_ONCE = 200;

/**
 * Has Caddy issue those internal certificates of its sites anew that end in another root. It does so only once it neither has one in
 * its memory nor on its disk; so meanwhile sites show the old ones by another way.
 * @returns whether nothing more is to be done now; false where there are more, and where Caddy has not been given any sites yet
 */
export function createReissuer({ storage, detour, reload, logger, times = TIMES }: ReissueDeps) {
  let notBefore = 0;

  return async (root: Root, signal: AbortSignal): Promise<boolean> => {
    if (Date.now() < notBefore) return true;
    const others = await storage.ofOtherRoots(root);
    if (others.length === 0) return true;
    let isLast = true;
    try {
      const isDone = await detour(async (live, go) => {
        const isInternal = internalIn(live);
        const all = others.filter(({ name }) => isInternal(name));
        const held = all.slice(0, AT_ONCE);
        isLast = held.length === all.length;
        if (held.length === 0) return;
        signal.throwIfAborted();
        await go(withInterim(live, held, root.certificate));
        try {
          for (const each of held) await storage.remove(each);
          await go(withBoth(live, held, root.certificate));
          await issued(held, root, signal);
        } catch (thrown) {
          // Caddy goes on with these, and could renew none without its file.
          for (const each of held) await storage.keep(each);
          throw thrown;
        }
        logger.info(
          { hosts: held.map(({ name }) => name) },
          "Reissued certificates: they end in the cluster's root now",
        );
      });
      return isDone && isLast;
    } catch (thrown) {
      // Each try is three loads of Caddy's.
      notBefore = Date.now() + times.retry;
      // It may not have come back from where it was led.
      reload();
      throw thrown;
    }
  };

  async function issued(
    held: readonly { issuer: string; host: string; name: string }[],
    { certificate: root }: Root,
    signal: AbortSignal,
  ): Promise<void> {
    const until = Date.now() + times.longest;
    for (let left = held; ; await pause(times.every, undefined, { signal })) {
      const missing: typeof left = (
        await Promise.all(left.map(async (each) => ((await isIssued(each, root)) ? [] : [each])))
      ).flat();
      if (missing.length === 0) return;
      left = missing;
      if (Date.now() > until)
        throw new CoveyError(
          'failed',
          `Caddy does not issue certificates anew: ${missing.map(({ name }) => name).join(', ')}.`,
          { hint: 'They end in another root than that of the cluster. The log of its container says why.' },
        );
    }
  }

  async function isIssued(
    { issuer, host }: { issuer: string; host: string },
    root: string,
  ): Promise<boolean> {
    const found = await storage.certificates([host]);
    return found.some((each) => each.issuer === issuer && endsIn(each.certificate, root));
  }
}
