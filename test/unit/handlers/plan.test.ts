import { describe, expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import type { PlanRequest__Output } from '../../../src/generated/covey/v1/PlanRequest.ts';
import type { Progress } from '../../../src/generated/covey/v1/Progress.ts';
import { plan } from '../../../src/handlers/plan.ts';
import type { CallContext } from '../../../src/rpc/handler.ts';

const call: CallContext = {
  signal: new AbortController().signal,
  caller: { name: 'alice', role: 'operator' },
};
const made = { app: 'shop', operation: 'deploy', steps: [{ id: 'build@n1', node: 'n1', title: 'build' }] };

/** Operations that put down what they are asked for. */
function setUp(error?: CoveyError) {
  const asked: { method: string; request: unknown; by: string }[] = [];
  const operation = (method: string) =>
    async function* (request: unknown, { caller }: CallContext): AsyncGenerator<Progress> {
      asked.push({ method, request, by: caller.name });
      yield { step: { id: 'fetch@n1', state: 'RUNNING' } };
      yield { warning: 'n1 does not reach the repository: takes the release from n2.' };
      if (error) throw error;
      yield { plan: made };
    };
  const names = ['Deploy', 'Destroy', 'Snapshot', 'Restore', 'Clone', 'Migrate', 'Rollback'] as const;
  const operations = Object.fromEntries(names.map((name) => [name, operation(name)]));
  const handler = plan(operations as unknown as Parameters<typeof plan>[0]);
  return { asked, ask: (request: object) => handler(request as PlanRequest__Output, call) };
}

describe('a plan', () => {
  it.each(['Deploy', 'Destroy', 'Snapshot', 'Restore', 'Clone', 'Migrate', 'Rollback'])(
    'of a request for %s is what that operation says where it only plans',
    async (method) => {
      const { asked, ask } = setUp();
      const request = { app: 'shop', wait: true, planOnly: false };
      expect(await ask({ [method.toLowerCase()]: request })).toEqual({
        plan: made,
        warnings: ['n1 does not reach the repository: takes the release from n2.'],
      });
      expect(asked).toEqual([{ method, request: { ...request, planOnly: true }, by: 'alice' }]);
    },
  );

  it('is refused as the operation is', async () => {
    const { ask } = setUp(new CoveyError('locked', 'shop is being deployed by n2'));
    await expect(ask({ destroy: {} })).rejects.toMatchObject({ code: 'locked' });
  });

  it('of nothing is refused', async () => {
    const { asked, ask } = setUp();
    await expect(ask({})).rejects.toMatchObject({
      code: 'invalid',
      message: 'No operation is given to be planned.',
      hint: 'Set one of deploy, destroy, snapshot, restore, clone, migrate and rollback.',
    });
    expect(asked).toEqual([]);
  });
});
