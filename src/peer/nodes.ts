import type { StepEvent__Output } from '../generated/covey/v1/StepEvent.ts';
import type { Nodes } from '../handlers/deps.ts';
import type { Step } from '../plan/steps.ts';
import type { Channels } from '../rpc/channels.ts';
import type { Connection } from '../rpc/connection.ts';
import { peerMethods } from '../rpc/proto.ts';
import { addressOf } from './address.ts';

/** Longest silence of a step, in milliseconds: a large image may say nothing for long. */
const STEP_IDLE = 30 * 60_000;

/** Longest silence of a log that is not followed: Docker has all of it already. */
const LOG_IDLE = 60_000;

/** For a node that leaves, in milliseconds: its Consul takes up to 30 s. */
const LEAVE_DEADLINE = 60_000;

/**
 * The nodes of the cluster as a coordinator uses them: all by gRPC, this one too, so that there is one way only.
 * @param address IP of a member, or undefined where there is no such member
 */
export function createNodes(deps: {
  channels: Channels;
  port: number;
  address: (node: string) => Promise<string | undefined>;
}): Nodes {
  const connection = async (node: string): Promise<Connection> => {
    const address = await addressOf(node, deps.address);
    return deps.channels.to({ name: node, address, port: deps.port });
  };
  return {
    performer: ({ app, id, fence }) => {
      const request = (step: Step, result?: unknown) => ({
        app,
        fence,
        operationId: id,
        action: JSON.stringify(step.action),
        result: result === undefined ? '' : JSON.stringify(result),
      });
      return {
        run: async (step, { signal, report }) => {
          const peer = await connection(step.node);
          const events = peer.stream(peerMethods.RunStep, request(step), { signal, idle: STEP_IDLE });
          return lastResult(events, report);
        },
        undo: async (step, result, { signal, report }) => {
          const peer = await connection(step.node);
          const events = peer.stream(peerMethods.UndoStep, request(step, result), {
            signal,
            idle: STEP_IDLE,
          });
          await lastResult(events, report);
        },
      };
    },
    awaitGeneration: async (node, app, generation, signal) => {
      const peer = await connection(node);
      const reply = await peer.call(
        peerMethods.AwaitGeneration,
        { app, generation },
        { signal, deadline: 60_000 },
      );
      return reply?.error ?? '';
    },
    snapshots: async (node, about, signal) => {
      const peer = await connection(node);
      return await peer.call(peerMethods.Snapshots, about, { signal });
    },
    render: async (node, request, signal) => {
      const peer = await connection(node);
      return await peer.call(peerMethods.Render, request, { signal });
    },
    logs: async function* (node, request, signal) {
      const peer = await connection(node);
      const idle = request.follow ? 'never' : LOG_IDLE;
      yield* peer.stream(peerMethods.ContainerLogs, request, { signal, idle });
    },
    exec: async function* (node, inputs, signal) {
      const peer = await connection(node);
      yield* peer.exchange(peerMethods.ContainerExec, () => inputs, { signal });
    },
    retention: async (node, app, signal) => {
      const peer = await connection(node);
      return (await peer.call(peerMethods.Retention, { app }, { signal })).retention;
    },
    examine: async (node, signal) => {
      const peer = await connection(node);
      return (await peer.call(peerMethods.Doctor, {}, { signal })).findings;
    },
    leave: async (node, signal) => {
      const peer = await connection(node);
      await peer.call(peerMethods.Leave, {}, { signal, deadline: LEAVE_DEADLINE });
    },
    forget: async (node, other, signal) => {
      const peer = await connection(node);
      return (await peer.call(peerMethods.Forget, { node: other }, { signal })).listed;
    },
    version: async (node, signal) => {
      const peer = await connection(node);
      return (await peer.call(peerMethods.Hello, {}, { signal }))?.version ?? '';
    },
    time: async (node, signal) => {
      const peer = await connection(node);
      return (await peer.call(peerMethods.Hello, {}, { signal })).timeMs;
    },
  };
}

/** Reports what comes and gives the result that the last message carries. */
async function lastResult(
  events: AsyncIterable<StepEvent__Output>,
  report: (percent: number, detail: string) => void,
): Promise<unknown> {
  let result: unknown;
  for await (const event of events) {
    if (event.result !== '') result = JSON.parse(event.result);
    else if (event.detail !== '') report(event.percent, event.detail);
  }
  return result;
}
