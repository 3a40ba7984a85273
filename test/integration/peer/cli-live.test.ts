import { stripVTControlCharacters } from 'node:util';
import { execa } from 'execa';
import { expect, test } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import type { Progress } from '../../../src/generated/covey/v1/Progress.ts';
import { at, certificates, main, messages, plan, shop, start, useCertificates } from './cli-runs.ts';

useCertificates();

const SHOW_CURSOR = '\u001b[?25h';
const ERASE_LINE = '\u001b[2K';
const RUNNING = /[-\\|/] node1 {2}build {2}running 40%: Step 1/;

/** What a deploy writes to a terminal of a size, or of none; as it comes, escapes and all. */
async function onTerminal(
  env: Record<string, string>,
  deploy: () => AsyncGenerator<Progress, void>,
  size = 'rows 24 cols 100',
): Promise<string> {
  const served = await start({ Deploy: deploy });
  const covey = [process.execPath, main, 'deploy', ...shop, '--master', 'node1', ...at(served)].join(' ');
  const { stdout } = await execa('script', ['-qec', `stty ${size}; ${covey}`, '/dev/null'], {
    env: { PATH: '/usr/bin:/bin', COVEY_TLS_DIR: certificates.dir('alice'), ...env },
    extendEnv: false,
    reject: false,
    input: '',
    timeout: 20_000,
  });
  return stdout;
}

/** The lines that stay, without what was erased again. */
const lasting = (written: string): string[] =>
  stripVTControlCharacters(written)
    .replace(/\r/g, '')
    .replace(/\[ *[\d.]+s\]/g, '[time]')
    .split('\n')
    .filter((line) => line !== '' && !/ [-\\|/] node1 | of 2 steps done$/.test(line));

test('a terminal shows what runs, and keeps what has ended', async () => {
  const written = await onTerminal({ TERM: 'xterm' }, async function* () {
    yield* messages;
  });
  expect(written).toMatch(RUNNING);
  expect(written).toContain('0 of 2 steps done');
  expect(written).toContain(ERASE_LINE);
  expect(lasting(written)).toEqual([
    'Plan: deploy shop_master.ddb14',
    '   1  node1  build',
    '      -- from here on it is finished, not undone --',
    '   2  node1  write the record',
    '[time] node1  build  done',
    '[time] warning: shop.example.com was routed to node2',
    '[time] shop_master.ddb14: done, generation 42, deploy id-1',
    'warning: not yet confirmed by node3; they follow when they can',
  ]);
  expect(written.lastIndexOf(SHOW_CURSOR)).toBeGreaterThan(written.lastIndexOf(ERASE_LINE));
});

test('a failure takes away what ran, and gives the cursor back before it is told', async () => {
  const written = await onTerminal({ TERM: 'xterm' }, async function* () {
    yield* messages.slice(0, 2);
    throw new CoveyError('failed', 'no space is left');
  });
  const places = [
    written.search(RUNNING),
    written.lastIndexOf(ERASE_LINE),
    written.indexOf(SHOW_CURSOR),
    written.indexOf('covey: no space is left'),
  ];
  expect(places).not.toContain(-1);
  expect(places).toEqual(places.toSorted((one, other) => one - other));
});

test('a plan that is higher than the terminal is there as a whole', async () => {
  const step = { node: 'node1', title: 'look', afterCommit: false };
  const steps = Array.from({ length: 40 }, (_, at) => ({ ...step, id: `${at}` }));
  const written = await onTerminal({ TERM: 'xterm' }, async function* () {
    yield { plan: { ...plan, steps } };
    yield* messages.slice(1);
  });
  const numbers = lasting(written).flatMap((line) => /^ +(\d+) {2}node1 {2}look$/.exec(line)?.[1] ?? []);
  expect(numbers).toEqual(steps.map((_, at) => `${at + 1}`));
});

test.each([
  ['dumb', { TERM: 'dumb' }, 'rows 24 cols 100'],
  ['of no known size', { TERM: 'xterm' }, 'rows 0 cols 0'],
])('a terminal that is %s gets plain lines', async (_, env, size) => {
  const deploy = async function* () {
    yield* messages;
  };
  const written = await onTerminal(env, deploy, size);
  expect(written).not.toContain('\u001b');
  expect(written).toMatch(/\[ *[\d.]+s\] node1 {2}build {2}running 40%: Step 1/);
});
