import { once } from 'node:events';
import { readdir, readlink, rm, symlink } from 'node:fs/promises';
import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { type ClientHttp2Session, connect } from 'node:http2';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { BODY, calmNode, HOST, text } from './calm-site.ts';
import type { Node } from './support.ts';

const LOADS = 20;
const signal = AbortSignal.timeout(600_000);
let node: Node;
beforeAll(async () => {
  node = await calmNode(signal);
});
afterAll(() => node.dispose());

type Ask = () => Promise<string>;

/** One request, over the agent's connection or a new one. */
async function ask(port: number, agent: Agent | HttpAgent | false, tls: boolean): Promise<string> {
  const common = { host: '127.0.0.1', port, path: '/', headers: { host: HOST }, signal };
  const asked = tls
    ? request({ ...common, agent: agent as Agent | false, servername: HOST, rejectUnauthorized: false })
    : requestHttp({ ...common, agent: agent as HttpAgent | false });
  asked.end();
  const [response] = await once(asked, 'response');
  let body = '';
  for await (const chunk of response) body += chunk;
  return `${response.statusCode} ${body}`;
}

/** HTTP/2 over one session, and another one once the server says that it goes. */
function overSessions(port: number): { ask: Ask; close(): void } {
  let session: ClientHttp2Session | undefined;
  const open = () => {
    const opened = connect(`https://${HOST}:${port}`, {
      host: '127.0.0.1',
      servername: HOST,
      rejectUnauthorized: false,
    });
    opened.on('error', () => undefined); // each of its streams tells of it
    return opened;
  };
  return {
    close: () => session?.close(),
    ask: async () => {
      if (session === undefined || session.closed || session.destroyed) session = open();
      const stream = session.request({ ':path': '/', ':authority': HOST });
      let status = 0;
      stream.on('response', (headers) => {
        status = Number(headers[':status']);
      });
      let body = '';
      stream.setEncoding('utf8');
      for await (const chunk of stream) body += chunk;
      return `${status} ${body}`;
    },
  };
}

it('loses no request of another app while Caddy takes one configuration after the other', async () => {
  await node.caddy.load(text(0), signal);
  const [http, https] = [await node.port(80), await node.port(443)];
  const kept = new Agent({ keepAlive: true, maxSockets: 1 });
  const keptHttp = new HttpAgent({ keepAlive: true, maxSockets: 1 });
  const sessions = overSessions(https);
  await expect.poll(() => ask(https, false, true).catch(String), { timeout: 20_000 }).toContain('200');
  const visitors: Record<string, Ask> = {
    'HTTPS, new connections': () => ask(https, false, true),
    'HTTPS, a kept connection': () => ask(https, kept, true),
    'HTTP/2': sessions.ask,
    'HTTP, new connections': () => ask(http, false, false),
    'HTTP, a kept connection': () => ask(http, keptHttp, false),
  };
  let going = true;
  const visits = Object.entries(visitors).map(async ([name, visit]) => {
    const failures: string[] = [];
    let count = 0;
    for (; going; count++) {
      const answer = await visit().catch(String);
      if (answer !== `200 ${BODY}`) failures.push(answer);
    }
    return { name, count, failures };
  });
  for (let number = 1; number <= LOADS; number++) await node.caddy.load(text(number), signal);
  await node.caddy.idle();
  going = false;
  const results = await Promise.all(visits);
  for (const agent of [kept, keptHttp]) agent.destroy();
  sessions.close();
  for (const { name, count, failures } of results) {
    expect(failures, name).toEqual([]);
    expect(count, name).toBeGreaterThan(LOADS);
  }
});

it('leads HAProxy to what Caddy has, whatever an earlier peer has left', async () => {
  const [a, b] = [text(101), text(102)];
  await node.caddy.load(a, signal);
  await node.caddy.idle();
  // as after a reboot for which the link is from before the load, or a peer that was killed between the two
  const link = (name: string) => join(node.haproxyConfig, `../caddy-${name}.sock`);
  for (const name of ['http', 'https']) {
    const target = (await readlink(link(name))).replace(/\d+/, '1');
    await rm(link(name));
    await symlink(target, link(name));
  }
  expect((await node.visit(HOST)).status).toBe(503);
  await node.caddy.load(b, signal);
  expect((await node.visit(HOST)).body).toBe(BODY);
  await node.caddy.load(a, signal);
  // what Caddy has let go of does not pile up
  const left = (await readdir(node.run)).filter((name) => name.startsWith('caddy-http.'));
  expect(left.length).toBeLessThanOrEqual(2);
});
