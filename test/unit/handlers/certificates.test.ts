import { expect, it } from 'vitest';
import { formatInternalRoot } from '../../../src/app/internal-root.ts';
import { CoveyError } from '../../../src/errors.ts';
import { certificates, internalRoot } from '../../../src/handlers/certificates.ts';
import { type Context, coordinate } from '../../../src/handlers/coordinate.ts';
import type { Deps } from '../../../src/handlers/deps.ts';
import { rootCertificate } from '../../../src/handlers/root-certificate.ts';
import type { Performer } from '../../../src/plan/runner.ts';
import type { Step } from '../../../src/plan/steps.ts';
import type { CallContext } from '../../../src/rpc/handler.ts';

const call: CallContext = { signal: new AbortController().signal, caller: { name: 'node2', role: 'peer' } };
const given = { issuer: 'local', host: 'a.lab', certificate: 'c', key: 'k', metadata: 'm' };
const root = { certificate: 'c', key: 'k', fingerprint: 'AA:BB' };
const storage = {
  certificates: async (hosts: readonly string[]) => (hosts.includes('a.lab') ? [given] : []),
  root: async () => root,
};
const all = (hosts: string[], encrypted = true) =>
  Array.fromAsync(certificates({ storage, encrypted })({ hosts }, call));
const theRoot = (fingerprint: string, encrypted = true) =>
  internalRoot({ storage, encrypted })({ fingerprint }, call);

it('a node gives the certificates that it has', async () => {
  expect(await all(['a.lab', 'b.lab'])).toEqual([given]);
  expect(await all(['b.lab'])).toEqual([]);
});

it('a node gives the root that is asked for, and no other', async () => {
  expect(await theRoot('AA:BB')).toEqual({ certificate: 'c', key: 'k' });
  await expect(theRoot('CC:DD')).rejects.toMatchObject({
    code: 'not-found',
    message: 'This node has no root with the fingerprint CC:DD.',
  });
});

it('without TLS no key is given', async () => {
  const refused = { code: 'refused', message: 'Keys of certificates cross between nodes by TLS only.' };
  await expect(all(['a.lab'], false)).rejects.toMatchObject(refused);
  await expect(theRoot('AA:BB', false)).rejects.toMatchObject(refused);
});

it("tells the cluster's root once a node has said which it is", async () => {
  const certificate = 'PEM';
  const agreed = { fingerprint: Array(32).fill('AB').join(':'), certificate, node: 'node1', since: 'then' };
  const kv = (value?: string) => ({ get: async () => value && { value } }) as unknown as Deps['kv'];
  expect(await rootCertificate({ kv: kv(formatInternalRoot(agreed)) })({}, call)).toEqual(agreed);
  await expect(rootCertificate({ kv: kv() })({}, call)).rejects.toMatchObject({
    code: 'not-found',
    message: "No node has said yet which root is that of the cluster's certificates.",
  });
});

const { signal } = call;
const step = { id: 'certificates@node2', node: 'node2', action: { kind: 'certificates', node: 'node1' } };

/** A coordinator whose node2 answers to the step as it is told. */
function coordinator(performer: Partial<Performer>) {
  const deps = { faults: { reach: async () => undefined } } as unknown as Deps;
  return coordinate(deps, { app: 'shop', performer } as unknown as Context).performer;
}

it('a node that does not know the step, being of an older version, holds nothing up', async () => {
  const said: string[] = [];
  const refuses = (code: 'invalid' | 'unavailable') => ({
    run: async () => {
      throw new CoveyError(code, 'a step that this one does not know');
    },
  });
  const options = { signal, report: (_: number, text: string) => void said.push(text), results: new Map() };
  await coordinator(refuses('invalid')).run(step as unknown as Step, options);
  expect(said).toEqual(['a step that this one does not know']);
  const failing = coordinator(refuses('unavailable')).run(step as unknown as Step, options);
  await expect(failing).rejects.toMatchObject({ code: 'unavailable' });
});

it('nobody is asked to undo it', async () => {
  const asked: unknown[] = [];
  const undo = async (...args: unknown[]) => void asked.push(args);
  await coordinator({ undo }).undo(step as unknown as Step, undefined, { signal, report: () => undefined });
  expect(asked).toEqual([]);
});
