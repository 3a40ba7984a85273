import { expect, it } from 'vitest';
import type { Container } from '../../../src/docker/engine.ts';
import { stopAll } from '../../../src/plan/actions/stop-all.ts';

const { signal } = new AbortController();
const container = (service: string, ...dependsOn: string[]) =>
  ({
    id: `id-${service}`,
    name: `foo-${service}-1`,
    service,
    dependsOn,
    oneOff: false,
  }) as unknown as Container;

/** An engine whose stops end when they are told to. */
function engine() {
  const log: string[] = [];
  const stops = new Map<string, PromiseWithResolvers<void>>();
  return {
    log,
    end: (service: string, error?: Error) => {
      const stop = stops.get(`id-${service}`);
      if (error) stop?.reject(error);
      else stop?.resolve();
    },
    stopContainer: async (id: string) => {
      log.push(`begin ${id}`);
      const stop = Promise.withResolvers<void>();
      stops.set(id, stop);
      await stop.promise;
      log.push(`end ${id}`);
    },
  };
}

it('what needs others is stopped before them, the rest at the same time', async () => {
  const { log, end, ...docker } = engine();
  const said: string[] = [];
  const all = [container('db'), container('mail'), container('web', 'db')];
  const stopping = stopAll(docker, all, { signal, onStop: (name) => said.push(name) });
  await expect.poll(() => [...log].sort()).toEqual(['begin id-mail', 'begin id-web']);
  end('web');
  await expect.poll(() => log.slice(2)).toEqual(['end id-web', 'begin id-db']);
  end('mail');
  end('db');
  await stopping;
  expect(said.slice(0, 2).sort()).toEqual(['foo-mail-1', 'foo-web-1']);
  expect(said.slice(2)).toEqual(['foo-db-1']);
});

it('where one does not stop, what it needs goes on, and what is being stopped is waited for', async () => {
  const { log, end, ...docker } = engine();
  const all = [container('db'), container('mail'), container('web', 'db')];
  let ended = false;
  const stopping = stopAll(docker, all, { signal }).finally(() => {
    ended = true;
  });
  const failing = expect(stopping).rejects.toThrow('web does not stop');
  await expect.poll(() => log).toHaveLength(2);
  end('web', new Error('web does not stop'));
  await new Promise(setImmediate);
  expect(ended).toBe(false);
  end('mail');
  await failing;
  expect([...log].sort()).toEqual(['begin id-mail', 'begin id-web', 'end id-mail']);
});

it('who gives up waits for what is being stopped, since Docker goes on with it, and nothing further is stopped', async () => {
  const { log, end, ...docker } = engine();
  const caller = new AbortController();
  const asked: unknown[] = [];
  const stopContainer: typeof docker.stopContainer = (id, ...more: unknown[]) => {
    asked.push(...more);
    return docker.stopContainer(id);
  };
  const all = [container('db'), container('web', 'db')];
  let ended = false;
  const stopping = stopAll({ stopContainer }, all, { signal: caller.signal }).finally(() => {
    ended = true;
  });
  const failing = expect(stopping).rejects.toThrow('given up');
  await expect.poll(() => log).toHaveLength(1);
  caller.abort(new Error('given up'));
  await new Promise(setImmediate);
  expect(ended).toBe(false);
  end('web');
  await failing;
  expect(log).toEqual(['begin id-web', 'end id-web']);
  // The engine ends a call by its signal, and Docker would not hear of it.
  expect(asked.filter((each) => JSON.stringify(each)?.includes('signal'))).toEqual([]);
});
