import { describe, expect, it } from 'vitest';
import { appsOfEvent, readEvent } from '../../../src/app/event.ts';

const repo = 'https://h/foo';
const fired = (name: string, payload: unknown) => ({
  name,
  payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
});

describe('an event', () => {
  it('asks for what its payload says, with what it leaves out', () => {
    expect(readEvent(fired('deploy', { repo, branch: ' m ', master: 'n1', future: 1 }))).toEqual({
      name: 'deploy',
      payload: { repo, branch: 'm', master: 'n1', update: false },
    });
    expect(readEvent(fired('migrate', { repo, branch: 'm', target: { branch: 'q' } }))).toMatchObject({
      payload: { update: true },
    });
  });

  it.each([
    [
      'an unknown name',
      'explode',
      '{}',
      'Unknown event name: explode',
      'Events are: deploy, destroy, migrate.',
    ],
    [
      'no JSON',
      'destroy',
      'repo=foo',
      'Wrong event payload format. Please provide json: {',
      'It is not JSON.',
    ],
    ['no payload', 'destroy', '', 'Wrong event payload format.', 'It is not JSON.'],
    ['a list', 'destroy', '[]', 'Wrong event payload format.', 'payload: Invalid input: expected object'],
    [
      'several mistakes',
      'deploy',
      { repo, branch: ' ', master: 1 },
      '"master": "…", "slave": "…" (optional)',
      /^branch: .*; master: .*expected string/,
    ],
    [
      'the source as target',
      'migrate',
      { repo, branch: 'm', target: { repo: `${repo}.git` } },
      'Wrong event payload format.',
      'payload: source and target are the same app.',
    ],
  ])('with %s is refused, and it is said what is wrong', (_, name, payload, message, hint) => {
    expect(() => readEvent(fired(name, payload))).toThrow(
      expect.objectContaining({
        code: 'invalid',
        message: expect.stringContaining(message),
        hint: typeof hint === 'string' ? expect.stringContaining(hint) : expect.stringMatching(hint),
      }),
    );
  });
});

describe('the apps of an event', () => {
  it.each([
    ['deploy', { repo, branch: 'm', master: 'n1' }, ['foo_m.6cc7c']],
    ['migrate', { repo, branch: 'm', target: { branch: 'q' } }, ['foo_m.6cc7c', 'foo_q.6cc7c']],
    ['deploy', { repo, branch: 'm', target: { branch: 'q' } }, ['foo_m.6cc7c']],
    ['deploy', { repo: 'h', branch: '' }, []],
    ['deploy', '{', []],
  ])('%s %j', (name, payload, apps) => {
    const found = appsOfEvent(fired(name, payload));
    expect(found.map((app) => app.split('.')[0])).toEqual(apps.map((app) => app.split('.')[0]));
  });
});
