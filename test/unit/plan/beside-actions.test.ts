import { once } from 'node:events';
import { expect, it } from 'vitest';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { createActions } from '../../../src/plan/actions/table.ts';
import type { Action } from '../../../src/plan/steps.ts';

const options = {
  signal: new AbortController().signal,
  report: () => undefined,
  mandate: { app: 'foo', fence: 1, operation: 'o' },
};
const OLD = 'a'.repeat(64);
const NEW = 'b'.repeat(64);
const about = { name: 'foo_master.12345', project: 'foo', old: [OLD] };

/** A node that has a container, and another one that came beside it, unless compose makes those of the ids in `made`, one each time. */
function node({ answers = true, made }: { answers?: boolean; made?: string[] } = {}) {
  const did: string[] = [];
  const container = (id: string, number: number) => {
    const networks = { cluster_default: `172.18.0.${number + 2}` };
    return { id, name: `foo-web-${number}`, service: 'web', number, networks };
  };
  let containers = [container(OLD, 1), ...(made ? [] : [container(NEW, 2)])];
  const called = (id: string) => (id === OLD ? 'old' : 'new');
  const deps = {
    engine: {
      containers: async () => containers,
      stopContainer: async (id: string) => void did.push(`stop ${called(id)}`),
      removeContainer: async (id: string) => {
        did.push(`remove ${called(id)}`);
        containers = containers.filter((each) => each.id !== id);
      },
      renameContainer: async (id: string, name: string) => {
        did.push(`${called(id)} is ${name}`);
        containers = containers.map((each) => (each.id === id ? { ...each, name } : each));
      },
      exec: async () => ({ exitCode: 0, stdout: '', stderr: '' }),
    },
    compose: {
      upBeside: async (_: string, __: string, { scale }: { scale: object }) => {
        did.push(JSON.stringify(scale));
        containers = [...containers, ...(made?.splice(0, 1) ?? []).map((id) => container(id, 2))];
      },
    },
    standIn: async (app: string, those: unknown, signal: AbortSignal) => {
      if (!answers) await once(signal, 'abort').then(() => signal.throwIfAborted());
      did.push(`${app} ${JSON.stringify(those ?? null)}`);
    },
    health: { timeout: 20, steady: 0 },
    cutover: { hold: 30_000, drain: 5_000 },
    caddyContainer: 'covey-caddy',
    proxiesIdle: async () => void did.push('idle'),
    dockerConfig: '',
  } as unknown as ActionDeps;
  return { did, actions: createActions(deps) };
}

it('what came beside goes when the release is undone, and nothing else', async () => {
  const { did, actions } = node();
  const action: Action = {
    kind: 'beside',
    folder: '/deploy/foo',
    project: 'foo',
    old: [OLD],
    scale: { web: 2 },
  };
  await actions.run(action, options);
  await actions.undo(action, undefined, options);
  await actions.undo(action, undefined, options);
  expect(did).toEqual(['{"web":2}', 'stop new', 'remove new']);
});

it('one by whose id Caddy could not ask for it is made once more', async () => {
  const { did, actions } = node({ made: ['1'.repeat(64), NEW] });
  await actions.run(
    { kind: 'beside', folder: '/deploy/foo', project: 'foo', old: [OLD], scale: { web: 2 } },
    options,
  );
  expect(did).toEqual(['{"web":2}', 'stop new', 'remove new', '{"web":2}']);
});

it('requests go to the new one by what it is always called', async () => {
  const { did, actions } = node();
  const action: Action = {
    kind: 'stand-in',
    ...about,
    ct: { web: 'foo-web-1', gone: 'foo-gone-1' },
    index: 7,
  };
  await actions.run(action, options);
  await actions.undo(action, undefined, options);
  const { name } = about;
  expect(did).toEqual([`${name} {"names":{"foo-web-1":"${'b'.repeat(12)}"},"after":7}`, `${name} null`]);
});

it('the old one is ended when nothing is under way to it, and the new one gets its name', async () => {
  const { did, actions } = node();
  const action: Action = { kind: 'retire', ...about, ct: { web: 'foo-web-1' }, index: 7 };
  await actions.run(action, options);
  // Whoever runs it may have been started anew, and knows of nothing that stands in.
  const standing = `${about.name} {"names":{"foo-web-1":"${'b'.repeat(12)}"},"after":7}`;
  const done = [standing, 'idle', 'stop old', 'remove old', 'new is foo-web-1', `${about.name} null`];
  expect(did.splice(0)).toEqual(done);
  // Run once more, by whoever finishes the operation.
  await actions.run(action, options);
  expect(did).toEqual([standing, 'idle', `${about.name} null`]);
});

it('nothing is ended where Caddy does not take it', async () => {
  const { did, actions } = node({ answers: false });
  const action: Action = { kind: 'retire', ...about, ct: { web: 'foo-web-1' }, index: 7 };
  await expect(actions.run(action, options)).rejects.toMatchObject({
    code: 'unavailable',
    message: `Caddy here did not take ${about.name}'s sites within 0.02 s.`,
  });
  expect(did).toEqual([]);
});
