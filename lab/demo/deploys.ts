import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publish, up } from '../lab.ts';
import { act, ask, covey, expect, log, SITE, through } from './stage.ts';

/** The guest book of this demo: where its source is, and what is known of it meanwhile. */
export interface GuestBook {
  source: string;
  name: string;
  /** URL of the repository, as the machines reach it. */
  repo: string;
  /** Every note that a visitor was told is kept. */
  notes: string[];
}

/** `covey deploy` of the guest book, asked on one node. */
export const deploy = (from: string, { repo }: GuestBook, master: string, ...more: string[]) =>
  covey(from, 'deploy', repo, 'master', '--master', master, ...more);

/** A visitor signs the book through a node. */
export async function sign(node: string, book: GuestBook, text: string): Promise<string> {
  const page = await through(node, '/notes', { text });
  expect(page.status === 201, 'the note to be taken', page);
  book.notes.push(text);
  return `POST http://${SITE}/notes through ${node}: ${page.status} ${page.body.trim()}`;
}

/** All notes are there, through a node. */
export async function expectNotes(node: string, notes: readonly string[]): Promise<void> {
  const page = await through(node, '/');
  const whole = notes.every((note) => page.body.includes(note));
  expect(page.status === 200 && whole, `every note through ${node}`, page);
}

async function change(book: GuestBook, file: string, from: string, to: string): Promise<void> {
  const path = join(book.source, file);
  const text = await readFile(path, 'utf8');
  expect(text.includes(from), `"${from}" in ${file}`);
  await writeFile(path, text.replace(from, to));
}

/** The first half: an app is deployed, written to, deployed again, and survives a broken commit. */
export async function deploys(book: GuestBook): Promise<void> {
  await act(
    'three machines, each with its own Docker Engine, Consul, HAProxy, Caddy, BTRFS store',
    async () => {
      const machines = await up(3, { log: (line) => log(`   ${line}`) });
      return machines.map((machine) => `${machine.name} ${machine.address}`).join(', ');
    },
  );

  await act('a web app with a PostgreSQL goes into git, and onto node1 with node2 as its slave', async () => {
    await removeEarlier();
    book.repo = (await publish(book.source, book.name, 'master')).http;
    const { exitCode } = await deploy('node1', book, 'node1', '--slave', 'node2');
    expect(exitCode === 0, 'the deploy to succeed');
    return `${book.repo} runs on node1`;
  });

  await act('a visitor signs the guest book through node3', () =>
    sign('node3', book, `Hello from node3 at ${new Date().toISOString()}`),
  );

  await act('a new commit, deployed by asking node3', async () => {
    await change(book, 'web/guestbook.py', 'TITLE = "Guest book"', 'TITLE = "Golden book"');
    await publish(book.source, book.name, 'master');
    const { exitCode } = await deploy('node3', book, 'node1', '--slave', 'node2');
    expect(exitCode === 0, 'the second deploy to succeed');
    return 'the new release runs on node1; a snapshot of its data was kept';
  });

  await act('the note is read through node2', async () => {
    await expectNotes('node2', book.notes);
    const page = await through('node2', '/');
    expect(page.body.includes('Golden book'), 'the new release to answer', page);
    return `GET http://${SITE}/ through node2: 200, with the new title and the old note`;
  });

  await act('a broken commit changes nothing', async () => {
    const before = await ask('node1', 'apps');
    const [good, broken] = ['import json', 'import json_that_does_not_exist'] as const;
    await change(book, 'web/guestbook.py', good, broken);
    await publish(book.source, book.name, 'master');
    const { exitCode } = await deploy('node2', book, 'node1', '--slave', 'node2');
    expect(exitCode !== 0, 'the broken deploy to fail');
    expect(
      JSON.stringify(await ask('node1', 'apps')) === JSON.stringify(before),
      'the record to be as it was',
    );
    await expectNotes('node2', book.notes);
    await change(book, 'web/guestbook.py', broken, good);
    await publish(book.source, book.name, 'master');
    return `refused with exit status ${exitCode}; the app runs as before, with its data`;
  });
}

async function removeEarlier(): Promise<void> {
  const { apps = [] } =
    (await ask<{ apps?: { repo: string; branch: string; urls: string[] }[] }>('node1', 'apps')) ?? {};
  for (const app of apps.filter(({ urls }) => urls.some((url) => url.includes(SITE)))) {
    const { exitCode } = await covey('node1', 'destroy', app.repo, app.branch, '--yes');
    expect(exitCode === 0, 'to remove what an earlier demo left');
  }
}
