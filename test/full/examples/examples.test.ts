import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  dropSnapshots,
  eventually,
  NODES,
  type NodeName,
  type PublishedApp,
  record,
} from '../../e2e/support.ts';
import { publishExample, RETIRED, remove, run, type Writing } from './application.ts';
import { type Browser, browser } from './browser.ts';
import { mediawiki } from './mediawiki.ts';
import { wordpress } from './wordpress.ts';

describe.each([wordpress, mediawiki])('the example $name', ({ name, updated, setUp, logIn, write }) => {
  const HOST = `${name}.lab`;
  const TRIALS = `${name}-staging.lab`;
  let app: PublishedApp;
  let trials: PublishedApp;
  let site: Browser;
  /** All that is to be read there. */
  const written: Writing[] = [];

  beforeAll(async () => {
    trials = await publishExample(name, 'staging', TRIALS);
    app = await publishExample(name, 'master', HOST);
    site = await browser(HOST);
    await remove(trials, 'staging');
    await remove(app, 'master');
  });
  afterAll(async () => {
    await remove(trials, 'staging');
    await remove(app, 'master');
    await dropSnapshots(trials);
    await dropSnapshots(app);
  });

  const deploy = (master: NodeName, ...options: string[]) =>
    run('deploy', app.http, 'master', '--master', master, ...options);

  /** Each page and its picture are served through every node. */
  async function expectAll(visitor: Browser, writings: readonly Writing[]): Promise<void> {
    for (const node of NODES)
      for (const { text, page, picture } of writings) {
        const { status, body } = await visitor.visit(node, page);
        expect([node, page, status]).toEqual([node, page, 200]);
        expect(body).toContain(text);
        expect(body).toContain(picture);
        const { headers } = await visitor.ask(node, picture);
        expect(headers['content-type']).toBe('image/png');
      }
  }

  it('is deployed, and filled through its own interface', { timeout: 1_200_000 }, async () => {
    await deploy('node1', '--slave', 'node2');
    await setUp(site, 'node3', app, 'node1');
    await logIn(site, 'node3');
    written.push(await write(site, 'node3', 'Written on node1'));
    await expectAll(site, written);
  });

  it('moves, and its author is still logged in', { timeout: 1_200_000 }, async () => {
    await deploy('node2', '--slave', 'node1');
    expect(await record(app.name)).toMatchObject({ master: 'node2', slave: 'node1' });
    await expectAll(site, written);
    written.push(await write(site, 'node1', 'Written on node2'));
    await expectAll(site, written);
  });

  it('gets a second release', async () => {
    expect((await site.visit('node3', RETIRED)).status).not.toBe(410);
    await publishExample(name, 'master', HOST, 'second');
    const said = await deploy('node2', '--slave', 'node1', '--update');
    expect(said).toMatch(updated);
    expect((await site.visit('node3', RETIRED)).status).toBe(410);
    await expectAll(site, written);
  });

  it('goes back to the first release, with the data of then', async () => {
    await logIn(site, 'node3'); // an update of the tables may end sessions
    const late = await write(site, 'node1', 'Written on the second release');
    await expectAll(site, [...written, late]);
    await run('rollback', app.name, '--yes');
    expect((await site.visit('node3', RETIRED)).status).not.toBe(410);
    await expectAll(site, written);
    expect((await site.visit('node3', late.page)).status).toBe(404);
    await logIn(site, 'node3'); // they are those of then
    written.push(await write(site, 'node1', 'Written after the way back'));
    await expectAll(site, written);
  });

  it('hands its data to a branch for trials, which has another domain', { timeout: 1_200_000 }, async () => {
    await run('deploy', trials.http, 'staging', '--master', 'node1');
    await run('migrate', app.name, trials.name, '--yes');
    const visitor = await browser(TRIALS);
    await eventually(
      () => visitor.visit('node3', '/'),
      ({ status }) => status < 400,
    );
    await expectAll(visitor, written);
    for (const { page } of written) expect((await visitor.ask('node2', page)).body).not.toContain(HOST);

    // The source goes on, and neither sees what the other is told.
    const later = await write(site, 'node3', 'Written after the copy');
    await expectAll(site, [...written, later]);
    expect((await visitor.visit('node3', later.page)).status).toBe(404);
  });
});
