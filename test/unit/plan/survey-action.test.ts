import { expect, it } from 'vitest';
import type { Container } from '../../../src/docker/engine.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { survey } from '../../../src/plan/actions/containers.ts';
import { survey as result } from '../../../src/plan/results.ts';

/** A node that answers over these schemes, and which of them it was asked for. */
function look(schemes: readonly string[], answers?: boolean, containers: readonly Partial<Container>[] = []) {
  const asked: string[] = [];
  const deps = {
    engine: { volumes: async () => [], containers: async () => containers },
    store: { list: async () => [], provisional: async () => [] },
    cutover: { hold: 0, drain: 0 },
    deployRoot: '/deploy',
    balance: {
      answers: async (app: string, scheme: string) => {
        asked.push(`${app} ${scheme}`);
        return schemes.includes(scheme);
      },
    },
  } as unknown as ActionDeps;
  const signal = new AbortController().signal;
  const mandate = { app: 'shop', fence: 1, operation: 'o' };
  const action = { name: 'shop', project: 'shop', volumes: [], replicas: false };
  const run = async () =>
    result.parse(
      await survey(deps).run(
        { kind: 'survey', ...action, answers },
        { signal, mandate, report: () => undefined },
      ),
    );
  return { asked, run };
}

it('says whether the sites are answered here, if that is asked', async () => {
  expect(await look(['http', 'https'], true).run()).toMatchObject({ answers: { http: true, https: true } });
  expect(await look(['http'], true).run()).toMatchObject({ answers: { http: true, https: false } });
});

it('asks nobody otherwise', async () => {
  const { asked, run } = look(['http', 'https']);
  expect(await run()).not.toHaveProperty('answers');
  expect(asked).toEqual([]);
});

it('says which images the services run: not what has ended, nor what somebody tries out', async () => {
  const container = (service: string, more: Partial<Container> = {}): Partial<Container> => ({
    ...{ id: service, name: service, service, image: 'foo:1', imageId: `sha256:${service}`, mounts: [] },
    ...{ state: 'running', oneOff: false, ...more },
  });
  const ended = container('task', { state: 'exited' });
  const looping = container('loop', { state: 'restarting' });
  const tried = container('db', { oneOff: true });
  const { containers } = await look([], false, [container('web'), ended, looping, tried]).run();
  const found = containers.map(({ service, imageId }) => [service, imageId]);
  expect(found).toEqual([
    ['web', 'sha256:web'],
    ['task', undefined],
    ['loop', undefined],
    ['db', undefined],
  ]);
});
