import type { Http2ServerResponse } from 'node:http2';
import { describe, expect, test } from 'vitest';
import type { Asker } from '../../../src/drill/connections/asker.ts';
import { keptAlive, newConnections } from '../../../src/drill/connections/http1.ts';
import { http2Session, speaksHttp2 } from '../../../src/drill/connections/http2.ts';
import { answer, PAGE, startForgetful, startSite, useServers } from './servers.ts';

useServers();

const signal = () => AbortSignal.timeout(10_000);
const makers = { keptAlive, newConnections, http2Session };

/** Some requests, one after the other. */
async function ask(asker: Asker, times: number) {
  const answers = [];
  for (let i = 0; i < times; i++) answers.push(await asker.ask(signal()));
  return answers.map(({ status, body, retried }) => ({ status, body: body.toString(), retried }));
}

describe.each([
  ['keptAlive', 'http', 'http, kept connection', 1],
  ['newConnections', 'http', 'http, new connection', 3],
  ['keptAlive', 'https', 'https, kept connection', 1],
  ['newConnections', 'https', 'https, new connection', 3],
  ['http2Session', 'https', 'https, HTTP/2', 1],
] as const)('%s by %s', (maker, scheme, way, connections) => {
  test('asks for the page of the host, on so many connections', async () => {
    const site = await startSite();
    const target = site.targets.find((each) => each.site.scheme === scheme);
    if (!target) throw new Error(scheme);
    const asker = makers[maker](target);
    expect(await ask(asker, 3)).toEqual(Array(3).fill({ status: 200, body: PAGE, retried: false }));
    expect(asker.way).toBe(way);
    expect(site.seen).toEqual(Array(3).fill(`${scheme} GET /page shop.lab`));
    expect(site.connections()).toBe(connections);
    asker.close();
  });

  test('a page without end is given up', async () => {
    const site = await startSite();
    site.behave(answer(200, 'x'.repeat(8 * 1024 * 1024 + 1)));
    const target = site.targets.find((each) => each.site.scheme === scheme);
    if (!target) throw new Error(scheme);
    const asker = makers[maker](target);
    await expect(asker.ask(signal())).rejects.toThrow('more than 8388608 bytes');
    asker.close();
  });
});

test('a kept connection that is closed as it is used is no failure, and another one is', async () => {
  const target = await startForgetful();
  const kept = keptAlive(target);
  expect((await ask(kept, 2)).map(({ retried }) => retried)).toEqual([false, true]);
  kept.close();
});

test('what is cut on a new connection is not asked for again', async () => {
  const site = await startSite();
  site.behave((_, response) => response.socket?.destroy());
  const [target] = site.targets;
  if (!target) throw new Error('no target');
  await expect(newConnections(target).ask(signal())).rejects.toThrow('socket hang up');
  const kept = keptAlive(target);
  await expect(kept.ask(signal())).rejects.toThrow('socket hang up');
  expect(site.seen).toHaveLength(2);
  kept.close();
});

describe('an HTTP/2 session', () => {
  const REFUSED = 7;
  const start = async () => {
    const site = await startSite();
    const target = site.targets.find((each) => each.site.scheme === 'https');
    if (!target) throw new Error('no target');
    return { site, asker: http2Session(target), target };
  };

  test('asks once more for what was not begun with', async () => {
    const { site, asker } = await start();
    await ask(asker, 1);
    site.behave((_, response) => {
      site.behave(answer(200, PAGE));
      (response as Http2ServerResponse).stream.close(REFUSED);
    });
    expect(await ask(asker, 1)).toEqual([{ status: 200, body: PAGE, retried: true }]);
    asker.close();
  });

  test('that refuses is left for another one, twice as by Chromium, and no more', async () => {
    const { site, asker } = await start();
    const refuse = (times: number) =>
      site.behave((request, response) => {
        if (times > 0) (response as Http2ServerResponse).stream.close(REFUSED);
        else answer(200, PAGE)(request, response);
        times -= 1;
      });
    refuse(2);
    expect(await ask(asker, 1)).toEqual([{ status: 200, body: PAGE, retried: true }]);
    expect(site.connections()).toBe(3);
    refuse(3);
    await expect(asker.ask(signal())).rejects.toThrow('NGHTTP2_REFUSED_STREAM');
    asker.close();
  });

  test('that the other side ends is left for a new one, without a failure', async () => {
    const { site, asker } = await start();
    site.behave((request, response) => {
      answer(200, PAGE)(request, response);
      (response as Http2ServerResponse).stream.session?.close();
    });
    const answers = await ask(asker, 4);
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    expect(site.connections()).toBeGreaterThan(1);
    asker.close();
  });

  test('that is lost is a failure, and the next one is a new one', async () => {
    const { site, asker } = await start();
    await ask(asker, 1);
    site.behave((_, response) => (response as Http2ServerResponse).stream.session?.destroy());
    await expect(asker.ask(signal())).rejects.toThrow();
    site.behave(answer(200, PAGE));
    expect(await ask(asker, 1)).toEqual([{ status: 200, body: PAGE, retried: false }]);
    asker.close();
  });

  test('is there where the site has HTTP/2', async () => {
    const { target } = await start();
    expect(await speaksHttp2(target, signal())).toBe(true);
    await expect(speaksHttp2({ ...target, port: 1 }, signal())).rejects.toThrow('ECONNREFUSED');
  });
});
