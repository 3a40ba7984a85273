// `npm run demo`: an app with a database on a lab of three machines: deployed, moved, lost with its machine, taken over.
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asCoveyError } from '../src/errors.ts';
import { deploys, type GuestBook } from './demo/deploys.ts';
import { moves } from './demo/moves.ts';
import { log, table } from './demo/stage.ts';
import { root } from './settings.ts';

async function main(): Promise<void> {
  const source = await mkdtemp(join(tmpdir(), 'covey-demo-'));
  try {
    await cp(join(root, 'examples/guestbook'), source, { recursive: true });
    const book: GuestBook = { source, name: `guestbook-${Date.now().toString(36)}`, repo: '', notes: [] };
    await deploys(book);
    await moves(book);
  } finally {
    await rm(source, { recursive: true, force: true });
  }
  table();
}

try {
  await main();
} catch (thrown) {
  const { message, hint } = asCoveyError(thrown);
  log(`\n${message}${hint ? `\n${hint}` : ''}`);
  process.exitCode = 1;
}
