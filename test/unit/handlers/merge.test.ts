import { expect, it, vi } from 'vitest';
import { createFunnel, inOrder } from '../../../src/handlers/merge.ts';

const { signal } = new AbortController();

async function* of(...items: string[]): AsyncGenerator<string, void> {
  yield* items;
}

it('several sources come in one order, each in its own', async () => {
  const merged = inOrder([of('a1', 'c1', 'b1'), of(), of('b2', 'd2')], (item) => item.slice(0, 1));
  expect(await Array.fromAsync(merged)).toEqual(['a1', 'b2', 'c1', 'b1', 'd2']);
});

it('a source that fails ends them all, and so does whoever stops to read', async () => {
  const ended: string[] = [];
  async function* source(name: string, fails: boolean): AsyncGenerator<string, void> {
    try {
      yield name;
      if (fails) throw new Error('broken');
      yield name;
    } finally {
      ended.push(name);
    }
  }
  const broken = inOrder([source('a', true), source('b', false)], (item) => item);
  await expect(Array.fromAsync(broken)).rejects.toThrow('broken');
  expect(ended).toEqual(['a', 'b']);
  for await (const _ of inOrder([source('c', false), source('d', false)], (item) => item)) break;
  expect(ended).toEqual(['a', 'b', 'c', 'd']);
});

it('who puts something into a funnel waits until it is taken', async () => {
  const funnel = createFunnel<number>();
  const taken: number[] = [];
  const put = (item: number) => funnel.put(item, signal).then(() => taken.push(item));
  const all = Promise.all([put(1), put(2)]);
  const items = funnel.items();
  expect((await items.next()).value).toBe(1);
  expect(taken).toEqual([]);
  expect((await items.next()).value).toBe(2);
  await vi.waitFor(() => expect(taken).toEqual([1]));
  const third = items.next();
  await all;
  funnel.end();
  expect(await third).toEqual({ value: undefined, done: true });
});

it('what was put comes before the end, and before an error', async () => {
  const funnel = createFunnel<number>();
  const controller = new AbortController();
  const put = funnel.put(1, controller.signal);
  funnel.end(new Error('over'));
  funnel.end();
  const items = funnel.items();
  expect((await items.next()).value).toBe(1);
  await expect(items.next()).rejects.toThrow('over');
  await put;
  const late = funnel.put(2, controller.signal);
  controller.abort(new Error('enough'));
  await expect(late).rejects.toThrow('enough');
});
