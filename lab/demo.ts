// `npm run demo`: an app with a database, deployed and redeployed on a lab of three machines.
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { asCoveyError, CoveyError } from '../src/errors.ts';
import { address, exec, publish, up } from './lab.ts';
import { root } from './settings.ts';
import { type Page, visit } from './visitor.ts';

const SITE = 'guestbook.lab';
const log = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** What was done, and how long it took in seconds. */
const done: { what: string; seconds: number; outcome: string }[] = [];

/** One act of the demo; its outcome goes into the table. */
async function act(what: string, work: () => Promise<string>): Promise<void> {
  log(`\n== ${what}`);
  const began = performance.now();
  const outcome = await work();
  done.push({ what, seconds: (performance.now() - began) / 1000, outcome });
  log(`   ${outcome}`);
}

function expect(condition: boolean, what: string, page?: Page): void {
  if (condition) return;
  const got = page ? `: got ${page.status} ${page.body.slice(0, 200)}` : '';
  throw new CoveyError('failed', `The demo expected ${what}${got}.`);
}

/** `covey` on a node, its progress shown as it comes. */
async function covey(node: string, ...args: string[]): Promise<{ exitCode: number; said: string }> {
  const said: string[] = [];
  const { exitCode } = await exec(node, ['covey', ...args], {
    onLine: (line) => {
      said.push(line);
      log(`   ${node}$ ${line}`);
    },
  });
  return { exitCode, said: said.join('\n') };
}

async function through(node: string, path: string, form?: Record<string, string>): Promise<Page> {
  return visit({ via: await address(node), host: SITE, path, ...(form && { form }) });
}

async function main(): Promise<void> {
  const source = await mkdtemp(join(tmpdir(), 'covey-demo-'));
  try {
    await cp(join(root, 'examples/guestbook'), source, { recursive: true });
    await tour(source);
  } finally {
    await rm(source, { recursive: true, force: true });
  }
  table();
}

async function tour(source: string): Promise<void> {
  const change = async (file: string, from: string, to: string): Promise<void> => {
    const path = join(source, file);
    const text = await readFile(path, 'utf8');
    expect(text.includes(from), `"${from}" in ${file}`);
    await writeFile(path, text.replace(from, to));
  };
  let repo = '';
  const name = `guestbook-${Date.now().toString(36)}`;
  const note = `Hello from node3 at ${new Date().toISOString()}`;

  await act(
    'three machines, each with its own Docker Engine, Consul, HAProxy, Caddy, BTRFS store',
    async () => {
      const machines = await up(3, { log: (line) => log(`   ${line}`) });
      return machines.map((machine) => `${machine.name} ${machine.address}`).join(', ');
    },
  );

  await act('a web app with a PostgreSQL goes into git, and onto node1 with node2 as its slave', async () => {
    const earlier = await covey('node1', 'apps', '--json');
    for (const app of appsIn(earlier.said)) {
      if (app.urls.some((url) => url.includes(SITE))) {
        const { exitCode } = await covey('node1', 'destroy', app.repo, app.branch, '--yes');
        expect(exitCode === 0, 'to remove what an earlier demo left');
      }
    }
    repo = (await publish(source, name, 'master')).http;
    const { exitCode } = await covey(
      'node1',
      'deploy',
      repo,
      'master',
      '--master',
      'node1',
      '--slave',
      'node2',
    );
    expect(exitCode === 0, 'the deploy to succeed');
    return `${repo} runs on node1`;
  });

  await act('a visitor signs the guest book through node3', async () => {
    const page = await through('node3', '/notes', { text: note });
    expect(page.status === 201, 'the note to be taken', page);
    return `POST http://${SITE}/notes through node3: ${page.status} ${page.body.trim()}`;
  });

  await act('a new commit, deployed by asking node3', async () => {
    await change('web/guestbook.py', 'TITLE = "Guest book"', 'TITLE = "Golden book"');
    await publish(source, name, 'master');
    const { exitCode } = await covey(
      'node3',
      'deploy',
      repo,
      'master',
      '--master',
      'node1',
      '--slave',
      'node2',
    );
    expect(exitCode === 0, 'the second deploy to succeed');
    return 'the new release runs on node1; a snapshot of its data was kept';
  });

  await act('the note is read through node2', async () => {
    const page = await through('node2', '/');
    expect(page.status === 200 && page.body.includes(note), 'the note to be there', page);
    expect(page.body.includes('Golden book'), 'the new release to answer', page);
    return `GET http://${SITE}/ through node2: 200, with the new title and the old note`;
  });

  await act('a broken commit changes nothing', async () => {
    const before = await covey('node1', 'apps', '--json');
    await change('web/guestbook.py', 'import json', 'import json_that_does_not_exist');
    await publish(source, name, 'master');
    const { exitCode } = await covey(
      'node2',
      'deploy',
      repo,
      'master',
      '--master',
      'node1',
      '--slave',
      'node2',
    );
    expect(exitCode !== 0, 'the broken deploy to fail');
    const after = await covey('node1', 'apps', '--json');
    expect(after.said === before.said, 'the record to be as it was');
    const page = await through('node2', '/');
    expect(page.status === 200 && page.body.includes(note), 'the app to run as before', page);
    return `refused with exit status ${exitCode}; the app runs as before, with its data`;
  });
}

function appsIn(said: string): { repo: string; branch: string; urls: string[] }[] {
  const { apps = [] } = JSON.parse(said) as { apps?: { repo: string; branch: string; urls: string[] }[] };
  return apps;
}

function table(): void {
  log('\nWhat this demo did');
  for (const { what, seconds, outcome } of done)
    log(`${seconds.toFixed(1).padStart(7)} s  ${what}\n           ${outcome}`);
  log(`
Look around:
  npm run lab -- exec node2 -- covey status
  npm run lab -- exec node1 -- docker ps
  npm run lab -- exec node3 -- curl -s -H 'Host: ${SITE}' http://127.0.0.1/notes
  npm run lab -- exec node1 -- btrfs subvolume list /var/lib/buttervolume
  npm run lab -- down`);
}

try {
  await main();
} catch (thrown) {
  const { message, hint } = asCoveyError(thrown);
  log(`\n${message}${hint ? `\n${hint}` : ''}`);
  process.exitCode = 1;
}
