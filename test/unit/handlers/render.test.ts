import { expect, it } from 'vitest';
import type { Deps } from '../../../src/handlers/deps.ts';
import { render, renderHere } from '../../../src/handlers/render.ts';
import type { Texts } from '../../../src/proxy/texts.ts';

const call = { signal: new AbortController().signal, caller: { name: 'ops', role: 'operator' as const } };
const request = { app: '', node: '', diff: false };
const texts = (more: Partial<Texts> = {}): Texts => ({
  'haproxy.cfg': 'global\n',
  'domains.map': 'a node-n1\n',
  Caddyfile: 'a {\n}\n',
  ...more,
});

/** Records by name; the node that was asked is in the answer. */
function cluster(records: Record<string, string>) {
  const entries = Object.entries(records).map(([name, value]) => ({
    key: `app/${name}`,
    value,
    modifyIndex: 1,
  }));
  const deps = {
    node: 'here',
    kv: { list: async () => entries },
    nodes: { render: async (node: string) => ({ node }) },
  };
  return render(deps as unknown as Deps);
}
const record = JSON.stringify({ repo_url: 'r', branch: 'b', master: 'n2' });

it("asks the node that is named, else the app's master, else answers itself", async () => {
  const ask = cluster({ shop: record, bad: '{' });
  expect(await ask(request, call)).toEqual({ node: 'here' });
  expect(await ask({ ...request, app: 'shop' }, call)).toEqual({ node: 'n2' });
  expect(await ask({ ...request, app: 'shop', node: 'n3' }, call)).toEqual({ node: 'n3' });
  expect(await ask({ ...request, app: 'bad', node: 'n3' }, call)).toEqual({ node: 'n3' });
  expect(await ask({ ...request, app: 'swarm/shop' }, call)).toEqual({ node: 'here' });
  expect(await ask({ ...request, app: 'swarm/shop', node: 'n3' }, call)).toEqual({ node: 'n3' });
  await expect(ask({ ...request, app: 'none' }, call)).rejects.toMatchObject({ code: 'not-found' });
  await expect(ask({ ...request, app: 'bad' }, call)).rejects.toMatchObject({ code: 'invalid' });
});

it('gives all files, or with diff those that differ', async () => {
  const asked: (string | undefined)[] = [];
  const here = renderHere({
    node: 'n1',
    show: async (app) => {
      asked.push(app);
      return { wanted: texts({ Caddyfile: 'b {\n}\n' }), live: texts(), refused: [] };
    },
  });
  expect(await here(request, call)).toMatchObject({
    node: 'n1',
    differs: false,
    files: [{ name: 'haproxy.cfg' }, { name: 'domains.map' }, { name: 'Caddyfile', text: 'b {\n}\n' }],
  });
  expect(await here({ ...request, app: 'shop', diff: true }, call)).toMatchObject({
    differs: true,
    files: [{ name: 'Caddyfile', text: expect.stringContaining('\n-a {\n+b {\n') }],
  });
  expect(asked).toEqual([undefined, 'shop']);
});

it('differs only where something does', async () => {
  const refused: { app: string; part: 'record'; error: string }[] = [];
  const here = renderHere({ node: 'n1', show: async () => ({ wanted: texts(), live: texts(), refused }) });
  expect(await here({ ...request, diff: true }, call)).toEqual({
    node: 'n1',
    files: [],
    differs: false,
    refused: [],
  });
  refused.push({ app: 'shop', part: 'record', error: 'no JSON' });
  expect(await here({ ...request, diff: true }, call)).toMatchObject({ differs: true, refused, files: [] });
});
