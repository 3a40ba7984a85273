import type { ExecInput } from '../../../src/generated/covey/v1/ExecInput.ts';
import type { ExecOutput__Output as ExecOutput } from '../../../src/generated/covey/v1/ExecOutput.ts';
import type { ExecStart } from '../../../src/generated/covey/v1/ExecStart.ts';
import { containerExec } from '../../../src/handlers/container-exec.ts';
import { exec } from '../../../src/handlers/exec.ts';
import { createLogger } from '../../../src/logger.ts';
import { clusterMethods } from '../../../src/rpc/proto.ts';
import { app, createRecords, engineOf, members, startNodes } from './app-nodes.ts';

export const SLEEPER = 'trap "exit 0" TERM; sleep 600 & wait';

interface Options extends NonNullable<Parameters<typeof startNodes>[1]> {
  away?: string[];
}

/** The cluster, its app on node2, and an operator who asks node1. */
export async function cluster({ away, ...options }: Options = {}) {
  const { set, kv } = createRecords();
  set('node2');
  const logged: string[] = [];
  const { node1 } = await startNodes((node, nodes) => {
    const logger = createLogger({ level: 'info', name: node }, { write: (line) => logged.push(line) });
    return {
      Cluster: { Exec: exec({ kv, nodes, members: members(away), logger }) },
      Peer: { ContainerExec: containerExec({ node, engine: engineOf(node), logger }) },
    };
  }, options);
  const open = (
    start: ExecStart,
    inputs: (ended: AbortSignal) => AsyncIterable<ExecInput> = of(),
    signal = new AbortController().signal,
  ) => {
    const all = async function* (ended: AbortSignal) {
      yield { start: { app, ...start } };
      yield* inputs(ended);
    };
    return node1.exchange(clusterMethods.Exec, all, { signal });
  };
  return {
    set,
    open,
    node1,
    logged,
    run: async (...given: Parameters<typeof open>) => result(open(...given)),
  };
}

export const of = (...inputs: ExecInput[]) =>
  async function* (): AsyncGenerator<ExecInput, void> {
    yield* inputs;
  };

/** Input that does not end by itself. */
export const held = (...inputs: ExecInput[]) =>
  async function* (ended: AbortSignal): AsyncGenerator<ExecInput, void> {
    yield* inputs;
    await new Promise((resolve) => ended.addEventListener('abort', resolve));
  };

export const sh = (script: string, ...args: string[]) => ['/bin/sh', '-c', script, 'sh', ...args];
export const stdin = (text: string) => ({ stdin: Buffer.from(text) });

export async function result(outputs: AsyncIterable<ExecOutput>) {
  const all = { stdout: '', stderr: '', exitCode: -1 };
  for await (const { output, stdout, stderr, exitCode } of outputs) {
    if (output === 'stdout') all.stdout += stdout;
    if (output === 'stderr') all.stderr += stderr;
    if (output === 'exitCode') all.exitCode = exitCode ?? -1;
  }
  return all;
}

/** Reads on until it has been written. */
export async function until(outputs: AsyncGenerator<ExecOutput>, wanted: string): Promise<void> {
  for (let seen = ''; !seen.includes(wanted); ) {
    const { value, done } = await outputs.next();
    if (done) throw new Error(`it ended after ${seen}`);
    seen += value.stdout ?? '';
  }
}
