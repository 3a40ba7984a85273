import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ensureImages } from '../../../lab/host/images.ts';
import { makeEngine } from '../../../src/docker/engine.ts';
import type { ActionDeps } from '../../../src/plan/actions/action.ts';
import { health, untilUp } from '../../../src/plan/actions/health.ts';
import { type AppContainer, NETWORK, PORT, startApp } from './app-container.ts';

const engine = makeEngine();
const { signal } = new AbortController();
let app: AppContainer | undefined;
beforeAll(() => ensureImages(() => undefined), 600_000);
afterEach(() => app?.remove());

/** Waits until the one container is up, to which a site sends requests. A container that is no site's would have to run for an hour. */
function waiting(
  { project, name }: AppContainer,
  { http = true, timeout = 60_000, patience }: { http?: boolean; timeout?: number; patience?: number } = {},
) {
  const said: string[] = [];
  const sites = [{ container: name, port: PORT, http }];
  const deps = { engine, health: { timeout, steady: 3_600_000 } };
  const report = (_: number, detail: string) => void said.push(detail);
  return { said, up: untilUp(deps, { project, sites, patience }, { signal, report }, NETWORK) };
}

it('a container whose port opens late is waited for', async () => {
  app = await startApp({ LATE: '1' });
  const { name, listen, ask } = app;
  const { said, up } = waiting(app);
  await expect.poll(() => said, { timeout: 10_000 }).toEqual([`waiting for ${name}`]);
  await expect(ask('/')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  await listen();
  await up;
  expect(await ask('/')).toBe('0');
});

it.each([
  ['an error of its own is an answer', { STATUS: '500' }, true],
  ['a connection is enough where it is no plain HTTP', { SILENT: '/' }, false],
])('%s', async (_, env, http) => {
  app = await startApp(env);
  await waiting(app, { http }).up;
});

it.each([
  ['one that does not listen', { LATE: '1' }],
  ['one that takes connections, and answers none', { SILENT: '/' }],
])('%s fails within the bound', async (_, env) => {
  app = await startApp(env);
  await expect(waiting(app, { timeout: 1_500 }).up).rejects.toMatchObject({
    code: 'failed',
    message: `${app.name} did not answer on port 8080 within 1.5 s.`,
    hint: expect.stringContaining('whether it listens on all of its addresses'),
  });
});

describe('while requests wait', () => {
  it.each([
    ['one that does not listen', { LATE: '1' }],
    ['one that takes connections, and answers none', { SILENT: '/' }],
  ])('%s, and does nothing, is given up early', async (_, env) => {
    app = await startApp(env);
    await expect(waiting(app, { patience: 1_000 }).up).rejects.toMatchObject({
      code: 'failed',
      message: expect.stringMatching(
        `^${app.name} did not answer on port 8080 within \\d+ s, and does nothing, while requests wait\\.$`,
      ),
      hint: expect.stringContaining('give it a healthcheck, or let requests wait longer (cutover.hold)'),
    });
  });

  it('the step knows by when from how long they have waited', async () => {
    app = await startApp({ LATE: '1' });
    const { name, project } = app;
    const deps = { engine, health: { timeout: 60_000, steady: 0 }, cutover: { hold: 20_000, drain: 0 } };
    const sites = [{ container: name, port: PORT, http: true }];
    const mandate = { app: 'shop', fence: 1, operation: 'o' };
    const begun = performance.now();
    const gate = health(deps as unknown as ActionDeps).run(
      { kind: 'health', folder: '', project, sites, waited: 2_000 },
      { signal, report: () => undefined, mandate },
    );
    await expect(gate).rejects.toThrow('and does nothing, while requests wait.');
    // That leaves 6 s before there is only the time to go back.
    expect(performance.now() - begun).toBeGreaterThan(5_900);
  });

  it('one that works is waited for', async () => {
    app = await startApp({ LATE: '1', BUSY: '1' });
    await expect(waiting(app, { patience: 1_000, timeout: 9_000 }).up).rejects.toThrow(
      'did not answer on port 8080 within 9 s.',
    );
  });
});
