import { expect, onTestFinished } from 'vitest';
import { host } from '../../support/records.ts';
import { PORT, signal } from './pacing-node.ts';
import { openSlow, openWebsocket, openWire, type Wire } from './streams.ts';
import type { Node } from './support.ts';

/** What HAProxy's master says of its reloads, and of old workers that are still there. */
export async function processes(node: Node): Promise<{ reloads: number; old: number }> {
  const said = await node.master('show proc;quit', signal);
  const old = said.split('# old workers')[1]?.split('#')[0] ?? '';
  return {
    reloads: Number(/\bmaster\s+(\d+)/.exec(said)?.[1]),
    old: old.split('\n').filter((line) => /^\d+/.test(line)).length,
  };
}

/** Connections of all kinds to both apps, in the middle of what they do. */
export async function openAll(node: Node) {
  const [http, https, raw] = [await node.port(80), await node.port(443), await node.port(PORT)];
  // the certificates are made in the background
  for (const name of ['mine', 'other'])
    await expect
      .poll(() => openWire(https, host(name)).then((wire) => wire.close()), { timeout: 15_000 })
      .toBeUndefined();
  const echoing: Record<string, Wire> = {
    'own websocket': await openWebsocket(http, host('mine'), false),
    'own websocket over TLS': await openWebsocket(https, host('mine'), true),
    websocket: await openWebsocket(http, host('other'), false),
    'websocket over TLS': await openWebsocket(https, host('other'), true),
    'app port': await openWire(raw),
  };
  const kept = await openWire(http);
  const slow: Record<string, Wire> = {
    'own slow answer': await openSlow(http, host('mine'), false),
    'slow answer': await openSlow(http, host('other'), false),
    'slow answer over TLS': await openSlow(https, host('other'), true),
  };
  onTestFinished(() => {
    for (const wire of [kept, ...Object.values(echoing), ...Object.values(slow)]) wire.close();
  });
  const request = `GET / HTTP/1.1\r\nHost: ${host('other')}\r\n\r\n`;
  await kept.ask(request, 'at once');
  let said = 0;
  return {
    /** Each connection that is to be open still is, and both ways. */
    echo: async () => {
      for (const [name, wire] of Object.entries(echoing)) {
        said += 1;
        await expect(wire.ask(`${name} ${said}\n`, `${name} ${said}\n`), name).resolves.toBeDefined();
      }
    },
    /** One that has nothing to do takes the next request; a reload would end it, as servers may. */
    again: async () => {
      await expect(kept.ask(request, 'at once'), 'kept connection').resolves.toContain('200 OK');
    },
    /** Each answer that had begun comes to its end. */
    finish: async (finish: () => void) => {
      const rests = Object.entries(slow).map(async ([name, wire]) => {
        await expect(wire.ask('', 'second half'), name).resolves.toContain('second half');
      });
      finish();
      await Promise.all(rests);
    },
    echoing,
  };
}
