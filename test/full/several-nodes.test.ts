import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { expectOn, HOST, publishOn, releases, severalApp } from '../e2e/several.ts';
import { deploy, destroy, must, NODES, type PublishedApp } from '../e2e/support.ts';
import { visiting } from '../e2e/visiting.ts';

let app: PublishedApp;
beforeAll(async () => {
  app = await severalApp();
  await deploy('node3', app.http, '--master', 'node1');
});
afterAll(() => destroy(app.http));

describe('a service on all nodes', () => {
  it('moves to another master, and the old one follows', async () => {
    await publishOn('all', 'three');
    const visitors = visiting(HOST, '/release');
    await deploy('node2', app.http, '--master', 'node2');
    expect((await visitors.end()).failed).toEqual([]);
    await expectOn(app, NODES);
    expect(await releases()).toEqual(['200 three']);
  });

  it('goes from a node that is none of them any more, and leaves nothing there', async () => {
    await publishOn('node1,node2', 'five');
    const visitors = visiting(HOST, '/release');
    // The node that was away may still be at it.
    await deploy('node1', app.http, '--master', 'node2', '--wait');
    expect((await visitors.end()).failed).toEqual([]);
    await expectOn(app, ['node1', 'node2']);
    expect(await must('node3', 'ls', '/deploy')).not.toContain(app.name);
  });
});
