import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { apiPage } from '../../../docs/generate/api-page.ts';
import { root } from '../../../docs/generate/program.ts';
import { readProtos, uncommented } from '../../../docs/generate/protos.ts';
import { clusterMethods, peerMethods } from '../../../src/rpc/proto.ts';

const protos = readProtos();
const page = apiPage(protos);

test('docs/api.md says what the files of proto say', () => {
  const hasPage = readFileSync(`${root}docs/api.md`, 'utf8') === page;
  expect(hasPage, 'docs/api.md is old: `npm run docs` writes it anew').toBe(true);
});

test('each service, call, field and value has a comment', () => {
  expect(uncommented(protos)).toEqual([]);
});

test('each call that a peer serves is there, and each link leads somewhere', () => {
  const calls = Object.entries({ Cluster: clusterMethods, Peer: peerMethods }).flatMap(([service, methods]) =>
    Object.keys(methods).map((method) => `${service}.${method}`),
  );
  const headings = [...page.matchAll(/^#+ (.*)$/gm)].map(([, heading = '']) => heading);
  expect(headings).toEqual(expect.arrayContaining(calls));
  const anchors = headings.map((heading) =>
    heading
      .toLowerCase()
      .replace(/[^a-z\d -]/g, '')
      .replaceAll(' ', '-'),
  );
  const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor);
  expect(links.filter((link) => !anchors.includes(link ?? ''))).toEqual([]);
  expect(new Set(anchors).size).toBe(anchors.length);
});
