import { expect, test } from 'vitest';
import type { EventRequest__Output as EventRequest } from '../../../src/generated/covey/v1/EventRequest.ts';
import type { FiredEvent } from '../../../src/generated/covey/v1/FiredEvent.ts';
import { event } from '../../../src/handlers/event.ts';
import { at, covey, start, useCertificates } from './cli-runs.ts';
import { logger } from './support.ts';

useCertificates();

const payload = '{"repo": "https://git.example.com/shop", "branch": "master"}';
const id = '0b9f6c1e-7a55-4d3c-9a1e-0c6f1a2b3c4d';
const fired: FiredEvent = {
  id,
  name: 'destroy',
  payload,
  apps: ['shop_master.ddb14'],
  node: 'node1',
  state: 'fired',
};
const since = Date.UTC(2026, 2, 1, 9);

/** A peer on which these states follow one that was fired. */
async function firing(...states: Partial<FiredEvent>[]) {
  const requests: EventRequest[] = [];
  const served = await start({
    async *Event(request) {
      requests.push(request);
      yield fired;
      for (const state of request.wait ? states : []) yield { ...fired, ...state };
    },
  });
  return { requests, run: (...args: string[]) => covey(['event', ...args, ...at(served)]) };
}

test('prints the id of what it fired, as consul event does', async () => {
  const { requests, run } = await firing({ state: 'done' });
  expect(await run('destroy', payload)).toMatchObject({ exitCode: 0, stderr: '', stdout: `Event ID: ${id}` });
  expect(requests).toEqual([{ name: 'destroy', payload, wait: false }]);
});

test('follows it until it is done', async () => {
  const { run } = await firing(
    { state: 'queued' },
    { state: 'running', node: 'node2' },
    { state: 'done', node: 'node2' },
  );
  expect(await run('destroy', payload, '--wait')).toMatchObject({
    exitCode: 0,
    stdout: [`Event ID: ${id}`, 'queued', 'running on node2', 'done on node2'].join('\n'),
  });
});

test.each([
  [
    { errorCode: 'refused', errorMessage: 'node1, the master of shop, is dead.' },
    72,
    'node1, the master of shop, is dead.',
  ],
  [{ errorCode: '' }, 2, 'The event failed on node2.'],
  [{ errorCode: 'of-tomorrow', errorMessage: 'no' }, 2, 'The event failed on node2.'],
])('ends as its operation did: %j', async (error, exitCode, message) => {
  const { run } = await firing({ state: 'failed', node: 'node2', ...error });
  const failed = await run('destroy', payload, '--wait');
  expect(failed).toMatchObject({ exitCode, stdout: `Event ID: ${id}\nfailed on node2` });
  expect(failed.stderr).toMatch(new RegExp(`^covey: ${message}\n.*by the event's id ${id}`));
});

test('tells what became of the events, and that the peer acts on none', async () => {
  const events = [
    { ...fired, state: 'failed', since, errorMessage: 'node1 is\u001b[1m dead.' },
    { id: 'e-2', state: 'queued', node: 'node1', since: since + 1_500 },
  ];
  const served = await start({ Events: async () => ({ events, enabled: false }) });
  const listed = await covey(['event', ...at(served)]);
  expect(listed).toMatchObject({ exitCode: 0, stderr: '' });
  expect(listed.stdout.split('\n')).toEqual([
    'SINCE                 EVENT    APP                STATE            ID',
    `2026-03-01T09:00:00Z  destroy  shop_master.ddb14  failed on node1  ${id}`,
    '  node1 is dead.',
    '2026-03-01T09:00:01Z  ?        ?                  queued           e-2',
    'The peer that was asked acts on none: its setting "events" is false.',
  ]);
  const none = await start({ Events: async ({ limit }) => ({ enabled: limit === 5 }) });
  expect(await covey(['event', '--list', '--limit', '5', ...at(none)])).toMatchObject({
    stdout: 'No events are known.',
  });
});

test.each([
  [['deploy', '--wait'], "error: missing required argument 'payload'"],
  [['--wait'], 'error: --wait needs an event'],
  [['destroy', payload, '--list'], 'error: --list takes no event'],
  [['explode', payload], 'Allowed choices are deploy, destroy, migrate.'],
])('%j is no command line', async (args, message) => {
  const { exitCode, stdout, stderr } = await covey(['event', ...args]);
  expect({ exitCode, stdout }).toEqual({ exitCode: 64, stdout: '' });
  expect(stderr).toContain(message);
});

test('what is not right is refused with what is wrong, and nothing is fired', async () => {
  const events = { enabled: true, fire: () => expect.unreachable(), list: async () => [], async *watch() {} };
  const served = await start({ Event: event({ node: 'node1', logger, events }) });
  expect(await covey(['event', 'destroy', '{"repo": "x"}', ...at(served)])).toMatchObject({
    exitCode: 65,
    stdout: '',
    stderr:
      'covey: Wrong event payload format. Please provide json: {"repo": "…", "branch": "…"}\n' +
      'branch: Invalid input: expected string, received undefined.',
  });
});
