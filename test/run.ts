// `npm test`: lint, types, imports, unused code, then unit, integration and end-to-end tests, and a look at what
// they left on the machine; ends with one line for all.
// `npm run test:full` goes on with what takes hours.
import { spawn } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { down } from '../lab/lab.ts';
import { traces } from './traces.ts';

const report = z.object({
  numPassedTests: z.number(),
  numFailedTests: z.number(),
  numTotalTests: z.number(),
  testResults: z.array(
    z.object({
      name: z.string(),
      assertionResults: z.array(z.object({ fullName: z.string(), duration: z.number().nullish() })),
    }),
  ),
});
/** Tests by how long they took, in milliseconds, of all suites. */
const durations: { name: string; ms: number }[] = [];
const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Runs a command with our terminal; its exit status. */
function run(command: string, args: readonly string[]): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit' });
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

/** One tool that either passes or fails as a whole. */
async function check(name: string, command: string, ...args: string[]): Promise<[number, number]> {
  say(`\n== ${name}`);
  return (await run(command, args)) === 0 ? [1, 0] : [0, 1];
}

/** A suite of tests; one that could not even run counts as a failure. */
async function suite(name: string, filters: readonly string[]): Promise<[number, number]> {
  say(`\n== ${name} tests`);
  const folder = await mkdtemp(join(tmpdir(), 'covey-test-'));
  const file = join(folder, 'report.json');
  try {
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${file}`];
    const status = await run('vitest', ['run', '--project', name, ...reporters, ...filters]);
    const found = report.parse(JSON.parse(await readFile(file, 'utf8')));
    const { numPassedTests: passed, numTotalTests: total } = found;
    for (const { name: path, assertionResults } of found.testResults) {
      for (const { fullName, duration } of assertionResults)
        durations.push({ name: `${relative(process.cwd(), path)}: ${fullName}`, ms: duration ?? 0 });
    }
    const failed = total - passed;
    return [passed, status !== 0 && failed === 0 ? 1 : failed];
  } catch (error) {
    say(`The ${name} tests did not run: ${String(error)}`);
    return [0, 1];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Tests take away what they made, also where they fail. */
async function nothingLeft(before: ReadonlySet<string>): Promise<[number, number]> {
  say('\n== what is left behind');
  const left = [...(await traces())].filter((trace) => !before.has(trace));
  say(left.length === 0 ? 'nothing' : left.join('\n'));
  return left.length === 0 ? [1, 0] : [0, 1];
}

const { values, positionals } = parseArgs({ allowPositionals: true, options: { full: { type: 'boolean' } } });
const [only, ...filters] = positionals;
// The tests of proxies and the others that use real programs wait as much as they work: they run beside each other.
const groups = [['unit'], ['integration', 'proxies'], ['e2e'], ...(values.full ? [['full']] : [])];
const began = Date.now();
const before = await traces();
const results: [number, number][] = [];
if (!only || only === 'check') {
  results.push(
    await check('lint and format', 'biome', 'ci', '.'),
    await check('types', 'tsc', '--noEmit'),
    await check('imports', 'depcruise', '-T', 'err-long', 'src', 'lab', 'bench', 'docs', 'test'),
    await check('unused code and dependencies', 'knip'),
  );
}
for (const group of groups) {
  const wanted = group.filter((name) => !only || only === name);
  results.push(...(await Promise.all(wanted.map((name) => suite(name, filters)))));
}
if (!only) results.push(await nothingLeft(before));
// On a machine of continuous integration the lab goes too.
if (process.env.CI) await down({ log: say });
const passed = results.reduce((sum, [each]) => sum + each, 0);
const failed = results.reduce((sum, [, each]) => sum + each, 0);
say('\n== the slowest ten tests');
for (const { name, ms } of durations.toSorted((a, b) => b.ms - a.ms).slice(0, 10))
  say(`${(ms / 1000).toFixed(1)} s  ${name}`);
say(`\n${((Date.now() - began) / 60_000).toFixed(1)} minutes`);
say(`${passed} passed, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
