import { renderCaddy } from '../../../src/render/caddy.ts';
import { renderHaproxy } from '../../../src/render/haproxy/config.ts';
import { type Node, startNode } from './support.ts';

export const HOST = 'calm.example.com';
export const BODY = 'all is well '.repeat(100);

/** A node whose HAProxy leads to the site, and whose Caddy leaves connections as long as on a node. */
export async function calmNode(signal: AbortSignal): Promise<Node> {
  const node = await startNode({ leaving: 500 });
  const members = [{ name: 'n1', address: '192.0.2.7' }];
  const config = renderHaproxy({ node: 'n1', members, apps: [] });
  await node.haproxy.apply({ config, map: new Map([[HOST, 'node-n1']]) }, signal);
  return node;
}

/** For Caddy: the app that is visited, and another one that changes with each number. */
export const text = (number: number) => {
  const site = (host: string, body: string) =>
    `http://${host}, https://${host} {\n\trespond ${JSON.stringify(body)}\n}`;
  const app = (name: string, caddyfile: string) => ({ name, master: 'n1', caddyfile, maintenance: false });
  const apps = [app('calm', site(HOST, BODY)), app('restless', site(`at${number}.example.com`, 'x'))];
  return renderCaddy({ node: 'n1', apps, settings: { internalCa: true } });
};
