import { describe, expect, it } from 'vitest';
import { CoveyError, type ErrorCode } from '../../../src/errors.ts';
import { askedInOrder, type Obtain, obtain } from '../../../src/handlers/obtain.ts';

const COMMIT = '0123456789012345678901234567890123456789';
const fetch: Obtain['fetch'] = {
  kind: 'fetch',
  folder: '/deploy/foo-1',
  project: 'foo',
  repo: 'https://git.example.com/foo',
  branch: 'master',
  commit: '',
  from: '',
};

/** Nodes that fail in this way when they ask git, or when they take from another one; all others have what is asked. */
function cluster(failing: Record<string, ErrorCode>, { silent = [] as string[] } = {}) {
  const did: string[] = [];
  const warnings: string[] = [];
  const folders = new Set<string>();
  const answer = async (others: string[], fallback?: Obtain['fallback']) =>
    obtain({
      fallback,
      master: 'n1',
      others,
      fetch,
      nodes: {
        version: async (node) => {
          if (silent.includes(node)) throw new CoveyError('unavailable', `${node} does not answer`);
          return '1';
        },
      },
      operation: {
        signal: new AbortController().signal,
        emit: ({ warning }) => warnings.push(warning ?? ''),
        prepare: async (node, title, action) => {
          if (action.kind !== 'fetch') throw new Error('only fetches are asked for');
          did.push(`${title} on ${node}`);
          const code = failing[action.from === '' ? node : `${node} from ${action.from}`];
          if (code) throw new CoveyError(code, `git says ${code}`, { hint: 'mend it' });
          if (action.release !== undefined) {
            expect(action).toEqual({ ...fetch, commit: COMMIT, from: 'n1', release: 'foo-0' });
          } else if (action.from !== '') {
            expect(folders).toContain(action.from);
            expect(action).toEqual({ ...fetch, commit: COMMIT, from: action.from });
          }
          folders.add(node);
          return { commit: COMMIT };
        },
        forget: async (node) => void folders.delete(node),
      },
    });
  return { did, warnings, folders, answer };
}

describe('a release', () => {
  it('comes from git where the master reaches it; nobody else is asked', async () => {
    const { did, warnings, folders, answer } = cluster({});
    expect(await answer(['n2', 'n3'])).toBe(COMMIT);
    expect(did).toEqual(['fetch master on n1']);
    expect([...folders]).toEqual(['n1']);
    expect(warnings).toEqual([]);
  });

  it('comes else from the first node that reaches it, which keeps nothing', async () => {
    const { did, warnings, folders, answer } = cluster({ n1: 'unavailable', n2: 'unavailable' });
    expect(await answer(['n2', 'n1', 'n2', 'n3', 'n4'])).toBe(COMMIT);
    expect(did).toEqual([
      'fetch master on n1',
      'fetch master on n2',
      'fetch master on n3',
      'fetch 0123456789 from n3 on n1',
    ]);
    expect([...folders]).toEqual(['n1']);
    expect(warnings).toEqual(['n1 does not reach the repository: takes the release from n3.']);
  });

  it.each<ErrorCode>(['not-found', 'invalid', 'cancelled', 'failed'])(
    'ends at once with %s, which would be the same elsewhere',
    async (code) => {
      const { did, answer } = cluster({ n1: code });
      await expect(answer(['n2'])).rejects.toMatchObject({ code });
      expect(did).toHaveLength(1);
      const later = cluster({ n1: 'unavailable', n2: code });
      await expect(later.answer(['n2', 'n3'])).rejects.toMatchObject({ code });
      expect(later.did).toHaveLength(2);
      expect([...later.folders]).toEqual([]);
    },
  );

  it('that nobody reaches is one error with every node, and leaves nothing', async () => {
    const { folders, warnings, answer } = cluster({
      n1: 'unavailable',
      n2: 'unavailable',
      n3: 'unavailable',
    });
    await expect(answer(['n2', 'n3'])).rejects.toMatchObject({
      code: 'unavailable',
      message: 'No live node reaches the repository. n1, n2, n3: git says unavailable',
      hint: 'mend it',
    });
    expect([...folders]).toEqual([]);
    expect(warnings).toEqual([]);
  });

  it('that nobody reaches is the one that ran, for a takeover', async () => {
    const { did, warnings, answer } = cluster({ n1: 'unavailable', n2: 'unavailable' });
    expect(await answer(['n2'], { commit: COMMIT, folder: '/deploy/foo-0' })).toBe(COMMIT);
    expect(did.at(-1)).toBe('take 0123456789 as it is here on n1');
    expect(warnings).toEqual(['No live node reaches the repository: n1 runs the release that it has.']);
  });

  it('that the only node does not reach is the error of that node', async () => {
    const { answer } = cluster({ n1: 'unavailable' });
    await expect(answer(['n1'])).rejects.toMatchObject({ message: 'git says unavailable' });
  });

  it('is not looked for elsewhere when it is the master itself that does not answer', async () => {
    const { did, answer } = cluster({ n1: 'unavailable' }, { silent: ['n1'] });
    await expect(answer(['n2'])).rejects.toMatchObject({ message: 'n1 does not answer' });
    expect(did).toEqual(['fetch master on n1']);
  });

  it('that does not arrive leaves nothing where it came from', async () => {
    const { folders, answer } = cluster({ n1: 'unavailable', 'n1 from n2': 'failed' });
    await expect(answer(['n2', 'n3'])).rejects.toMatchObject({ code: 'failed' });
    expect([...folders]).toEqual([]);
  });
});

describe('the nodes are asked', () => {
  const live = ['a', 'b', 'c', 'd', 'e'];
  const old = (master: string) => ({ name: 'foo', index: 1, record: { master } }) as never;
  it.each([
    ['the coordinator, the old master, the slave, the others', old('c'), 'd', ['e', 'c', 'd', 'a', 'b']],
    ['no dead old master', old('z'), '', ['e', 'a', 'b', 'c', 'd']],
    ['of a new app', undefined, 'b', ['e', 'b', 'a', 'c', 'd']],
  ])('%s', (_what, existing, slave, order) => {
    expect(askedInOrder('e', existing, slave, live)).toEqual(order);
  });
});
