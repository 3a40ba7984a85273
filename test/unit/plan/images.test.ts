import { expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { createActions } from '../../../src/plan/actions/table.ts';

/** Docker with one container of "shop", and the images `here`, by their names. */
function node(here: Record<string, string>, inUse: string[] = []) {
  const said: string[] = [];
  const engine = {
    containers: async () => [
      { image: 'shop-web', imageId: 'sha256:1' },
      { image: 'db@sha256:7', imageId: 'sha256:7' },
    ],
    imageId: async (name: string) => here[name],
    tagImage: async (id: string, name: string) => {
      if (id === 'sha256:gone') throw new CoveyError('not-found', 'no such image');
      here[name] = id;
    },
    imageNames: async (repository: string) => Object.keys(here).filter((name) => name.startsWith(repository)),
    untagImage: async (name: string) => {
      if (inUse.includes(name)) return false;
      delete here[name];
      return true;
    },
    loggingDriver: async () => 'journald',
  };
  const actions = createActions({
    engine,
    compose: { config: async () => ({ services: {} }) },
  } as unknown as ActionDeps);
  const options = {
    signal: new AbortController().signal,
    report: (_: number, detail: string) => void said.push(detail),
    mandate: { app: 'shop', fence: 1, operation: 'o' },
  };
  return { actions, options, said, here };
}
const kept = (id: string) => `covey-kept/shop:${id}`;

it('the images of a release, and further ones, get a name that keeps them', async () => {
  const { actions, options, said, here } = node({});
  const images = { old: 'sha256:0', lost: 'sha256:gone' };
  const result = await actions.run({ kind: 'retain', project: 'shop', images }, options);
  expect(result).toEqual({ images: { 'shop-web': 'sha256:1' } });
  expect(here).toEqual({ [kept('0')]: 'sha256:0', [kept('1')]: 'sha256:1' });
  expect(said).toEqual(['no such image']);
});

it('images that no release needs lose that name, those in use excepted', async () => {
  const given = Object.fromEntries(['0', '1', '2', '3'].map((id) => [kept(id), `sha256:${id}`]));
  const { actions, options, said, here } = node({ ...given, other: 'sha256:9' }, [kept('3')]);
  await actions.run({ kind: 'prune', project: 'shop', keep: ['sha256:2'] }, options);
  expect(Object.keys(here)).toEqual([kept('1'), kept('2'), kept('3'), 'other']);
  expect(said).toEqual([kept('0'), `${kept('3')} is in use`]);
});

it('an image whose name a build has given to another one is found again, and goes', async () => {
  const { actions, options, here } = node({ 'shop-web': 'sha256:5', other: 'sha256:9' });
  const names = ['shop-web', 'shop-new'];
  await actions.run({ kind: 'retain', project: 'shop', images: {}, names }, options);
  expect(here[kept('5')]).toBe('sha256:5');
  here['shop-web'] = 'sha256:6';
  await actions.run({ kind: 'prune', project: 'shop', keep: [] }, options);
  // those that containers use keep their further name
  expect(here).toEqual({ 'shop-web': 'sha256:6', other: 'sha256:9', [kept('1')]: 'sha256:1' });
});

it('images of an earlier release get their names back instead of being built', async () => {
  const { actions, options, here } = node({});
  const folder = '/nowhere/shop';
  await actions
    .run({ kind: 'build', folder, project: 'shop', images: {}, reuse: { 'shop-web': 'sha256:0' } }, options)
    .then(() => expect(here).toEqual({ 'shop-web': 'sha256:0' }));
});
