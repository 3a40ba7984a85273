import { describe, expect, it } from 'vitest';
import { actionOf, type Case, identity, ids, plan, release } from './cases.ts';

const FRONT = ['build@n1', 'check@n1'];

const RUN = ['start@n1', 'retain@n1', 'health@n1', 'register@n1', 'commit@n4', 'acknowledge@n4'];
describe('a deploy', () => {
  it.each<[string, Case, string[]]>([
    ['of a new app', { after: { master: 'n1' } }, [...FRONT, ...RUN]],
    [
      'of a new app with volumes: there is nothing to keep yet',
      { after: { master: 'n1', volumes: ['data'] } },
      [...FRONT, ...RUN],
    ],
    ['of a new app with a slave', { after: { master: 'n1', slave: 'n2' } }, ['fetch@n2', ...FRONT, ...RUN]],
    [
      'again, without volumes',
      { before: { master: 'n1' }, after: { master: 'n1' } },
      [...FRONT, 'stop@n1', ...RUN, 'clear@n1'],
    ],
    [
      'again, with volumes',
      { before: { master: 'n1', volumes: ['data'] }, after: { master: 'n1', volumes: ['data'] } },
      [...FRONT, 'stop@n1', 'snapshot@n1', ...RUN, 'clear@n1'],
    ],
    [
      'again, with the same slave',
      { before: { master: 'n1', slave: 'n2' }, after: { master: 'n1', slave: 'n2' } },
      ['fetch@n2', ...FRONT, 'stop@n1', ...RUN, 'clear@n1', 'clear@n2'],
    ],
    [
      'that adds a slave',
      { before: { master: 'n1' }, after: { master: 'n1', slave: 'n2' } },
      ['fetch@n2', ...FRONT, 'stop@n1', ...RUN, 'clear@n1'],
    ],
    [
      'that changes the slave',
      { before: { master: 'n1', slave: 'n2' }, after: { master: 'n1', slave: 'n3' } },
      ['fetch@n3', ...FRONT, 'stop@n1', ...RUN, 'clear@n1', 'clear@n2'],
    ],
    [
      'that drops the slave',
      { before: { master: 'n1', slave: 'n2' }, after: { master: 'n1' } },
      [...FRONT, 'stop@n1', ...RUN, 'clear@n1', 'clear@n2'],
    ],
    [
      'that drops a dead slave',
      { before: { master: 'n1', slave: 'n2' }, after: { master: 'n1' }, live: ['n1', 'n4'] },
      [...FRONT, 'stop@n1', ...RUN, 'clear@n1'],
    ],
    [
      'with volumes that appear',
      { before: { master: 'n1' }, after: { master: 'n1', volumes: ['data'] } },
      [...FRONT, 'stop@n1', 'snapshot@n1', ...RUN, 'clear@n1'],
    ],
    [
      'with volumes that go',
      { before: { master: 'n1', volumes: ['data'] }, after: { master: 'n1' } },
      [...FRONT, 'stop@n1', 'snapshot@n1', ...RUN, 'clear@n1'],
    ],
    [
      'that swaps master and slave',
      {
        before: { master: 'n1', slave: 'n2', volumes: ['d'] },
        after: { master: 'n2', slave: 'n1', volumes: ['d'] },
      },
      [
        'fetch@n1',
        'build@n2',
        'check@n2',
        'send-first@n1',
        'create@n2',
        'stop@n1',
        'send@n1',
        'adopt@n2',
        'register@n1',
        'start@n2',
        'retain@n2',
        'health@n2',
        'register@n2',
        'commit@n4',
        'acknowledge@n4',
        'clear@n2',
        'clear@n1',
      ],
    ],
    [
      'to a third node without a slave',
      { before: { master: 'n1', slave: 'n2', volumes: ['d'] }, after: { master: 'n3', volumes: ['d'] } },
      [
        'build@n3',
        'check@n3',
        'send-first@n1',
        'create@n3',
        'stop@n1',
        'send@n1',
        'adopt@n3',
        'register@n1',
        'start@n3',
        'retain@n3',
        'health@n3',
        'register@n3',
        'commit@n4',
        'acknowledge@n4',
        'clear@n3',
        'clear@n1',
        'clear@n2',
      ],
    ],
    [
      'to another node, of an app without data',
      { before: { master: 'n1' }, after: { master: 'n2' } },
      [
        'build@n2',
        'check@n2',
        'create@n2',
        'stop@n1',
        'register@n1',
        'start@n2',
        'retain@n2',
        'health@n2',
        'register@n2',
        'commit@n4',
        'acknowledge@n4',
        'clear@n2',
        'clear@n1',
      ],
    ],
    [
      'with update.sh, after the snapshots and before the start',
      { before: { master: 'n1', volumes: ['d'] }, after: { master: 'n1', volumes: ['d'] }, update: true },
      [...FRONT, 'stop@n1', 'snapshot@n1', 'script@n1', ...RUN, 'clear@n1'],
    ],
    [
      'that asks for update.sh where there is none',
      { after: { master: 'n1' }, update: true, script: false },
      [...FRONT, ...RUN],
    ],
  ])('%s', (_, each, expected) => {
    expect(ids(plan(each))).toEqual(expected);
  });

  it('run by its master has the same steps', () => {
    expect(ids(plan({ after: { master: 'n1' }, coordinator: 'n1' }))).toEqual(
      [...FRONT, ...RUN].map((id) => id.replace('n4', 'n1')),
    );
  });

  it('gives the slave the very commit that was inspected', () => {
    expect(actionOf(plan({ after: { master: 'n1', slave: 'n2' } }), 'fetch@n2')).toMatchObject({
      repo: identity.repoUrl,
      branch: 'master',
      commit: '0123456789abcdef',
      folder: `/deploy/${identity.name}-new`,
    });
  });

  it('stops the old release in its own folder, with the names of its images', () => {
    expect(actionOf(plan({ before: { master: 'n1' }, after: { master: 'n1' } }), 'stop@n1')).toEqual({
      kind: 'stop',
      folder: `/deploy/${identity.name}-old`,
      project: identity.project,
      images: { 'foo:latest': 'sha256:1' },
      running: true,
    });
  });

  it.each([
    ['again', { master: 'n1', slave: 'n2' }],
    ['that swaps master and slave', { master: 'n2', slave: 'n1' }],
    ['of a new app', undefined],
  ])('%s lets the slave take the release from the master, at its commit', (_what, before) => {
    const all = plan({ ...(before ? { before } : {}), after: { master: 'n1', slave: 'n2' } });
    const { commit } = release({ master: 'n1' });
    expect(actionOf(all, 'fetch@n2')).toMatchObject({ from: 'n1', commit });
    expect(all.steps.find(({ id }) => id === 'fetch@n2')?.title).toBe('fetch 0123456789 from n1');
    expect(all.steps.filter(({ action }) => action.kind === 'fetch')).toHaveLength(1);
  });

  it('gives update.sh the repository and the branch', () => {
    expect(actionOf(plan({ after: { master: 'n1' }, update: true }), 'script@n1')).toMatchObject({
      script: 'update.sh',
      args: ['-r', identity.repoUrl, '-b', 'master'],
    });
  });
});
