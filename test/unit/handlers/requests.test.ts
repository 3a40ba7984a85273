import { describe, expect, it } from 'vitest';
import { identify } from '../../../src/app/identity.ts';
import type { Member } from '../../../src/consul/members.ts';
import type { DeployRequest__Output } from '../../../src/generated/covey/v1/DeployRequest.ts';
import type { DestroyRequest__Output } from '../../../src/generated/covey/v1/DestroyRequest.ts';
import type { StepRequest__Output } from '../../../src/generated/covey/v1/StepRequest.ts';
import { deploy } from '../../../src/handlers/deploy.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { destroy } from '../../../src/handlers/destroy.ts';
import { maintenance } from '../../../src/handlers/maintenance.ts';
import { requestIdOf } from '../../../src/handlers/operation.ts';
import { runStep, type StepDeps } from '../../../src/handlers/steps.ts';
import { liveMember } from '../../../src/handlers/targets.ts';
import { volumes } from '../../../src/handlers/volumes.ts';
import type { CallContext } from '../../../src/rpc/handler.ts';
import { memoryOf } from '../../support/memory.ts';

const call: CallContext = {
  signal: new AbortController().signal,
  caller: { name: 'alice', role: 'operator' },
};
const repo = 'https://git.example.com/shop';

/** A cluster of two nodes, one of them dead, and the records that a test gives. */
function cluster(records: Record<string, string> = {}): Deps {
  const entries = Object.entries(records).map(([key, value]) => ({
    key,
    value,
    modifyIndex: 1,
    createIndex: 1,
  }));
  return {
    members: async () => [
      { name: 'node1', address: '10.0.0.1', state: 'alive' },
      { name: 'node2', address: '10.0.0.2', state: 'failed' },
    ],
    kv: { list: async () => entries, get: async () => undefined },
    memory: memoryOf({
      records: Object.fromEntries(entries.map(({ key, value }) => [key.replace('app/', ''), value])),
    }),
  } as unknown as Deps;
}

/** Until it throws. */
async function all(events: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of events);
}

describe('a deploy is refused', () => {
  it.each<[string, Partial<DeployRequest__Output>, object]>([
    ['without a master', { master: '' }, { code: 'invalid', message: 'No master given.' }],
    [
      'with one node in both roles',
      { master: 'node1', slave: 'node1' },
      { code: 'invalid', message: 'Master and slave are both node1.' },
    ],
    [
      'to a node that is none',
      { master: 'node7' },
      { code: 'invalid', message: 'No node is named node7 (master).', hint: 'The nodes are: node1, node2.' },
    ],
    [
      'with a slave that is none',
      { master: 'node1', slave: 'node7' },
      { code: 'invalid', message: 'No node is named node7 (slave).' },
    ],
    [
      'to a node that is dead',
      { master: 'node2' },
      { code: 'refused', message: 'The node node2 (master) is not alive: Consul says "failed".' },
    ],
    [
      'without a repository',
      { repo: '' },
      { code: 'invalid', message: expect.stringContaining('Repository "": ') },
    ],
    [
      'without a branch',
      { branch: '' },
      { code: 'invalid', message: expect.stringContaining('Branch "": ') },
    ],
    [
      'under a request id that is none',
      { requestId: 'a b' },
      { code: 'invalid', message: '"a b" is no request id: letters, digits and "-", at most 64.' },
    ],
  ])('%s', async (_, given, error) => {
    const request = { repo, branch: 'main', master: 'node1', slave: '', requestId: '', ...given };
    const events = deploy(cluster())(request as DeployRequest__Output, call);
    await expect(all(events)).rejects.toMatchObject(error);
  });

  it('and one that is alive is taken', () => {
    const members: Member[] = [{ name: 'node1', address: '10.0.0.1', state: 'alive' } as Member];
    expect(liveMember('master', 'node1', members)).toBe(members[0]);
    expect(requestIdOf('abc-1')).toBe('abc-1');
  });
});

describe('what is asked of an app', () => {
  const request = { repo, branch: 'main', requestId: '' } as DestroyRequest__Output;
  const { name } = identify(repo, 'main');

  it('that is not there is refused', async () => {
    await expect(all(destroy(cluster())(request, call))).rejects.toMatchObject({
      code: 'not-found',
      message: expect.stringMatching(/^There is no app \S+ \(https:\/\/git.example.com\/shop, main\)\.$/),
      hint: 'covey apps lists them.',
    });
    for (const app of ['shop', '']) {
      await expect(maintenance(cluster())({ app, on: true }, call)).rejects.toMatchObject({
        code: 'not-found',
        message: `There is no app ${app || '(no name given)'}.`,
      });
    }
    await expect(volumes(cluster())({ app: 'shop', retention: false }, call)).rejects.toMatchObject({
      code: 'not-found',
      message: 'There is no app shop.',
    });
  });

  it('whose record is damaged says what is wrong with it, and where', async () => {
    const broken = {
      code: 'invalid',
      message: expect.stringContaining(`The record app/${name} is not valid JSON`),
      hint: `Correct the key app/${name} in Consul.`,
    };
    const deps = cluster({ [`app/${name}`]: '{' });
    await expect(all(destroy(deps)(request, call))).rejects.toMatchObject(broken);
    await expect(volumes(deps)({ app: name, retention: false }, call)).rejects.toMatchObject(broken);
  });
});

it('a step of another version is refused', async () => {
  const request = { app: 'shop', fence: 1, operationId: 'o', action: '{"kind":"fly"}', result: '' };
  await expect(all(runStep({} as StepDeps)(request as StepRequest__Output, call))).rejects.toMatchObject({
    code: 'invalid',
    message: 'The other peer asks for a step that this one does not know.',
  });
});
