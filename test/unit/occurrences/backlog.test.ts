import { describe, expect, it } from 'vitest';
import { createBacklog } from '../../../src/occurrences/backlog.ts';
import type { Kind, Occurrence } from '../../../src/occurrences/occurrence.ts';
import { isWanted, readKinds } from '../../../src/occurrences/wanted.ts';
import { APP, NOW } from './pictures.ts';

const occurrence = (text: string, more: object = {}) =>
  ({ kind: 'app.gone', at: NOW, app: APP, text, details: {}, ...more }) as Occurrence;
const texts = async (items: AsyncIterable<Occurrence>) => {
  const found: string[] = [];
  for await (const { text } of items) found.push(text);
  return found;
};
const create = (most = 3) => createBacklog({ most, now: () => NOW });

describe('what waits', () => {
  it('is given in its order, and what comes later as it comes', async () => {
    const backlog = create();
    const taken = texts(backlog.items());
    for (const text of ['a', 'b']) backlog.push(occurrence(text));
    await Promise.resolve();
    backlog.push(occurrence('c'));
    backlog.end();
    backlog.push(occurrence('too late'));
    expect(await taken).toEqual(['a', 'b', 'c']);
  });

  it('is bounded, and says how much of it was lost', async () => {
    const backlog = create();
    for (let number = 1; number <= 10_003; number++) backlog.push(occurrence(`${number}`));
    backlog.end();
    const items = backlog.items();
    expect((await items.next()).value).toEqual({
      ...{ kind: 'watch.missed', at: NOW, details: { count: '10000' } },
      text: '10000 more things have happened than were taken; the oldest are not told',
    });
    expect(await texts(items)).toEqual(['10001', '10002', '10003']);
  });

  it('ends with the error that there was, after what came before it', async () => {
    const backlog = create();
    backlog.push(occurrence('a'));
    backlog.end(new Error('oh'));
    const items = backlog.items();
    expect((await items.next()).value).toMatchObject({ text: 'a' });
    await expect(items.next()).rejects.toThrow('oh');
  });
});

describe('what is wanted', () => {
  const kinds = (...names: string[]) => readKinds(names);
  const lost = occurrence('', { kind: 'node.lost', app: undefined, node: 'node3' });
  const died = occurrence('', { kind: 'container.died', node: 'node3' });

  it.each<[string, { app?: string; node?: string; kinds?: Set<Kind> }, boolean, boolean]>([
    ['all', {}, true, true],
    ['of an app', { app: APP }, false, true],
    ['of another app', { app: 'other' }, false, false],
    ['of a node', { node: 'node3' }, true, true],
    ['of another node', { node: 'node1' }, false, false],
    ['of a kind', { kinds: kinds('node.lost') }, true, false],
    ['of kinds that begin so', { kinds: kinds('container', 'app.gone') }, false, true],
    ['of an app and a kind', { app: APP, kinds: kinds('node') }, false, false],
  ])('%s', (_, wanted, isLost, isDied) => {
    const whole = { app: '', node: '', kinds: new Set<Kind>(), ...wanted };
    expect([isWanted(whole, lost), isWanted(whole, died)]).toEqual([isLost, isDied]);
    expect(isWanted(whole, occurrence('', { kind: 'watch.missed' }))).toBe(true);
  });

  it('is no kind that there is not', () => {
    expect(() => kinds('node.lots')).toThrow('"node.lots" is no kind of what can happen.');
    expect(() => kinds('')).toThrow('is no kind');
  });
});
