import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';

import { createLogger } from '../../src/logger.ts';
import { listen } from '../../src/rpc/listener.ts';
import { acceptStreams, openStream, volumeProtocol } from '../../src/rpc/streams.ts';
import { loadTls, type TlsMaterial } from '../../src/rpc/tls.ts';
import { openStore } from '../../src/volumes/store.ts';
import { volumeGuard } from '../../src/volumes/transfer/guard.ts';
import { openPins } from '../../src/volumes/transfer/pins.ts';
import { openReceiver } from '../../src/volumes/transfer/receive.ts';
import { sendVolume } from '../../src/volumes/transfer/send.ts';

// The two nodes of a handoff, a process each, whose memory is measured: they import what a transfer needs and no more.

const logger = createLogger({ level: 'silent' });
const say = (text: string): void => void process.stdout.write(`${text}\n`);

/** What the sending side says when it is done, as JSON. */
export interface SideReport {
  seconds: number;
  bytes: number;
  /** Peak, in MiB. */
  memory: number;
}

/** The receiving node: says its port, ends with its standard input, then says its peak of memory. */
export async function receiveSide(folder: string): Promise<void> {
  const store = await openStore(join(folder, 'b'));
  const pins = await openPins(join(folder, 'state-b'), logger);
  const guard = volumeGuard();
  const take = await openReceiver({ store, pins, guard, log: logger, admit: async () => undefined });
  const acceptor = acceptStreams({ name: volumeProtocol, take, logger });
  const listener = await listen({
    host: '127.0.0.1',
    port: 0,
    tls: await material(folder, 'node2'),
    logger,
    onGrpc: (socket) => socket.destroy(),
    protocols: { [volumeProtocol]: acceptor.protocol },
  });
  say(`${listener.port}`);
  await once(process.stdin.resume(), 'end');
  listener.close();
  await acceptor.close();
  say(`${await peakMemory()}`);
}

/** The sending node: sends one snapshot and says its `SideReport`. */
export async function sendSide(folder: string, port: number, snapshot: string): Promise<void> {
  const tls = await material(folder, 'node1');
  const store = await openStore(join(folder, 'a'));
  const pins = await openPins(join(folder, 'state-a'), logger);
  const began = performance.now();
  const { bytes } = await sendVolume({
    store,
    pins,
    snapshot,
    to: 'node2',
    app: 'bench',
    fence: 1,
    operation: 'bench',
    open: (name, signal) =>
      openStream({ host: '127.0.0.1', port, name }, { tls, protocol: volumeProtocol, signal }),
  });
  const seconds = (performance.now() - began) / 1000;
  const report: SideReport = { seconds, bytes, memory: await peakMemory() };
  say(JSON.stringify(report));
}

const material = (folder: string, name: string): Promise<TlsMaterial> =>
  loadTls({
    ca: join(folder, name, 'ca.pem'),
    cert: join(folder, name, 'node.pem'),
    key: join(folder, name, 'node.key'),
  });

/** Of this process, in MiB, as the kernel counts it. */
async function peakMemory(): Promise<number> {
  const line = /VmHWM:\s+(\d+) kB/.exec(await readFile('/proc/self/status', 'utf8'));
  return Math.round(Number(line?.[1]) / 1024);
}
