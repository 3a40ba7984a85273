import { expect, it } from 'vitest';
import { projectOf } from '../../../src/app/identity.ts';
import { parseRecord } from '../../../src/app/record.ts';
import type { LockHolder } from '../../../src/consul/lock-holder.ts';
import type { Container } from '../../../src/docker/engine.ts';
import { CoveyError } from '../../../src/errors.ts';
import { createLogger } from '../../../src/logger.ts';
import { createContainerNames } from '../../../src/peer/container-names.ts';

const NAME = 'shop_master.ddb14';
const project = projectOf(NAME);

/** Shows node n1 an app of that master with a container; what is renamed, and what is logged. */
async function renamed({ master = 'n1', ct = `${project}-web-1`, locked = false, fails = false } = {}) {
  const did: string[] = [];
  const logged: string[] = [];
  const found = { id: 'c', name: `${project}-web-2`, number: 2, service: 'web', project } as Container;
  const value = JSON.stringify({ repo_url: 'u', branch: 'm', master, ct: { web: ct } });
  const names = createContainerNames({
    node: 'n1',
    engine: {
      containers: async () => [found],
      renameContainer: async (id, name) => {
        if (fails) throw new CoveyError('unavailable', 'Docker does not answer');
        did.push(`${id} is ${name}`);
      },
    },
    locks: { holder: async () => (locked ? ({ node: 'n2' } as LockHolder) : undefined) },
    view: () => ({
      apps: [
        { name: 'bad', index: 1, error: 'no JSON' },
        { name: NAME, index: 1, record: parseRecord(NAME, value) },
      ],
      maintenance: new Set(),
      members: [],
    }),
    logger: createLogger({ level: 'warn' }, { write: (line) => logged.push(line) }),
    signal: new AbortController().signal,
  });
  names.look([found]);
  await names.idle();
  return { did, logged };
}

it('a container that compose has numbered gets the name that routes know', async () => {
  expect(await renamed()).toEqual({ did: [`c is ${project}-web-1`], logged: [] });
});

it.each([
  ['the app is another node’s', { master: 'n2' }],
  ['an operation works on the app', { locked: true }],
  ['routes know it by another name', { ct: 'my-web' }],
])('it keeps its name where %s', async (_, about) => {
  expect(await renamed(about)).toEqual({ did: [], logged: [] });
});

it('what fails is told', async () => {
  const { did, logged } = await renamed({ fails: true });
  expect(did).toEqual([]);
  expect(logged.join()).toContain('a container has no name that is known: Docker does not answer');
});
