import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { renderCaddy } from '../../../src/render/caddy.ts';
import { renderHaproxy } from '../../../src/render/haproxy/config.ts';
import { type Node, startNode } from './support.ts';
import { type Asked, fastcgiUpstream, httpUpstream, type Upstream } from './upstream.ts';

const signal = AbortSignal.timeout(900_000);
export const host = 'a.example.com';

const files = {
  'index.html': 'home',
  'page.html': 'a page',
  'page.txt': 'a text',
  'old.html': 'old',
  'oops.html': 'oops',
  'lost.html': 'lost',
  'app.php': '<?php',
  'secret/file.pdf': 'secret',
  'blog/index.php': '<?php',
  'long.html': 'long '.repeat(1000),
  'raw/long.html': 'long '.repeat(1000),
};

export let node: Node;
let one: Upstream;
let two: Upstream;
let php: Upstream;

/** Makes a v1 file live; `one`, `two` and `php` in it are the upstreams. */
export async function load(text: string): Promise<void> {
  const caddyfile = text
    .replaceAll(/\bONE\b/g, one.address)
    .replaceAll(/\bTWO\b/g, two.address)
    .replaceAll(/\bPHP\b/g, php.address);
  const app = { name: 'foo', master: 'n1', caddyfile, maintenance: false };
  await node.caddy.load(renderCaddy({ node: 'n1', apps: [app], settings: { internalCa: true } }), signal);
}

export const serve = (...lines: string[]) => load(`# caddy v1\nhttp://${host} {\n${lines.join('\n')}\n}`);

export const visit = (url = '/', headers: Record<string, string> = {}, method = 'GET') =>
  node.visit(host, url, method, headers);

export const ask = async (url?: string, headers?: Record<string, string>) =>
  JSON.parse((await visit(url, headers)).body) as Asked;

export const params = async (url: string) => JSON.parse((await visit(url)).body) as Record<string, string>;
export const status = async (url: string) => (await visit(url)).status;

export const location = async (url: string, headers?: Record<string, string>) => {
  const { status: code, headers: got } = await visit(url, headers);
  return `${code} ${got.location ?? ''}`.trim();
};

export const basic = (user: string, password: string) => ({
  authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`,
});

/** For a file of tests: a node whose Caddy serves, with its upstreams. */
export function useCaddy(): void {
  beforeAll(async () => {
    node = await startNode();
    [one, two, php] = await Promise.all([httpUpstream('one'), httpUpstream('two'), fastcgiUpstream()]);
    const members = [{ name: 'n1', address: '192.0.2.7' }];
    const config = renderHaproxy({ node: 'n1', members, apps: [] });
    await node.haproxy.apply({ config, map: new Map([[host, 'node-n1']]) }, signal);
    for (const [name, content] of Object.entries(files)) {
      const file = path.join(node.pages, 'site', name);
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, content);
    }
  });
  afterAll(async () => {
    for (const upstream of [one, two, php]) upstream?.close();
    await node?.dispose();
  });
}
