import { statfs } from 'node:fs/promises';
import { cpus, freemem, loadavg, totalmem } from 'node:os';
import type { Fact } from '../observed/facts.ts';

/** How busy this machine is now. Errors: of the file system that the store is on. */
export async function measureLoad(store: string): Promise<Fact<'load'>> {
  const { bsize, blocks, bavail } = await statfs(store);
  return {
    // Two digits are all that `uptime` shows.
    load: Math.round((loadavg()[0] ?? 0) * 100) / 100,
    cpus: cpus().length,
    memoryBytes: totalmem(),
    memoryAvailableBytes: freemem(),
    storeBytes: bsize * blocks,
    storeFreeBytes: bsize * bavail,
  };
}
