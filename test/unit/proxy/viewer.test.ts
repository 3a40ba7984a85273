import { expect, it } from 'vitest';
import { type Sources, viewOf } from '../../../src/proxy/view.ts';
import { createViewer } from '../../../src/proxy/viewer.ts';

const entry = (name: string, master: string, modifyIndex: number) => ({
  key: `app/${name}`,
  value: JSON.stringify({ repo_url: `https://git.example.com/${name}`, branch: 'main', master }),
  modifyIndex,
});
const sources = (...apps: Sources['apps']): Sources => ({ apps, maintenance: [], members: [] });

it('gives the view of the sources, whatever came before', () => {
  const view = createViewer();
  const steps = [
    sources(entry('a', 'n1', 1), entry('b', 'n1', 2)),
    sources(entry('a', 'n2', 3), entry('b', 'n1', 2)),
    sources(entry('b', 'n1', 2)),
    // written anew after it was gone: the same text, but another generation
    sources(entry('a', 'n2', 9), { key: 'app/b', value: '{', modifyIndex: 10 }),
    // a store that was restored: the same index, but another text
    sources(entry('a', 'n1', 9), entry('b', 'n1', 10)),
  ];
  for (const each of steps) expect(view(each)).toEqual(viewOf(each));
});

it('keeps the object of an app that has not changed, and of no other', () => {
  const view = createViewer();
  const before = view(sources(entry('a', 'n1', 1), entry('b', 'n1', 2), entry('c', 'n1', 3))).apps;
  const after = view(sources(entry('a', 'n1', 1), entry('b', 'n2', 4), entry('c', 'n1', 5))).apps;
  expect(after[0]).toBe(before[0]);
  expect(after[1]).not.toBe(before[1]);
  expect(after[2]).not.toBe(before[2]);
});

it('forgets an app that is gone', () => {
  const view = createViewer();
  const [before] = view(sources(entry('a', 'n1', 1))).apps;
  view(sources());
  expect(view(sources(entry('a', 'n1', 1))).apps[0]).not.toBe(before);
});
