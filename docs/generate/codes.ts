import type { ErrorCode } from '../../src/errors.ts';

/** For each code, what it means for an operator and what to do where a message has no better advice of its own. */
export const codes: Record<ErrorCode, { readonly meaning: string; readonly todo: string }> = {
  invalid: {
    meaning: 'the request, a compose file, CADDYFILE, HAPROXY, record or certificate is not right',
    todo: 'correct what the message names',
  },
  'not-found': {
    meaning: 'no such app, branch, file or certificate',
    todo: '`covey apps`; check the name',
  },
  conflict: {
    meaning: "an address, port, name or file is another app's or swarm key's, or exists already",
    todo: 'change it, or destroy the other',
  },
  locked: {
    meaning: 'somebody else works on the app; the message says who and since when',
    todo: 'wait, or `--wait`',
  },
  refused: {
    meaning: 'the state of the cluster does not allow it: a node is dead, a disk is full',
    todo: "the message's hint; `covey nodes`",
  },
  denied: {
    meaning: "the certificate's role, or Consul's ACL token, does not allow it",
    todo: 'another certificate; see [Consul ACL](operations.md#consul-acl)',
  },
  unavailable: {
    meaning: 'a peer, Consul, Docker, git or a proxy does not answer, or Consul has no leader',
    todo: 'see [When something is down](operations.md#when-something-is-down)',
  },
  timeout: { meaning: 'no answer in time', todo: "look at the node's load and log" },
  cancelled: { meaning: 'the caller gave up, or was interrupted', todo: 'give the command again' },
  failed: {
    meaning: 'a step failed and was undone; `covey check`: it could not check',
    todo: 'the message ends with what the command said',
  },
  internal: { meaning: 'a defect of covey', todo: "report it with the peer's log" },
};
