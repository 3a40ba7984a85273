import type { Container } from '../docker/containers.ts';
import type { Engine } from '../docker/engine.ts';
import type { ExecSession } from '../docker/exec-session.ts';
import { asCoveyError, CoveyError } from '../errors.ts';
import type { ExecInput__Output } from '../generated/covey/v1/ExecInput.ts';
import type { ExecOutput } from '../generated/covey/v1/ExecOutput.ts';
import type { Logger } from '../logger.ts';
import type { DuplexHandler } from '../rpc/handler.ts';
import { containersOf } from './app-containers.ts';
import { type ExecStart, readSize, readStart } from './exec-start.ts';

export interface ExecDeps {
  /** This node. */
  node: string;
  engine: Pick<Engine, 'containers' | 'openExec'>;
  logger: Logger;
}

/** Runs a command in a container on this node. */
export function containerExec(deps: ExecDeps): DuplexHandler<ExecInput__Output, ExecOutput> {
  const { node, engine, logger } = deps;
  return async function* (inputs, { signal, caller }) {
    const { start, rest } = await readStart(inputs);
    const { id, name } = choose(await containersOf(deps, start, signal), start, node);
    const { app, argv, size } = start;
    logger.info({ app, container: name, argv, from: caller.name }, 'Runs a command in a container');
    const ending = new AbortController();
    const within = AbortSignal.any([signal, ending.signal]);
    const session = await engine.openExec(id, { ...start, size: size ?? undefined, name, signal: within });
    // It may wait for input when the command has ended; nobody waits for it.
    feed(rest, session).catch((thrown: unknown) => ending.abort(asCoveyError(thrown)));
    try {
      for await (const { stream, data } of session.output) yield { [stream]: data };
      yield { exitCode: await session.exitCode() };
    } finally {
      session.close();
    }
  };
}

/** Hands on what the caller sends, as fast as the command takes it. */
async function feed(inputs: AsyncIterable<ExecInput__Output>, session: ExecSession): Promise<void> {
  for await (const { stdin, resize, start } of inputs) {
    if (start) throw new CoveyError('invalid', 'Only the first message of an exec says what to start.');
    if (resize) await session.resize(readSize(resize));
    else if (stdin) await session.write(stdin);
  }
  session.endInput();
}

/** @throws CoveyError `invalid` where several services are there to choose from, `refused` where none runs */
function choose(
  found: readonly Container[],
  { app, service, container }: ExecStart,
  node: string,
): Container {
  const services = [...new Set(found.map((one) => one.service))];
  if (services.length > 1 && service === '' && container === '') {
    throw new CoveyError('invalid', `${app} has several services: ${services.join(', ')}.`, {
      hint: 'Name the one that is meant: --service.',
    });
  }
  const running = found.find(({ state }) => state === 'running');
  if (running) return running;
  const states = found.map(({ name, state }) => `${name} is ${state}`).join(', ');
  throw new CoveyError('refused', `No container to run it in runs on ${node}: ${states}.`, {
    hint: `covey logs ${app} shows what it wrote, covey app ${app} what is wrong.`,
  });
}
