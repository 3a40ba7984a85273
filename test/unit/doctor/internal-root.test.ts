import { expect, it } from 'vitest';
import { internalRootChecks, judgeRoots } from '../../../src/doctor/internal-root.ts';

it.each([
  [{ isSeen: true, own: 'AB:CD', agreed: 'AB:CD' }, 'ok', ''],
  [{ isSeen: true, own: 'AB:CD', agreed: 'EF:01' }, 'warning', 'docker logs --tail 50 covey-peer'],
  [{ isSeen: true, own: 'AB:CD', agreed: undefined }, 'warning', 'docker logs --tail 50 covey-peer'],
  [{ isSeen: true, own: undefined, agreed: 'AB:CD' }, 'warning', 'docker logs --tail 20 covey-caddy'],
  [{ isSeen: false, own: undefined, agreed: 'AB:CD' }, 'warning', 'docker compose up -d'],
])('%j is %s', (roots, state, hint) => {
  const finding = judgeRoots(roots);
  expect(finding.state).toBe(state);
  expect(finding.hint).toContain(hint);
});

it('without TLS there is nothing to agree on', async () => {
  const [check] = internalRootChecks(undefined);
  expect(await check?.look(new AbortController().signal)).toMatchObject({ state: 'ok' });
});
