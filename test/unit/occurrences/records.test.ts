import { describe, expect, it } from 'vitest';
import { diff } from '../../../src/occurrences/diff.ts';
import { carriedOver, type Replica } from '../../../src/occurrences/seen.ts';
import { APP, happens, member, node, picture, record, viewOf } from './pictures.ts';

const shop = (index: number, more: object = {}) => ({ view: viewOf({ [APP]: [record(more), index] }) });

describe('a record', () => {
  it.each([
    ['is new', {}, shop(5), [`app.deployed ${APP} node1`]],
    ['is the same', shop(5), shop(5), []],
    ['has another release', shop(5), shop(6, { deploy_id: 'd2' }), [`app.deployed ${APP} node1`]],
    ['has another slave', shop(5), shop(6, { slave: null }), [`app.deployed ${APP} node1`]],
    ['has another master', shop(5), shop(6, { master: 'node3' }), [`app.deployed ${APP} node3`]],
    ['was edited', shop(5), shop(6, { urls: 'http://a' }), [`app.changed ${APP}`]],
    ['is broken', shop(5), { view: viewOf({ [APP]: ['{', 6] }) }, [`app.changed ${APP}`]],
    ['is mended', { view: viewOf({ [APP]: ['{', 6] }) }, shop(7), [`app.changed ${APP}`]],
    ['is gone', shop(5), {}, [`app.gone ${APP}`]],
    ['was not known before', { view: undefined }, shop(5), []],
    ['is not known any more', shop(5), { view: undefined }, []],
  ])('that %s', (_, before, after, expected) => {
    expect(happens(before, after)).toEqual(expected);
  });

  it('tells where the app was, and is', () => {
    const after = shop(6, { master: 'node2', slave: 'node1', commit: 'abc', deploy_id: 'd2' });
    expect(diff(picture(shop(5)), picture(after))).toMatchObject([
      {
        text: `${APP} is deployed on node2, with its replica on node1, before on node1`,
        details: {
          ...{ generation: '6', master: 'node2', slave: 'node1', commit: 'abc', deployId: 'd2' },
          ...{ fromMaster: 'node1', fromSlave: 'node2' },
        },
      },
    ]);
  });

  it('that another node is master of while the one before is lost is a takeover', () => {
    const members = [member('node1', 'failed'), member('node2'), member('node3')];
    const after = { members, ...shop(6, { master: 'node2', slave: null }) };
    expect(happens({ ...shop(5), members }, after)).toEqual([`app.takeover ${APP} node2`]);
    expect(happens({ ...shop(5), members }, shop(6, { master: 'node2' }))).toEqual([
      'node.back node1',
      `app.takeover ${APP} node2`,
    ]);
  });
});

it('maintenance begins and ends', () => {
  const on = { view: viewOf({}, [APP]) };
  expect(happens({}, on)).toEqual([`maintenance.on ${APP}`]);
  expect(happens(on, {})).toEqual([`maintenance.off ${APP}`]);
});

it('Consul is lost and back, as the node that is asked sees it', () => {
  expect(happens({}, { consulAnswers: false })).toEqual(['consul.lost node1']);
  expect(happens({ consulAnswers: false }, {})).toEqual(['consul.back node1']);
});

describe('what is refused', () => {
  const refusing = (part: string, ...names: string[]) => ({
    nodes: ['node1', 'node2', 'node3'].map((name) =>
      node(name, { quarantines: names.includes(name) ? [{ app: APP, part, error: 'no' }] : [] }),
    ),
  });

  it('is told of each node', () => {
    expect(happens({}, refusing('caddy', 'node1', 'node2'))).toEqual([
      `quarantine.begun ${APP} node1`,
      `quarantine.begun ${APP} node2`,
    ]);
    expect(happens(refusing('caddy', 'node1', 'node2'), refusing('caddy', 'node2'))).toEqual([
      `quarantine.ended ${APP} node1`,
    ]);
  });

  it.each(['record', 'swarm'])('is told once for all nodes where it is a %s that cannot be read', (part) => {
    expect(happens({}, refusing(part, 'node1'))).toEqual([`quarantine.begun ${APP}`]);
    expect(happens(refusing(part, 'node1'), refusing(part, 'node1', 'node2', 'node3'))).toEqual([]);
    expect(happens(refusing(part, 'node1', 'node2'), refusing(part, 'node2'))).toEqual([]);
    expect(happens(refusing(part, 'node2'), {})).toEqual([`quarantine.ended ${APP}`]);
  });

  it('has not ended on a node that has just come to be known', () => {
    const unknown = { nodes: [node('node1'), node('node2', { generation: undefined }), node('node3')] };
    expect(happens(unknown, refusing('caddy', 'node2'))).toEqual([]);
  });
});

describe('a replica', () => {
  const replica = (state: Replica['state'], more: Partial<Replica> = {}): { replicas: Replica[] } => ({
    replicas: [{ app: APP, volume: 'v', master: 'node1', slave: 'node2', text: 'oh', state, ...more }],
  });

  it.each<[Replica['state'] | undefined, Replica['state'], string[]]>([
    ['well', 'well', []],
    ['well', 'failed', ['replication.failed']],
    ['well', 'late', ['replication.late']],
    ['failed', 'late', ['replication.late']],
    ['late', 'late', []],
    ['late', 'well', ['replication.well']],
    ['late', 'unknown', []],
    [undefined, 'well', []],
    [undefined, 'failed', ['replication.failed']],
  ])('that was %s and is %s', (before, after, kinds) => {
    const found = happens(before ? replica(before) : {}, replica(after));
    expect(found).toEqual(kinds.map((kind) => `${kind} ${APP} node1`));
  });

  it('is as it was while its master does not tell', () => {
    const late = picture(replica('late'));
    const between = carriedOver(late, picture(replica('unknown')));
    expect(diff(between, picture(replica('late')))).toEqual([]);
    expect(diff(between, picture(replica('well')))).toMatchObject([{ kind: 'replication.well' }]);
  });

  it('to another slave is another one', () => {
    expect(happens(replica('late'), replica('well', { slave: 'node3' }))).toEqual([]);
  });
});

it('data that has diverged is told once', () => {
  const keeping = (...diverged: string[]) => ({
    nodes: [node('node1', { volumes: [{ app: APP, volume: 'v', diverged }] })],
  });
  expect(happens(keeping(), keeping('v@1@+diverged'))).toEqual([`data.diverged ${APP} node1`]);
  expect(happens(keeping('v@1@+diverged'), keeping('v@1@+diverged'))).toEqual([]);
});
