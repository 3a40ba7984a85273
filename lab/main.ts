// `npm run lab -- COMMAND`: several whole machines on this one.
import { spawn } from 'node:child_process';
import { Command, InvalidArgumentError } from 'commander';
import { asCoveyError, CoveyError } from '../src/errors.ts';
import { down, heal, kill, machineNames, partition, publish, reload, remove, start, up } from './lab.ts';
import { mustExist } from './machines.ts';

const log = (line: string): void => {
  process.stderr.write(`${line}\n`);
};
const abort = new AbortController();
const { signal } = abort;

function count(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1) throw new InvalidArgumentError('expected a number from 1');
  return value;
}

async function showUp(nodes: number): Promise<void> {
  const began = performance.now();
  const machines = await up(nodes, { log, signal });
  log(`the lab is up (${((performance.now() - began) / 1000).toFixed(1)} s)`);
  const rows = [
    ['machine', 'address', 'try'],
    ...machines.map(({ name, address }) => [name, address, `npm run lab -- exec ${name} -- covey nodes`]),
  ];
  rows.push(['git', 'http://git/', 'npm run lab -- publish FOLDER --name NAME']);
  for (const row of rows)
    process.stdout.write(`${row.map((cell, i) => (i < 2 ? cell.padEnd(14) : cell)).join('')}\n`);
}

/** The command on the machine has our terminal and streams, and its exit status is ours. */
async function showExec(node: string, words: string[]): Promise<void> {
  const argv = words[0] === '--' ? words.slice(1) : words;
  if (argv.length === 0) throw new CoveyError('invalid', 'no command given');
  const container = await mustExist(node);
  const terminal = process.stdin.isTTY && process.stdout.isTTY ? ['--tty'] : [];
  const child = spawn('docker', ['exec', '--interactive', ...terminal, container, ...argv], {
    stdio: 'inherit',
  });
  await new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code, killedBy) => {
      process.exitCode = killedBy ? 1 : (code ?? 1);
      resolve();
    });
  });
}

const program = new Command('lab')
  .description('machines node1..nodeN with their own Docker Engine, BTRFS store and network')
  .enablePositionalOptions();
program
  .command('up')
  .description('bring the lab up, or up to date; safe to repeat')
  .option('--nodes <n>', 'how many machines (default: 3)', count)
  .action(async ({ nodes }: { nodes?: number }) => showUp(nodes ?? 3));
program
  .command('exec')
  .description('run a command on a machine')
  .argument('<node>')
  .argument('<command...>')
  .passThroughOptions()
  .action(showExec);
program
  .command('publish')
  .description("make a folder's content a new commit in the lab's git server; prints its URL")
  .argument('<folder>')
  .requiredOption('--name <name>', 'of the repository')
  .option('--branch <branch>', 'to commit to', 'master')
  .option('--ssh', 'print the SSH URL instead of the HTTP one')
  .action(async (folder: string, options: { name: string; branch: string; ssh?: boolean }) => {
    const published = await publish(folder, options.name, options.branch);
    log(`commit ${published.commit} on ${options.branch}`);
    process.stdout.write(`${options.ssh ? published.ssh : published.http}\n`);
  });

const verbs = {
  kill: [kill, 'a machine loses its power'],
  start: [(node: string) => start(node, signal), 'a killed machine boots'],
  partition: [partition, 'cut a machine off the network'],
  heal: [heal, 'join a machine again'],
  remove: [(node: string) => remove(node, { log, signal }), 'a machine is lost for good, with its disk'],
} as const;
for (const [verb, [act, description]] of Object.entries(verbs)) {
  program
    .command(verb)
    .description(description)
    .argument('<node>')
    .action(async (node: string) => {
      await act(node);
      log(`${verb} ${node}: done`);
    });
}
program
  .command('reload')
  .description("bring changed sources to the running machines' peers")
  .action(() => reload({ log, signal }));
program
  .command('down')
  .description('remove the lab')
  .option('--all', 'its images and the template of its machines too')
  .action((options: { all?: boolean }) => down({ log, ...options }));
program
  .command('list')
  .description('the names of the machines')
  .action(async () => {
    for (const name of await machineNames()) process.stdout.write(`${name}\n`);
  });

for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => abort.abort(new Error(`stopped by ${name}`)));
try {
  await program.parseAsync();
} catch (error) {
  const { message, hint } = asCoveyError(error);
  log(hint ? `${message}\n${hint}` : message);
  process.exitCode = 1;
}
