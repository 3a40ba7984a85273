import { describe, expect, it } from 'vitest';
import { planDeploy } from '../../../src/plan/planner.ts';
import { actionSchema } from '../../../src/plan/steps.ts';
import { actionOf, type Case, full, identity, ids, input, plan, release } from './cases.ts';

const FRONT = ['build@n1', 'check@n1'];

const RUN = ['start@n1', 'health@n1', 'retain@n1', 'register@n1', 'commit@n4', 'acknowledge@n4'];

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
        'health@n2',
        'retain@n2',
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
        'health@n3',
        'retain@n3',
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
        'health@n2',
        'retain@n2',
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

  it('keeps snapshots of what was and of what will be', () => {
    const changed = plan({
      before: { master: 'n1', volumes: ['a', 'b'] },
      after: { master: 'n1', volumes: ['b', 'c'] },
    });
    expect(actionOf(changed, 'snapshot@n1')?.volumes).toEqual(full(['a', 'b', 'c']));
  });

  it('may take back only volumes that were not there', () => {
    const each = plan({
      before: { master: 'n1', volumes: ['a'] },
      after: { master: 'n1', volumes: ['a', 'b', 'c'], local: ['cache', 'tmp'] },
      held: full(['a', 'c', 'tmp']),
    });
    expect(actionOf(each, 'start@n1')?.newVolumes).toEqual(full(['b', 'cache']));
  });

  it('removes and warns of volumes that are no longer declared, here and on the slave that stays', () => {
    const each = plan({
      before: { master: 'n1', slave: 'n2', volumes: ['a', 'b'] },
      after: { master: 'n1', slave: 'n2', volumes: ['b'] },
    });
    const folder = `/deploy/${identity.name}-new`;
    expect(actionOf(each, 'clear@n1')).toMatchObject({ everything: false, volumes: full(['a']), folder });
    expect(actionOf(each, 'clear@n2')).toMatchObject({ everything: false, volumes: full(['a']), folder });
    expect(each.warnings).toEqual([expect.stringContaining(`${identity.project}_a is no longer declared`)]);
  });

  it('removes everything from a slave that is none any more', () => {
    const each = plan({
      before: { master: 'n1', slave: 'n2', volumes: ['a'] },
      after: { master: 'n1', slave: 'n3', volumes: ['a'] },
    });
    expect(actionOf(each, 'clear@n2')).toMatchObject({ everything: true, folder: '', volumes: full(['a']) });
  });

  it('moves the volumes that both releases declare, and says which are there already', () => {
    const each = plan({
      before: { master: 'n1', volumes: ['a', 'b'] },
      after: { master: 'n2', volumes: ['b', 'c'], local: ['cache'] },
      held: full(['b']),
    });
    // Again and again while the app runs, and once when it stands still.
    expect(actionOf(each, 'send-first@n1' as 'send@n1')).toMatchObject({ volumes: full(['b']), rounds: 5 });
    expect(actionOf(each, 'send@n1')).toMatchObject({ volumes: full(['b']), to: 'n2', rounds: 1 });
    expect(actionOf(each, 'adopt@n2')).toMatchObject({
      volumes: full(['b']),
      from: 'send@n1',
      present: full(['b']),
    });
    expect(actionOf(each, 'start@n2')?.newVolumes).toEqual(full(['c', 'cache']));
    expect(actionOf(each, 'clear@n1')).toMatchObject({
      everything: true,
      folder: '',
      volumes: full(['a', 'b']),
    });
    expect(each.warnings).toEqual([expect.stringContaining(`${identity.project}_a is no longer declared`)]);
  });

  it('warns of volumes that are not replicated: they do not move', () => {
    const before = { master: 'n1', volumes: ['a'], local: ['cache'] };
    const moved = plan({ before, after: { ...before, master: 'n2' } });
    expect(moved.warnings).toEqual([
      `${identity.project}_cache is not replicated: it is removed from n1, and n2 gets an empty one.`,
    ]);
    expect(plan({ before, after: before }).warnings).toEqual([]);
  });

  it('leaves the old master its folder where it becomes the slave, and nothing live', () => {
    const each = plan({
      before: { master: 'n1', slave: 'n2', volumes: ['a'] },
      after: { master: 'n2', slave: 'n1', volumes: ['a'] },
    });
    const folder = `/deploy/${identity.name}-new`;
    expect(actionOf(each, 'clear@n1')).toMatchObject({ everything: true, folder, volumes: full(['a']) });
    expect(actionOf(each, 'clear@n2')).toMatchObject({ everything: false, folder, volumes: [] });
  });

  it('registers the new addresses, and would go back to the old ones', () => {
    const before = { master: 'n1', urls: ['http://a', 'http://b'] };
    const after = { master: 'n1', urls: ['http://b', 'http://c'] };
    expect(actionOf(plan({ before, after }), 'register@n1')).toMatchObject({
      urls: after.urls,
      before: before.urls,
    });
    expect(actionOf(plan({ after }), 'register@n1')).toMatchObject({ before: null });
  });

  it('registers URLs besides the addresses, and service.json; an old record and a move go back to what was', () => {
    const given = input({
      before: { master: 'n1', urls: ['http://a'] },
      after: { master: 'n1', urls: ['http://a'] },
    });
    const [own, old] = ['{"name": "new"}', '{"name": "old"}'];
    const asked = { ...given.record, check_urls: ['http://b/', 'http://a'], service_json: own };
    expect(actionOf(planDeploy({ ...given, record: asked }), 'register@n1')).toEqual({
      kind: 'register',
      name: identity.name,
      urls: ['http://a', 'http://b/'],
      definition: own,
      before: ['http://a'],
      definitionBefore: '',
    });
    const moving = input({ before: { master: 'n1' }, after: { master: 'n2' } });
    if (!moving.existing) throw new Error('a move has a record');
    moving.existing.record = { ...moving.existing.record, check_urls: ['http://b/'], service_json: old };
    const moved = planDeploy({ ...moving, record: { ...moving.record, service_json: own } });
    expect(actionOf(moved, 'register@n1')).toMatchObject({
      urls: null,
      definition: '',
      before: ['http://b/'],
      definitionBefore: old,
    });
    expect(actionOf(moved, 'register@n2')).toMatchObject({ definition: own, before: null });

    // a takeover asks nothing of the old master, and an undo leaves nothing on the new one
    const taking = input({ before: { master: 'n1' }, after: { master: 'n2' }, live: ['n2'], replicas: [] });
    const taken = planDeploy({ ...taking, record: { ...taking.record, service_json: own } });
    expect(actionOf(taken, 'register@n1')).toBeUndefined();
    expect(actionOf(taken, 'register@n2')).toMatchObject({
      definition: own,
      before: null,
      definitionBefore: '',
    });
  });

  it('reads a registration from the journal of a version that knew only addresses', () => {
    const written = { kind: 'register', name: 'foo', urls: ['http://a'], before: null };
    expect(actionSchema.parse(written)).toEqual({ ...written, definition: '', definitionBefore: '' });
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
