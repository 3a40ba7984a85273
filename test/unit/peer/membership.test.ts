import { expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import { createLogger } from '../../../src/logger.ts';
import { createMembership } from '../../../src/peer/membership.ts';

const signal = new AbortController().signal;

/** A node, and what was done on it in order. Consul's container may be missing, and Consul may refuse. */
function node({ inDocker = true, refuses = false } = {}) {
  const did: string[] = [];
  const membership = createMembership({
    members: {
      leave: async () => {
        did.push('Consul leaves');
        if (refuses) throw new CoveyError('denied', 'no token');
      },
      expel: async (name, { forget }) => void did.push(`Consul expels ${name} ${forget}`),
    },
    engine: {
      container: async (name) => (inDocker ? ({ id: `id of ${name}` } as never) : undefined),
      setRestartPolicy: async (id, policy) => void did.push(`${id}: ${policy}`),
      removeContainer: async (id, options) => void did.push(`${id}: removed ${JSON.stringify(options)}`),
    },
    gossip: { leave: () => void did.push('gossip tells') },
    container: 'consul',
    logger: createLogger({ level: 'silent' }),
  });
  return { membership, did };
}

it('leaves so that Docker does not bring its Consul back', async () => {
  const { membership, did } = node();
  await membership.leave(signal);
  expect(did).toEqual([
    'id of consul: no',
    'Consul leaves',
    'gossip tells',
    'id of consul: removed {"force":true}',
  ]);
});

it('leaves where Consul does not run in Docker', async () => {
  const { membership, did } = node({ inDocker: false });
  await membership.leave(signal);
  expect(did).toEqual(['Consul leaves', 'gossip tells']);
});

it('stays as it was where Consul does not leave', async () => {
  const { membership, did } = node({ refuses: true });
  await expect(membership.leave(signal)).rejects.toMatchObject({ code: 'denied' });
  expect(did).toEqual(['id of consul: no', 'Consul leaves', 'id of consul: unless-stopped']);
});

it('takes out another node', async () => {
  const { membership, did } = node();
  await membership.remove('node4', { forget: true, signal });
  expect(did).toEqual(['Consul expels node4 true']);
});
