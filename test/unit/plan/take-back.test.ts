import { expect, it, vi } from 'vitest';
import type { Container, Engine } from '../../../src/docker/engine.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { createActions } from '../../../src/plan/actions/table.ts';

const options = {
  signal: new AbortController().signal,
  report: () => undefined,
  mandate: { app: 'foo', fence: 1, operation: 'o' },
};

it('what is taken back gets a short grace, all of it at once', async () => {
  const did: string[] = [];
  const all = ['a', 'b'].map((id) => ({ id, service: id, dependsOn: [] as string[] }) as Container);
  const stopping = new Set<string>();
  const engine: Partial<Engine> = {
    containers: async () => all,
    stopContainer: async (id, { graceSeconds } = {}) => {
      if (graceSeconds === undefined) return;
      stopping.add(id);
      await vi.waitFor(() => expect(stopping.size).toBe(2));
      did.push(`stop ${id} ${graceSeconds}`);
    },
    removeContainer: async (id) => void did.push(`remove ${id}`),
    volumes: async () => [],
  };
  const { undo } = createActions({ engine, dockerConfig: '' } as unknown as ActionDeps);
  await undo({ kind: 'start', folder: '/deploy/foo', project: 'foo', newVolumes: [] }, undefined, options);
  expect(did.sort()).toEqual(['remove a', 'remove b', 'stop a 2', 'stop b 2']);
});
