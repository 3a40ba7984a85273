import { expect, test } from 'vitest';
import { lanesOf } from '../../../src/drill/look.ts';
import { whatCame } from '../../../src/drill/what-came.ts';
import { answer, startSite, useServers } from './servers.ts';

useServers();

const signal = AbortSignal.timeout(60_000);

test('each way is tried twice, some time apart', async () => {
  const site = await startSite();
  let count = 0;
  site.behave((request, response) => answer(200, `page ${Math.ceil(++count / 5)}`)(request, response));
  const lanes = await lanesOf(site.targets, { signal });
  expect(lanes.map(({ asker }) => asker.way)).toEqual([
    'http, kept connection',
    'http, new connection',
    'https, kept connection',
    'https, new connection',
    'https, HTTP/2',
  ]);
  expect(site.seen).toHaveLength(10);
  expect(lanes.map(({ expected }) => expected)).toEqual(
    Array(5).fill({ status: 200, body: { empty: false } }),
  );
  for (const { asker } of lanes) asker.close();
});

test('a text that is given has to be on the page', async () => {
  const site = await startSite();
  const [lane, ...others] = await lanesOf(site.targets, { text: 'page of', signal, apart: 0 });
  expect(lane?.expected).toEqual({ status: 200, body: { text: 'page of' } });
  for (const { asker } of [lane, ...others].flatMap((each) => each ?? [])) asker.close();
  await expect(lanesOf(site.targets, { text: 'nope', signal, apart: 0 })).rejects.toThrow('"nope"');
});

test('a node that does not serve the site is a reason not to begin', async () => {
  const site = await startSite();
  const away = site.targets.map((target) => ({ ...target, node: 'node3', port: 1 }));
  await expect(lanesOf([...site.targets, ...away], { signal, apart: 0 })).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringMatching(/^https?:..shop.lab.page through node3: the connection was refused$/),
  });
});

test('who gives up is told nothing else', async () => {
  const site = await startSite();
  site.behave(() => undefined);
  const gone = new AbortController();
  const looking = lanesOf(site.targets, { signal: gone.signal, apart: 0 });
  gone.abort(new Error('gone'));
  await expect(looking).rejects.toThrow('gone');
});

test.each<[unknown, string]>([
  [Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET' }), 'the connection was cut'],
  [new Error('socket hang up'), 'socket hang up'],
  [Object.assign(new Error(''), { code: 'ETIMEDOUT' }), 'ETIMEDOUT'],
  ['odd', 'odd'],
])('%s is told as %s', (thrown, told) => {
  expect(whatCame(thrown)).toBe(told);
});
