import { describe, expect, test } from 'vitest';
import { type Answer, expectedOf, problemOf } from '../../../src/drill/expected.ts';

const page = (status: number, text: string): Answer => ({ status, body: Buffer.from(text) });
const URL = 'http://shop.lab/';

describe('what is expected', () => {
  const expected = (texts: readonly [string, ...string[]], text?: string) => {
    const [first, ...others] = texts;
    return expectedOf(URL, [page(200, first), ...others.map((each) => page(200, each))], text);
  };

  test('is the very page where it is always the same', () => {
    const wanted = expected(['a page', 'a page', 'a page']);
    expect(problemOf(page(200, 'a page'), wanted)).toBeUndefined();
    expect(problemOf(page(200, 'a Page'), wanted)).toBe('other content');
    expect(problemOf(page(200, ''), wanted)).toBe('a body of 0 bytes instead of 6');
    expect(problemOf(page(302, 'a page'), wanted)).toBe('302 instead of 200');
  });

  test('is a text where one is given', () => {
    const wanted = expected(['page at 10:00', 'page at 10:01'], 'page at');
    expect(problemOf(page(200, 'page at 10:02'), wanted)).toBeUndefined();
    expect(problemOf(page(200, 'down for maintenance'), wanted)).toBe('the text is not in it');
  });

  test('is something where the page is never the same', () => {
    const wanted = expected(['10:00', '10:01']);
    expect(problemOf(page(200, '10:02'), wanted)).toBeUndefined();
    expect(problemOf(page(200, ''), wanted)).toBe('an empty body');
    expect(problemOf(page(503, '10:02'), wanted)).toBe('503 instead of 200');
    expect(problemOf(page(200, ''), expected(['', '10:01']))).toBeUndefined();
  });

  test('is also what an app refuses', () => {
    expect(problemOf(page(401, ''), expectedOf(URL, [page(401, ''), page(401, '')]))).toBeUndefined();
  });
});

test.each<[string, readonly [Answer, ...Answer[]], string | undefined]>([
  [`${URL} answers 200 and 404 by turns.`, [page(200, ''), page(404, '')], undefined],
  [`${URL} answers 502 before anything is done.`, [page(502, ''), page(502, '')], undefined],
  [`${URL} does not always answer with "shop" in it.`, [page(200, 'shop'), page(200, 'no')], 'shop'],
])('%s', (message, looks, text) => {
  expect(() => expectedOf(URL, looks, text)).toThrow(expect.objectContaining({ code: 'refused', message }));
});
