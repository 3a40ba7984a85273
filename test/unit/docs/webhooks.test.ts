import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { root } from '../../../docs/generate/program.ts';
import { diff } from '../../../src/occurrences/diff.ts';
import { kinds } from '../../../src/occurrences/occurrence.ts';
import { ended } from '../../../src/occurrences/operations.ts';
import { member, picture } from '../occurrences/pictures.ts';

const page = readFileSync(`${root}docs/webhooks.md`, 'utf8');
const examples = [...page.matchAll(/```json\n(.*?)```/gs)].map(([, json = '']) => JSON.parse(json));

test('the page lists each kind with its sentence', () => {
  const rows = [...page.matchAll(/^\| `([a-z]+\.[a-z]+)` +\| (.*?) +\| (.*?) +\|$/gm)].map(
    ([, kind, text]) => [kind, text],
  );
  expect(rows).toEqual(Object.entries(kinds));
});

test('the page lists the details of each kind', () => {
  const source = readFileSync(`${root}src/occurrences/occurrence.ts`, 'utf8');
  const shapes = new Map(
    [...source.matchAll(/^type (\w+) = (?:(\w+) & )?\{(.*?)\};$/gms)].map(([, name, base, body]) => [
      name,
      { base, body },
    ]),
  );
  const fields = (text: string): string[] => {
    const own = [...text.matchAll(/(\w+): /g)].map(([, name = '']) => name);
    const named = [...text.matchAll(/\b(Of\w+|Ended)\b/g)].flatMap(([name]) => {
      const shape = shapes.get(name);
      return shape ? [...fields(shape.base ?? ''), ...fields(shape.body ?? '')] : [];
    });
    return [...named, ...own];
  };
  for (const [, kind = '', type = ''] of source.matchAll(
    /^ {2}'([a-z]+\.[a-z]+)': ((?:Nothing|Of|Ended|\{).*);$/gm,
  )) {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${kind}\``)) ?? '';
    const told = [...(row.split('|')[3] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name);
    expect([kind, ...told]).toEqual([kind, ...fields(type.replaceAll(/'\w+'/g, ''))]);
  }
});

test('the examples are what is sent', () => {
  const lost = picture({
    at: 1772359200000,
    members: [member('node1'), member('node2'), member('node3', 'failed')],
  });
  const failed = {
    app: 'shop_master.ddb14',
    operation: 'deploy',
    id: 'r1',
    by: 'alice',
    coordinator: 'node2',
  };
  const sent = [
    ...diff(picture(), lost),
    ended({ ...failed, outcome: 'failed', elapsedMs: 1_200, error: 'no disk' }, 1772359200000),
  ];
  expect(examples).toEqual(
    sent.map((each, at) => ({ id: expect.any(String), from: `node${at + 1}`, app: '', ...each })),
  );
});
