import { once } from 'node:events';
import { Agent as HttpAgent, request as requestHttp } from 'node:http';
import { type ClientHttp2Session, connect } from 'node:http2';
import { Agent, request } from 'node:https';
import { afterEach, describe, expect, it } from 'vitest';
import { visitAt } from './direct-visitor.ts';
import { HOST, type HoldNodes, holdNodes, type Name, names } from './hold-nodes.ts';

let held: HoldNodes;
afterEach(() => held.dispose());

interface Answer {
  status: number | undefined;
  body: string;
}

type Ask = (path: string) => Promise<Answer>;

function overHttp(address: string, tls: boolean, agent: Agent | HttpAgent | false, body?: string): Ask {
  return async (path) => {
    const method = body === undefined ? 'GET' : 'POST';
    const common = {
      host: address,
      path,
      method,
      headers: { host: HOST },
      signal: AbortSignal.timeout(60_000),
    };
    const asked = tls
      ? request({ ...common, agent: agent as Agent | false, servername: HOST, rejectUnauthorized: false })
      : requestHttp({ ...common, agent: agent as HttpAgent | false });
    asked.end(body);
    const [response] = await once(asked, 'response');
    let said = '';
    for await (const chunk of response) said += chunk;
    return { status: response.statusCode, body: said };
  };
}

/** Over one session, and another one once the server says that it goes. */
function overHttp2(address: string): { ask: Ask; close(): void } {
  let session: ClientHttp2Session | undefined;
  const open = () => {
    const options = { host: address, servername: HOST, rejectUnauthorized: false };
    const opened = connect(`https://${HOST}`, options as never);
    opened.on('error', () => undefined); // each of its streams tells of it
    opened.on('goaway', () => {
      if (session === opened) session = undefined;
    });
    return opened;
  };
  const ask: Ask = async (path) => {
    if (session === undefined || session.closed || session.destroyed) session = open();
    const stream = session.request({ ':path': path, ':authority': HOST });
    const [headers] = await once(stream, 'response');
    let said = '';
    for await (const chunk of stream) said += chunk;
    return { status: headers[':status'], body: said };
  };
  return { ask, close: () => session?.close() };
}

/** Each kind of visitor through each node, each with a connection that is there already. */
async function visitors(): Promise<{ asks: Ask[]; close(): void }> {
  const closing: (() => void)[] = [];
  const asks = names.flatMap((name) => {
    const { address } = held.nodes[name];
    const kept = new HttpAgent({ keepAlive: true });
    const keptTls = new Agent({ keepAlive: true });
    const over2 = overHttp2(address);
    closing.push(
      () => kept.destroy(),
      () => keptTls.destroy(),
      () => over2.close(),
    );
    return [
      overHttp(address, false, false),
      overHttp(address, false, kept),
      overHttp(address, true, false),
      overHttp(address, true, keptTls, 'some body'),
      over2.ask,
    ];
  });
  return {
    asks,
    close: () => {
      for (const each of closing) each();
    },
  };
}

const served = async (name: Name, tls: boolean) =>
  expect
    .poll(() => overHttp(held.nodes[name].address, tls, false)('/').then(({ status }) => status, String), {
      timeout: 15_000,
    })
    .toBe(200);

/** All nodes serve the app, of either kind. */
async function begin(): Promise<void> {
  held = await holdNodes();
  await held.apply(...names);
  for (const name of names) for (const tls of [false, true]) await served(name, tls);
}

/** Nobody is held any more, and all are still answered. */
async function end(asks: readonly Ask[]): Promise<void> {
  await held.end();
  for (const ask of asks) expect(await ask('/end')).toMatchObject({ status: 200 });
}

/** Nobody has been answered yet. */
const allWait = async (asked: Promise<Answer>[]) => {
  const first = await Promise.race([...asked, new Promise((resolve) => setTimeout(resolve, 1_000, 'none'))]);
  expect(first).toBe('none');
};

