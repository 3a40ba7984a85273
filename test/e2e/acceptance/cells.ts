import { expect } from 'vitest';
import type { RunResult } from '../../../lab/run.ts';
import { held, sign } from '../placement.ts';
import {
  composeFile,
  covey,
  deploy,
  destroy,
  must,
  NODES,
  type NodeName,
  type PublishedApp,
  publish,
  record,
  through,
} from '../support.ts';
import { mend, type Roles, strike } from './conditions.ts';
import { expectEverywhere, hostOf, type Wanted } from './look.ts';
import { type Case, type Condition, type Project, TRANSITIONS, type Transition, titleOf } from './table.ts';

/** Where an app is. */
type Place = Pick<Wanted, 'master' | 'slave'>;

/** What the caller is told: which step failed, for what reason, and what became of the app. */
const TOLD: Partial<Record<Condition, RegExp>> = {
  sendFails: /send a first copy to node\d.*operation not permitted.*Everything is as it was\./is,
  // It is seen before the app is stopped. One that fails afterwards, at `adopt`, is in the matrix of faults.
  restoreFails: /create the containers.*operation not permitted.*Everything is as it was\./is,
  nobodyWithGit: /No live node reaches the repository/,
};

/** One app of this kind, on which the cells of the table run, one after the other, in any choice of them. */
export async function acceptance(repo: string, project: Project) {
  const host = `${repo}.lab`;
  const withVolumes = composeFile(host);
  const compose = project === 'data' ? withVolumes : withoutVolumes(withVolumes);
  let releases = 0;
  const release = async () => {
    const text = `${repo} ${++releases}`;
    return { text, app: await publish(repo, { compose, release: text }) };
  };
  const { app } = await release();
  await mend();
  await destroy(app.http);

  /** Brings the app to where the transition begins, unless it is there. */
  async function begin(transition: Transition): Promise<void> {
    const now = await record(app.name);
    if (transition === 'new') {
      if (now) await destroy(app.http);
    } else if (!now?.slave) {
      const master = (now?.master ?? 'node1') as NodeName;
      const slave = NODES.find((node) => node !== master) ?? master;
      await deploy(master, app.http, '--master', master, '--slave', slave, '--wait');
    }
  }

  return {
    run: async (cell: Case): Promise<void> => {
      const { transition, condition, outcome } = cell;
      await begin(transition);
      const from = (await record(app.name)) as (Record<string, unknown> & Place) | undefined;
      const oldRelease = from && (await through('node1', { host, path: '/release' })).body.trim();
      const to = destination(transition, from);
      const roles: Roles = { current: from?.master, future: to.master };
      const next = await release();
      let result: RunResult;
      let before: Running | undefined;
      let notes: string | undefined;
      try {
        await strike(condition, app, roles);
        if (from && project === 'data') await sign(from.master, host, titleOf(cell));
        before = from && (await running(app, from.master, project));
        notes = project === 'data' ? (before?.notes ?? '') : undefined;
        const slave = to.slave ? ['--slave', to.slave] : [];
        const args = ['deploy', app.http, 'master', '--master', to.master, ...slave, '--wait'];
        result = await covey(bystander(roles), ...args);
      } finally {
        await mend();
      }
      if (outcome === 'deployed' || outcome === 'from a peer') {
        expect([result.exitCode, result.stderr]).toEqual([0, '']);
        const helped = `${to.master} does not reach the repository: takes the release from node`;
        expect(result.stdout.includes(helped)).toBe(outcome === 'from a peer');
        await expectEverywhere(app, { ...to, release: next.text, commit: next.app.commit, notes });
        if (from && from.master !== to.master && notes !== undefined)
          expect((await held(app, from.master)).snapshots).toBe(true);
        return;
      }
      expect(result.exitCode).not.toBe(0);
      expect(result.stderr).toMatch(TOLD[condition] ?? /^$/);
      if (outcome === 'refused') for (const node of NODES) expect(result.stderr).toContain(node);
      expect(await record(app.name)).toEqual(from);
      const commit = `${from?.commit}`;
      await expectEverywhere(app, from && { ...placeOf(from), release: oldRelease ?? '', commit, notes });
      if (before) expect(await running(app, before.node, project)).toEqual(before);
    },
    end: async () => {
      await mend();
      await destroy(app.http);
    },
  };
}

/** Where the app is asked to be. */
function destination(transition: Transition, from: Place | undefined): Place {
  if (transition === 'new') return { master: 'node1', slave: 'node2' };
  if (!from?.slave) throw new Error(`${TRANSITIONS[transition].title}: the app has no replica`);
  if (transition === 'again') return placeOf(from);
  if (transition === 'swap') return { master: from.slave, slave: from.master };
  const third = NODES.find((node) => node !== from.master && node !== from.slave);
  return { master: third ?? from.master, slave: null };
}

const placeOf = ({ master, slave }: Place): Place => ({ master, slave });

/** A node that neither runs the app nor is to run it: it is the one that is asked. */
const bystander = ({ current, future }: Roles): NodeName =>
  NODES.findLast((node) => node !== current && node !== future) ?? 'node3';

interface Running {
  node: NodeName;
  /** Ids and times of start: a container that was stopped and started again differs. */
  containers: string;
  notes: string | undefined;
}

async function running(app: PublishedApp, node: NodeName, project: Project): Promise<Running> {
  const ids = await must(node, 'docker', 'ps', '--quiet', '--filter', `name=${app.project}`);
  const format = '{{.Id}} {{.State.StartedAt}}';
  const containers = await must(node, 'docker', 'inspect', '--format', format, ...ids.trim().split('\n'));
  const page = await through(node, { host: hostOf(app), path: '/notes' });
  return { node, containers, notes: project === 'data' ? page.body : undefined };
}

function withoutVolumes(compose: string): string {
  return compose.replace(/ {4}volumes: .*\n/, '').replace(/volumes:\n {2}data:\n.*\n/, '');
}
