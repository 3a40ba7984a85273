import { describe, expect, test } from 'vitest';
import { wanted } from '../../../src/cli/completion/candidates.ts';
import { makeProgram } from '../../../src/cli/program.ts';
import { verbs } from '../../../src/cli/verbs.ts';

/** What may stand at the end of a line, whose last word is unfinished. */
function at(line: string) {
  const words = line.split(' ').slice(1);
  const { words: fixed, ...rest } = wanted(makeProgram(), words.slice(0, -1), words.at(-1) ?? '');
  return { fixed: fixed.map(({ value }) => value), ...rest };
}

test('verbs, and those of a verb', () => {
  const names = verbs().map((verb) => verb.name());
  expect(at('covey ').fixed).toEqual([...names, 'help']);
  expect(at('covey --json --peer node2 ').fixed).toEqual([...names, 'help']);
  expect(at('covey help ').fixed).toEqual([...names, 'help']);
  expect(at('covey ca ').fixed).toEqual(['init', 'issue', 'bundle', 'root', 'help']);
});

test('options of the verb, and those of all verbs', () => {
  const { fixed, typed, prefix } = at('covey ca init --');
  expect([typed, prefix]).toEqual(['--', '']);
  expect(fixed).toEqual(expect.arrayContaining(['--dir', '--force', '--help', '--peer', '--json']));
  expect(fixed).not.toContain('--master');
  expect(new Set(fixed).size).toBe(fixed.length);
});

describe('values', () => {
  test.each([
    ['covey deploy repo main --master ', 'nodes'],
    ['covey deploy repo main --master no', 'nodes'],
    ['covey deploy --slave ', 'nodes'],
    ['covey maintenance on ', 'apps'],
    ['covey --peer x:1 maintenance on ', 'apps'],
    ['covey migrate --no-update p ', 'apps'],
    ['covey render --app ', 'apps'],
    ['covey doctor ', 'nodes'],
    ['covey check ', 'folders'],
    ['covey apps --tls-dir ', 'folders'],
    ['covey apps --ca /etc/', 'files'],
    ['covey deploy ', undefined],
    ['covey clone shop --volume ', undefined],
    ['covey maintenance on shop ', undefined],
    ['covey deploy --nonsense ', undefined],
  ])('%s', (line, kind) => {
    expect(at(line)).toMatchObject({ kind, fixed: [], prefix: '' });
  });

  test.each([
    ['covey maintenance ', ['on', 'off']],
    ['covey ca issue alice --role ', ['peer', 'operator']],
    ['covey completion ', ['bash', 'zsh', 'fish']],
  ])('%s', (line, fixed) => {
    expect(at(line).fixed).toEqual(fixed);
  });

  test('behind a "=" too, but for paths, which shells complete there each in its own way', () => {
    expect(at('covey deploy --master=no')).toEqual({
      fixed: [],
      kind: 'nodes',
      typed: 'no',
      prefix: '--master=',
    });
    expect(at('covey ca issue x --role=').fixed).toEqual(['peer', 'operator']);
    expect(at('covey apps --ca=/etc')).toMatchObject({ kind: undefined, fixed: [] });
    expect(at('covey apps --json=')).toMatchObject({ kind: undefined, fixed: [] });
  });
});