describe('requests for an app that is at its cutover', () => {
  it('wait on its node, over loads of both proxies, and are answered by what it starts', async () => {
    await begin();
    const { asks, close } = await visitors();
    for (const ask of asks) expect(await ask('/before')).toMatchObject({ status: 200 });
    const here = { node: 'n1', from: 'n1' } as const;
    await held.hold(here, 'held');
    await held.apps.n1.stop();
    const waiting = asks.map((ask, at) => ask(`/${at}`));
    await allWait(waiting);
    await held.another();
    await held.another();
    await allWait(waiting);
    await held.apps.n1.start('second');
    const begun = Date.now();
    await held.hold(here, 'open', names, 'n1');
    const answers = await Promise.all(waiting);
    console.log(`answered ${Date.now() - begun} ms after the app was there`);
    for (const [at, { status, body }] of answers.entries()) {
      expect(status).toBe(200);
      const isTls = at % 5 >= 2;
      expect(JSON.parse(body)).toMatchObject({
        by: 'second',
        url: `/${at}`,
        proto: isTls ? 'https' : 'http',
      });
      if (at % 5 === 3) expect(JSON.parse(body)).toMatchObject({ method: 'POST', body: 'some body' });
    }
    const clients = new Set(answers.map(({ body }) => JSON.parse(body).client));
    expect(clients.size, [...clients].join()).toBe(1);
    for (const ask of asks) expect(await ask('/after')).toMatchObject({ status: 200 });
    await end(asks);
    close();
  }, 180_000);

  it('wait on the node to which it moves, whoever hears of it first', async () => {
    await begin();
    const { asks, close } = await visitors();
    const away = { node: 'n2', from: 'n1' } as const;
    await held.hold(away, 'preparing', ['n2']);
    for (const ask of asks.slice(0, 5))
      expect(JSON.parse((await ask('/')).body)).toMatchObject({ by: 'first' });
    await held.apps.n2.stop();
    await held.hold(away, 'held', ['n1']);
    // n3 has not heard of it: what it sends to n1 is passed on.
    const waiting = asks.map((ask, at) => ask(`/${at}`));
    await allWait(waiting);
    await held.hold(away, 'held', ['n3', 'n2', 'n1']);
    await held.apps.n1.stop();
    const more = asks.map((ask, at) => ask(`/${at}`));
    await allWait([...waiting, ...more]);
    await held.apps.n2.start('moved');
    await held.hold(away, 'open', ['n1', 'n3', 'n2'], 'n2');
    for (const { status, body } of await Promise.all([...waiting, ...more])) {
      expect(status).toBe(200);
      expect(JSON.parse(body)).toMatchObject({ by: 'moved' });
    }
    for (const ask of asks) expect(JSON.parse((await ask('/after')).body)).toMatchObject({ by: 'moved' });
    await end(asks);
    close();
  }, 180_000);

  it('are answered where an app moves back at once, also over connections that were passed on before', async () => {
    await begin();
    const away = { node: 'n2', from: 'n1' } as const;
    for (const state of ['preparing', 'held'] as const) await held.hold(away, state);
    await held.apps.n1.stop();
    await held.hold(away, 'open', names, 'n2');
    const { asks, close } = await visitors();
    for (const ask of asks) expect(await ask('/there')).toMatchObject({ status: 200 });
    const passed = (times: string) =>
      visitAt(held.nodes.n1.address, 'http', HOST, { headers: { 'covey-passed-on': times } });
    expect(await passed('111')).toMatchObject({ status: 200 });
    // Two that believe each other the one that serves.
    expect(await passed('1111')).toMatchObject({ status: 503 });
    const back = { node: 'n1', from: 'n2' } as const;
    await held.hold(back, 'preparing', ['n1']);
    // n1 has heard of it, n2 not yet, and then the other way round: nothing is lost between the two.
    const early = asks.map((ask, at) => ask(`/${at}`));
    await held.hold(back, 'held', ['n2', 'n3', 'n1']);
    await held.apps.n2.stop();
    await held.apps.n1.start('back');
    await held.hold(back, 'open', ['n2', 'n3', 'n1'], 'n1');
    const answers = await Promise.all([...early, ...asks.map((ask) => ask('/after'))]);
    expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
    close();
  }, 180_000);

  it('are answered by the old master where the move is undone', async () => {
    await begin();
    const { asks, close } = await visitors();
    const away = { node: 'n2', from: 'n1' } as const;
    await held.hold(away, 'preparing', ['n2']);
    await held.apps.n2.stop();
    await held.hold(away, 'held', names);
    await held.apps.n1.stop();
    const waiting = asks.map((ask, at) => ask(`/${at}`));
    await allWait(waiting);
    await held.apps.n1.start('back');
    await held.hold(away, 'returning', ['n1']);
    // n3 is the last to hear: what it sends to n2 is passed on.
    await held.hold(away, 'returned', ['n1', 'n2']);
    for (const { status, body } of await Promise.all(waiting)) {
      expect(status).toBe(200);
      expect(JSON.parse(body)).toMatchObject({ by: 'back' });
    }
    for (const ask of asks) expect(JSON.parse((await ask('/late')).body)).toMatchObject({ by: 'back' });
    await held.apply('n3');
    await end(asks);
    close();
  }, 180_000);

  it('get the maintenance page after their time, or where too many wait', async () => {
    held = await holdNodes({ seconds: 6, queue: 2 });
    await held.apply(...names);
    await served('n1', true);
    await held.hold({ node: 'n1', from: 'n1' }, 'held');
    await held.apps.n1.stop();
    const begun = Date.now();
    const ask = overHttp(held.nodes.n1.address, true, false);
    const answers = await Promise.all(
      Array.from({ length: 12 }, async () => ({ ...(await ask('/')), took: Date.now() - begun })),
    );
    for (const { status, body } of answers) {
      expect(status).toBe(503);
      expect(body).toContain('maintenance');
    }
    const took = answers.map((answer) => answer.took).toSorted((a, b) => a - b);
    console.log(`answered after ${took.join(', ')} ms`);
    // Those who wait, and nobody longer: who is turned away is not kept for a second time.
    expect(took.filter((each) => each > 5_500)).toHaveLength(2);
    expect(took[0]).toBeLessThan(5_000);
    expect(took.at(-1)).toBeLessThan(11_000);
  }, 120_000);
});
