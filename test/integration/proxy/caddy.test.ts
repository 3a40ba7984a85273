import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCaddy } from '../../../src/proxy/caddy/caddy.ts';
import { renderCaddy } from '../../../src/render/caddy.ts';
import { renderHaproxy } from '../../../src/render/haproxy/config.ts';
import { type Node, startNode } from './support.ts';

const signal = AbortSignal.timeout(900_000);
let node: Node;
beforeAll(async () => {
  node = await startNode();
  const members = [{ name: 'n1', address: '192.0.2.7' }];
  const config = renderHaproxy({ node: 'n1', members, apps: [] });
  await node.haproxy.apply({ config, map: new Map([['a.example.com', 'node-n1']]) }, signal);
});
afterAll(() => node.dispose());

const text = (...directives: string[]) => {
  const caddyfile = `http://a.example.com, https://a.example.com {\n\t${directives.join('\n\t')}\n}`;
  const app = { name: 'foo', master: 'n1', caddyfile, maintenance: false };
  return renderCaddy({ node: 'n1', apps: [app], settings: { internalCa: true } });
};
const body = async () => (await node.visit('a.example.com')).body;

describe('load', () => {
  it('makes the sites live, one after the other version', async () => {
    for (const said of ['one', 'two']) {
      await node.caddy.load(text(`respond "${said}"`), signal);
      expect(await body()).toBe(said);
    }
  });

  it('takes many in a row, refused ones between them', async () => {
    for (let i = 0; i < 40; i++) {
      await node.caddy.load(text(`respond "number ${i}"`), signal);
      const refused = node.caddy.load(text(`respond "number ${i}"`, 'no_such_directive'), signal);
      await expect(refused).rejects.toMatchObject({ code: 'invalid' });
    }
    expect(await body()).toBe('number 39');
  });

  it('does not wait until Caddy has cleaned up its memory after the load before', async () => {
    const begun = performance.now();
    for (let i = 0; i < 8; i++) await node.caddy.load(text(`respond "quiet ${i}"`), signal);
    // it takes a tenth of a second each, and took three seconds where the socket of before was waited for
    expect(performance.now() - begun).toBeLessThan(10_000);
    expect(await body()).toBe('quiet 7');
  });

  it('serves HTTPS with a certificate of its own', async () => {
    await node.caddy.load(text('respond "secret"'), signal);
    const open = await node.open('a.example.com');
    expect(await open.get()).toBe('secret');
    open.close();
  });

  it.each([
    ['an unknown directive', 'no_such_directive', /no_such_directive/],
    [
      'an argument that is none',
      'respond "x" {\n\t\tclose yes please\n\t}',
      /respond.*unrecognized subdirective 'yes'/,
    ],
    [
      'what shows only when it is started',
      'tls /nowhere.pem /nowhere.key',
      /open \/nowhere\.pem: no such file/,
    ],
  ])('refuses %s with the cause, and serves on', async (_, directive, message) => {
    await node.caddy.load(text('respond "before"'), signal);
    await expect(node.caddy.load(text(directive), signal)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(message),
    });
    expect(await body()).toBe('before');
  });
});

describe('validate', () => {
  it('takes what is good, and makes nothing live', async () => {
    await node.caddy.load(text('respond "live"'), signal);
    await node.caddy.validate(text('respond "only looked at"'), signal);
    expect(await body()).toBe('live');
  });

  it('refuses with the cause', async () => {
    await expect(node.caddy.validate(text('no_such_directive'), signal)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(/^Caddy refuses the configuration: Error: .*no_such_directive/),
    });
  });

  it('finds what only the modules of Caddy know', async () => {
    await expect(node.caddy.validate(text('tls /nowhere.pem /nowhere.key'), signal)).rejects.toMatchObject({
      code: 'invalid',
      message: expect.stringContaining('/nowhere.pem'),
    });
  });
});

it('starts again with what it served last, also after it was killed', async () => {
  await node.caddy.load(text('respond "remembered"'), signal);
  // Caddy writes down what it starts with once it has let go of what was before
  await node.caddy.idle();
  await node.kill('caddy');
  await expect(node.caddy.load(text('respond "lost"'), signal)).rejects.toMatchObject({
    code: 'unavailable',
  });
  await node.start('caddy');
  expect(await body()).toBe('remembered');
});

it('says where nobody listens', async () => {
  const paths = { admin: '/nowhere/caddy.sock', http: '/nowhere/http.sock', https: '/nowhere/https.sock' };
  const caddy = createCaddy({
    paths: { ...paths, links: paths },
    exec: async () => ({ exitCode: 0, stdout: '', stderr: '' }),
  });
  await expect(caddy.load('', signal)).rejects.toMatchObject({
    code: 'unavailable',
    message: expect.stringContaining('/nowhere/caddy.sock'),
  });
});
