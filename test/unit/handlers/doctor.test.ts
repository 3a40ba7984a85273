import { expect, it } from 'vitest';
import type { Examined } from '../../../src/doctor/examine.ts';
import { CoveyError } from '../../../src/errors.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { doctor, doctorHere } from '../../../src/handlers/doctor.ts';

const call = { signal: new AbortController().signal, caller: { name: 'ops', role: 'operator' as const } };
const fine: Examined = { check: 'store', state: 'ok', found: 'fine', hint: '' };

/** n1 is asked; n2 answers, n3 is silent, n4 has left. Without `members` Consul does not answer. */
function cluster(
  members: [string, string][] | undefined = [
    ['n1', 'alive'],
    ['n2', 'alive'],
    ['n3', 'failed'],
    ['n4', 'left'],
  ],
) {
  const deps = {
    node: 'n1',
    examine: async () => [fine],
    members: async () => members.map(([name, state]) => ({ name, state, address: '', server: true })),
    nodes: {
      examine: async (node: string, signal: AbortSignal) => {
        if (node === 'n2') return [{ node, ...fine }];
        if (node !== 'n3') throw new CoveyError('not-found', `No node is named ${node}.`);
        return await new Promise<never>((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason)),
        );
      },
    },
    bounds: { examine: 50 },
  };
  return deps as unknown as Pick<Deps, 'node' | 'members' | 'nodes' | 'bounds'> & {
    examine: () => Promise<Examined[]>;
  };
}

it('examines this node, the one that is named, or all; who does not answer is a finding', async () => {
  const ask = doctor(cluster());
  expect(await ask({ node: '', all: false }, call)).toEqual({ findings: [{ node: 'n1', ...fine }] });
  expect(await ask({ node: 'n1', all: false }, call)).toEqual({ findings: [{ node: 'n1', ...fine }] });
  expect(await ask({ node: 'n2', all: false }, call)).toEqual({ findings: [{ node: 'n2', ...fine }] });
  expect(await ask({ node: '', all: true }, call)).toMatchObject({
    findings: [
      { node: 'n1', ...fine },
      { node: 'n2', ...fine },
      {
        node: 'n3',
        check: 'peer',
        state: 'error',
        found: expect.stringContaining('does not answer'),
        hint: expect.stringContaining('docker start covey-peer'),
      },
    ],
  });
  await expect(ask({ node: 'n9', all: false }, call)).rejects.toMatchObject({ code: 'not-found' });
  await expect(ask({ node: 'n2', all: true }, call)).rejects.toMatchObject({
    code: 'invalid',
    message: 'Either all nodes are examined, or the one named.',
  });
});

it('examines this node without Consul too', async () => {
  const deps = { ...cluster(), members: () => Promise.reject(new CoveyError('unavailable', 'no agent')) };
  expect(await doctor(deps)({ node: '', all: true }, call)).toMatchObject({
    findings: [
      { node: 'n1', ...fine },
      { node: 'n1', check: 'members', state: 'error' },
    ],
  });
  expect(await doctorHere(deps)({}, call)).toEqual({ findings: [{ node: 'n1', ...fine }] });
});

it('is cancelled with its caller', async () => {
  const controller = new AbortController();
  const running = doctor({ ...cluster(), bounds: { examine: 60_000 } as Deps['bounds'] })(
    { node: 'n3', all: false },
    { ...call, signal: controller.signal },
  );
  controller.abort(new CoveyError('cancelled', 'gave up'));
  await expect(running).rejects.toMatchObject({ code: 'cancelled' });
});
