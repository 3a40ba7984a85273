import { expect, test } from 'vitest';
import { isPlainTerminal, loadCliDefaults } from '../../../src/config/caller.ts';

test.each([
  [{}, ['127.0.0.1:7700'], '/etc/covey/tls'],
  [{ COVEY_PEERS: 'a:1, b:2', COVEY_TLS_DIR: '/t' }, ['a:1', 'b:2'], '/t'],
])('the command line takes its defaults from %j', (env, peers, tlsDir) => {
  expect(loadCliDefaults(env)).toEqual({ peers, tlsDir });
});

test.each([
  [{ TERM: 'xterm-256color' }, false],
  [{ TERM: 'dumb' }, true],
  [{ TERM: '' }, true],
  [{}, true],
])('a terminal that says %o of itself is plain: %s', (env, isPlain) => {
  expect(isPlainTerminal(env)).toBe(isPlain);
});
