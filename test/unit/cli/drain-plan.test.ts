import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planDrain } from '../../../src/cli/drain-plan.ts';

const app = (name: string, master: string, slave = '', error = '', on: string[] = []) => ({
  ...{ name, repo: `https://git.example.com/${name}`, branch: 'master', master, slave, error },
  balanced: on.map((node) => ({ node })),
});
type AnApp = ReturnType<typeof app>;
const node = (name: string, masters = 0, slaves = 0, state = 'alive', version = '1') => ({
  ...{ name, masters, slaves, state, version },
});
const three = [node('n1', 5), node('n2', 2), node('n3', 1)];

const plan = (apps: AnApp[], nodes = three, more: { to?: string; replicas?: boolean } = {}) =>
  planDrain({ node: 'n1', to: '', replicas: false, ...more }, { apps, nodes });
/** "app: master/slave" after it. */
const places = (...args: Parameters<typeof plan>) =>
  plan(...args).moves.map(({ app: name, to }) => `${name}: ${to.master}/${to.slave}`);

describe('the apps of a node', () => {
  it.each<[string, AnApp, string]>([
    ['go to their slave, and leave the replica behind', app('a', 'n1', 'n2'), 'a: n2/n1'],
    ['go to the node with the fewest where they have none', app('a', 'n1'), 'a: n3/'],
    ['and where it is dead, whose place the node takes', app('a', 'n1', 'n4'), 'a: n3/n1'],
  ])('%s', (_, given, place) => {
    const nodes = [...three, node('n4', 0, 0, 'failed')];
    expect(places([given], nodes)).toEqual([place]);
    expect(plan([given], nodes).moves).toMatchObject([
      { repo: given.repo, branch: 'master', from: { master: 'n1', slave: given.slave } },
    ]);
  });

  it('go to the node that is named where they have no living slave', () => {
    const apps = [app('a', 'n1'), app('b', 'n1', 'n3')];
    expect(places(apps, three, { to: 'n2' })).toEqual(['a: n2/', 'b: n3/n1']);
  });

  it('are spread over the others, by name, with those that go to their slaves counted first', () => {
    const apps = ['a', 'b', 'c', 'd'].map((name) => app(name, 'n1')).concat(app('z', 'n1', 'n3'));
    expect(places(apps)).toEqual(['a: n2/', 'b: n3/', 'c: n2/', 'd: n3/', 'z: n3/n1']);
  });

  it('are not given to a node whose peer does not answer, unless it has their replica', () => {
    const nodes = [...three, node('n4', 0, 0, 'alive', '')];
    expect(places([app('a', 'n1'), app('b', 'n1', 'n4')], nodes)).toEqual(['a: n3/', 'b: n4/n1']);
  });
});

describe('the replicas of a node', () => {
  const apps = [app('a', 'n2', 'n1'), app('b', 'n1', 'n2'), app('c', 'n2', 'n3'), app('d', 'n1')];

  it('stay, and their apps are named', () => {
    expect(plan(apps)).toMatchObject({ moves: [{ app: 'b' }, { app: 'd' }], replicas: ['a'] });
  });

  it('go to other nodes where it is to leave, those of apps that leave it too', () => {
    expect(places(apps, three, { replicas: true })).toEqual(['a: n2/n3', 'b: n2/n3', 'd: n3/']);
    expect(plan(apps, three, { replicas: true }).replicas).toEqual([]);
  });

  it('end where there is no other node', () => {
    expect(places(apps.slice(0, 2), three.slice(0, 2), { replicas: true })).toEqual(['a: n2/', 'b: n2/']);
  });
});

it('services that run there as on other nodes are named, and moved by nothing', () => {
  const apps = [app('c', 'n1', '', '', ['n1', 'n2']), app('b', 'n2', '', '', ['n2', 'n3'])];
  const further = app('a', 'n2', '', '', ['n2', 'n1']);
  const { moves, services } = plan([...apps, further], three, { replicas: true });
  expect(moves.map((move) => move.app)).toEqual(['c']);
  expect(services).toEqual(['a', 'c']);
});

it('an app whose record cannot be read is named', () => {
  expect(plan([app('a', '', '', 'not JSON')])).toEqual({
    ...{ moves: [], replicas: [], services: [], unreadable: [{ app: 'a', error: 'not JSON' }] },
  });
});

describe('is refused:', () => {
  const dead = [node('n1', 1, 0, 'failed'), node('n2')];
  it.each<[string, Parameters<typeof plan>, object]>([
    ['a node that is none', [[], []], { code: 'not-found', message: 'There is no node n1.' }],
    ['one that is dead', [[], dead], { code: 'refused', message: 'n1 is not alive: Consul says "failed".' }],
    [
      'a target that is dead',
      [[], [node('n1'), node('n2', 0, 0, 'left')], { to: 'n2' }],
      {
        code: 'refused',
        message: 'n2 is not alive: Consul says "left".',
        hint: 'Name another node, or none.',
      },
    ],
    [
      'itself as the target',
      [[], three, { to: 'n1' }],
      { code: 'invalid', message: 'n1 cannot be emptied to itself.' },
    ],
    [
      'the only node',
      [[app('a', 'n1')], [node('n1')]],
      { code: 'refused', message: 'No other node is there to run the apps.' },
    ],
  ])('%s', (_, args, error) => {
    expect(() => plan(...args)).toThrow(expect.objectContaining(error));
  });
});

it('whatever there is, nothing stays on the node, nobody is both master and slave, and who is dead gets nothing', () => {
  const names = ['n1', 'n2', 'n3', 'n4'];
  const anApp = fc.record({ master: fc.constantFrom(...names), slave: fc.constantFrom('', ...names) });
  const states = fc.array(fc.constantFrom('alive', 'failed'), { minLength: 2, maxLength: 2 });
  fc.assert(
    fc.property(
      fc.array(anApp, { maxLength: 30 }),
      states,
      fc.boolean(),
      (given, [third, fourth], replicas) => {
        const apps = given
          .filter(({ master, slave }) => master !== slave)
          .map(({ master, slave }, index) => app(`a${String(index).padStart(2, '0')}`, master, slave));
        const nodes = [node('n1'), node('n2'), node('n3', 0, 0, third), node('n4', 0, 0, fourth)];
        const { moves, replicas: kept } = plan(apps, nodes, { replicas });
        const alive = nodes.filter(({ state }) => state === 'alive').map(({ name }) => name);
        for (const { from, to } of moves) {
          expect(to.master).not.toBe('n1');
          expect(to.master).not.toBe(to.slave);
          if (from.master === 'n1') expect(alive).toContain(to.master);
          else expect(to.master).toBe(from.master);
          expect(['', ...alive]).toContain(to.slave);
          if (replicas) expect(to.slave).not.toBe('n1');
          else expect(to.slave).toBe(from.slave === '' ? '' : 'n1');
        }
        const touched = apps.filter(({ master, slave }) => master === 'n1' || slave === 'n1');
        expect([...moves.map((move) => move.app), ...kept].sort()).toEqual(touched.map(({ name }) => name));
      },
    ),
  );
});
