import { once } from 'node:events';
import { StringDecoder } from 'node:string_decoder';
import { Command } from 'commander';
import { CoveyError } from '../errors.ts';
import type { ExecOutput__Output as ExecOutput } from '../generated/covey/v1/ExecOutput.ts';
import type { ExecStart } from '../generated/covey/v1/ExecStart.ts';
import { clusterMethods } from '../rpc/proto.ts';
import { execInputs, rawTerminal, terminalSize } from './exec-input.ts';
import { collect } from './options.ts';
import { printJson } from './output.ts';
import { withPeer } from './session.ts';

interface ExecOptions {
  service?: string;
  container?: string;
  node?: string;
  tty?: boolean;
  env?: string[];
  user?: string;
}

/** `covey exec`: a command in a container of an app; its input, its output and its exit status are those of the command. */
export function exec(): Command {
  return new Command('exec')
    .description('run a command in a container of an app, wherever it runs')
    .argument('<app>', 'its name, as in covey apps')
    .argument('<command...>', 'behind --: the program and its arguments, which no shell looks at')
    .option('--service <name>', 'service of its compose file; may be left out where there is only one')
    .option('--container <name>', 'this container')
    .option('--node <node>', "on this one of several nodes that run it (default: the app's master)")
    .option('-t, --tty', 'give the command this terminal')
    .option('-e, --env <name=value>', 'for the environment of the command; may be repeated', collect)
    .option('-u, --user <user>', 'user, or user:group, that it runs as')
    .addHelpText(
      'after',
      `
Its standard input, output and error are those of the command, byte for byte. When covey is ended before the command, the
command's input ends, and on a terminal Ctrl-C and Ctrl-D are typed; what goes on nevertheless runs to its own end.

Examples:
  covey exec shop_master.ddb14 --service db -- pg_dump -U shop shop > shop.sql
  covey exec shop_master.ddb14 --service web --tty -- sh`,
    )
    .action(async (app: string, argv: string[], options: ExecOptions, command: Command) => {
      const { service = '', container = '', node = '', tty = false, env = [], user = '' } = options;
      const { stdin, stdout } = process;
      if (tty && !stdin.isTTY) {
        throw new CoveyError('invalid', 'Standard input is no terminal', { hint: 'Leave --tty out.' });
      }
      await withPeer(command, async ({ connection, signal, json }) => {
        const size = tty ? terminalSize(stdout) : undefined;
        const start: ExecStart = {
          app,
          service,
          container,
          argv,
          tty,
          environment: env,
          user,
          node,
          ...(size && { size }),
        };
        const restore = tty ? rawTerminal(stdin) : () => undefined;
        try {
          const inputs = (ended: AbortSignal) => execInputs(start, stdin, tty ? stdout : undefined, ended);
          const show = json ? jsonWriter() : write;
          for await (const output of connection.exchange(clusterMethods.Exec, inputs, { signal })) {
            await show(output);
            if (output.output === 'exitCode') process.exitCode = output.exitCode ?? 0;
          }
        } finally {
          restore();
        }
      });
    });
}

/** Resolves once there is room for more. */
async function write({ output, stdout, stderr }: ExecOutput): Promise<void> {
  if (output === 'exitCode') return;
  const [stream, data] = output === 'stderr' ? [process.stderr, stderr] : [process.stdout, stdout];
  if (data && !stream.write(data)) await once(stream, 'drain');
}

/** Text, of which no character is torn where a piece ends. */
function jsonWriter(): (output: ExecOutput) => Promise<void> {
  const decoders = { stdout: new StringDecoder('utf8'), stderr: new StringDecoder('utf8') };
  const show = (name: 'stdout' | 'stderr', text: string) => {
    if (text !== '') printJson({ [name]: text });
  };
  return async ({ output, stdout, stderr, exitCode }) => {
    if (stdout) show('stdout', decoders.stdout.write(stdout));
    if (stderr) show('stderr', decoders.stderr.write(stderr));
    if (output !== 'exitCode') return;
    for (const name of ['stdout', 'stderr'] as const) show(name, decoders[name].end());
    printJson({ exitCode });
  };
}
