import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as lab from '../../../lab/lab.ts';
import { identify } from '../../../src/app/identity.ts';
import { covey, type NodeName, type PublishedApp } from '../../e2e/support.ts';
import type { Browser } from './browser.ts';

/** What somebody has written on a site. */
export interface Writing {
  text: string;
  /** Path of the page with the text and the picture. */
  page: string;
  /** Path of the picture, as the page shows it. */
  picture: string;
}

/** One of the examples, as those see it who use it. */
export interface Application {
  /** Its folder below `examples`. */
  name: string;
  /** What its update.sh says at the end. */
  updated: RegExp;
  /** Sets a new site up through a node, as its README says. */
  setUp(site: Browser, node: NodeName, app: PublishedApp, master: NodeName): Promise<void>;
  /** Logs its operator in. */
  logIn(site: Browser, node: NodeName): Promise<void>;
  /** Writes a page with a picture, with what it takes to be logged in. */
  write(site: Browser, node: NodeName, text: string): Promise<Writing>;
}

/** The smallest picture: one point. */
export const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
/** Only in the lab, and only for as long as a test runs. */
export const PASSWORD = 'Sesame-of-the-lab-4711';
/** What is gone (410) in the second release. */
export const RETIRED = '/retired';

/** Publishes the example's folder to a branch, for a site with this host. */
export async function publishExample(
  name: string,
  branch: string,
  host: string,
  release: 'first' | 'second' = 'first',
): Promise<PublishedApp> {
  const folder = await mkdtemp(join(tmpdir(), 'covey-example-'));
  try {
    await cp(new URL(`../../../examples/${name}`, import.meta.url).pathname, folder, { recursive: true });
    await edit(join(folder, '.env'), /^SITE=.*$/m, `SITE=${host}`);
    if (release === 'second')
      await edit(
        join(folder, `web/${name}.conf`),
        /^ *DocumentRoot .*$/m,
        `$&\n    Redirect gone ${RETIRED}`,
      );
    const published = await lab.publish(folder, `example-${name}`, branch);
    const identity = identify(published.http, branch);
    return { ...published, name: identity.name, project: identity.project };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function edit(path: string, from: RegExp, to: string): Promise<void> {
  const text = await readFile(path, 'utf8');
  if (!from.test(text)) throw new Error(`${path} has nothing like ${from}`);
  await writeFile(path, text.replace(from, to));
}

/** `covey` on node3, which has to succeed. */
export async function run(...args: string[]): Promise<string> {
  const { exitCode, stdout, stderr } = await covey('node3', ...args);
  if (exitCode !== 0) throw new Error(`covey ${args.join(' ')}: ${exitCode}\n${stdout}${stderr}`);
  return stdout;
}

/** Removes an app if it is there. */
export async function remove({ http }: PublishedApp, branch: string): Promise<void> {
  const { exitCode, stderr } = await covey('node3', 'destroy', http, branch, '--yes', '--wait');
  if (exitCode !== 0 && !stderr.includes('There is no app')) throw new Error(`destroy of ${http}: ${stderr}`);
}
