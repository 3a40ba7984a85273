import { expect, it } from 'vitest';
import { memo } from '../../../src/proxy/memo.ts';

it('makes what an object gives once, and for an equal object again', () => {
  const seen: object[] = [];
  const make = memo((key: { name: string }) => {
    seen.push(key);
    return { of: key.name };
  });
  const [one, two] = [{ name: 'a' }, { name: 'a' }];
  expect(make(one)).toBe(make(one));
  expect(make(two)).not.toBe(make(one));
  expect(seen).toEqual([one, two]);
});

it('remembers undefined too, but nothing that threw', () => {
  let calls = 0;
  const make = memo((key: { fails: boolean }) => {
    calls++;
    if (key.fails) throw new Error('broken');
    return undefined;
  });
  const [sound, broken] = [{ fails: false }, { fails: true }];
  expect([make(sound), make(sound)]).toEqual([undefined, undefined]);
  expect(calls).toBe(1);
  expect(() => make(broken)).toThrow('broken');
  expect(() => make(broken)).toThrow('broken');
  expect(calls).toBe(3);
});
