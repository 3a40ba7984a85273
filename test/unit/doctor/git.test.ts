import { expect, it } from 'vitest';
import { judgeGit } from '../../../src/doctor/git.ts';

it.each([
  [undefined, undefined, 'ok', ''],
  [0o600, 'host key', 'ok', ''],
  [0o600, undefined, 'error', 'ssh-keyscan HOST >> /s/known_hosts'],
  [0o600, ' \n', 'error', 'ssh-keyscan HOST >> /s/known_hosts'],
  [0o644, 'host key', 'error', 'chmod 600 /s/id'],
])('a git key of mode %j with known_hosts %j is %s', (mode, knownHosts, state, hint) => {
  const finding = judgeGit('/s', mode, knownHosts);
  expect(finding.state).toBe(state);
  expect(finding.hint).toContain(hint);
});
