import { expect } from 'vitest';
import * as lab from '../../lab/lab.ts';
import { arm, disarm } from './faulty.ts';
import { expectRoles } from './placement.ts';
import {
  composeFile,
  covey,
  deploy,
  destroy,
  eventually,
  must,
  NODES,
  type NodeName,
  on,
  type PublishedApp,
  publish,
  record,
  through,
} from './support.ts';

/** Who does what in a move: the app goes from `old` to `next`, and `third` coordinates it. */
export interface Roles {
  old: NodeName;
  next: NodeName;
  third: NodeName;
}

/** The steps of a move, in order, each at the node of its role. */
export const STEPS = [
  'fetch@old',
  'build@next',
  'check@next',
  'send-first@old',
  'create@next',
  'certificates@next',
  'hold@old',
  'drain@old',
  'stop@old',
  'send@old',
  'adopt@next',
  'register@old',
  'script@next',
  'start@next',
  'retain@next',
  'health@next',
  'register@next',
  'commit@third',
  'acknowledge@third',
  'clear@next',
  'clear@old',
] as const;
export type StepName = (typeof STEPS)[number];

/** Something that goes wrong, and how it is mended; neither lasts longer than it takes. */
interface Fault {
  strike(roles: Roles): Promise<unknown>;
  mend(roles: Roles): Promise<unknown>;
}

const peerDies = (role: keyof Roles): Fault => ({
  strike: (roles) => must(roles[role], 'docker', 'kill', 'covey-peer'),
  mend: (roles) => must(roles[role], 'docker', 'start', 'covey-peer'),
});
const machineDies = (role: keyof Roles): Fault => ({
  strike: (roles) => lab.kill(roles[role]),
  mend: (roles) => lab.start(roles[role]),
});

const STORE = '/var/lib/buttervolume';
const FILLER = `${STORE}/filler`;
let leader: NodeName | undefined;

export const FAULTS = {
  'the step fails': { strike: async () => undefined, mend: async () => undefined },
  'the coordinator dies': peerDies('third'),
  'the peer of the old master dies': peerDies('old'),
  'the peer of the new master dies': peerDies('next'),
  'the machine of the coordinator is off': machineDies('third'),
  'the machine of the old master is off': machineDies('old'),
  'the machine of the new master is off': machineDies('next'),
  'Consul loses its leader': {
    strike: async () => {
      leader = await leaderOf();
      await must(leader, 'docker', 'kill', 'covey-consul');
    },
    mend: async () => leader && must(leader, 'docker', 'start', 'covey-consul'),
  },
  'the two ends do not reach each other': {
    strike: ({ old, next }) => cut('-I', old, next),
    mend: ({ old, next }) => cut('-D', old, next),
  },
  'the disk of the new master is full': {
    strike: async ({ next }) => {
      // Down to the last pieces that can be had.
      const script = `for size in 1G 64M 4M 256K; do i=0; while fallocate -l $size ${FILLER}-$size-$i 2>/dev/null; do i=$((i+1)); done; done; sync -f ${STORE}`;
      await must(next, 'sh', '-c', script);
    },
    mend: ({ next }) => must(next, 'sh', '-c', `rm -f ${FILLER}*; sync -f ${STORE}`),
  },
} satisfies Record<string, Fault>;
export type FaultName = keyof typeof FAULTS;

/** The node whose Consul leads now. */
export async function leaderOf(): Promise<NodeName> {
  const said = await must('node3', 'curl', '-s', 'http://127.0.0.1:8500/v1/status/leader');
  for (const node of NODES) if (said.includes(`"${await lab.address(node)}:`)) return node;
  throw new Error(`no leader: ${said}`);
}

async function cut(how: '-I' | '-D', one: NodeName, other: NodeName): Promise<void> {
  const address = await lab.address(other);
  for (const [chain, side] of [
    ['PREROUTING', '-s'],
    ['POSTROUTING', '-d'],
  ] as const)
    await must(one, 'iptables', '-w', '-t', 'mangle', how, chain, side, address, '-j', 'DROP');
}

/** One app that is moved to and fro, with a visitor who writes all the time. */
export async function movingApp(repo: string) {
  const host = `${repo}.lab`;
  const app = await publish(repo, { compose: composeFile(host), files: { 'update.sh': 'exit 0\n' } });
  await destroy(app.http);
  await deploy('node3', app.http, '--master', 'node1', '--slave', 'node2', '--wait');
  let master: NodeName = 'node1';
  const acknowledged = new Set<string>();
  let written = 0;

  const command = ({ next, old }: Roles) => [
    ...['deploy', app.http, 'master', '--master', next, '--slave', old, '--update'],
  ];

  /** Writes notes through the third node until told to stop. */
  const writer = (through_: NodeName) => {
    let going = true;
    const ended = (async () => {
      while (going) {
        const text = `note${written++}`;
        const page = await through(through_, { host, path: '/notes', form: { text } }).catch(() => undefined);
        if (page?.status === 201) acknowledged.add(text);
        await new Promise((resolve) => setTimeout(resolve, 50)); // the pace of a visitor
      }
    })();
    return async () => {
      going = false;
      await ended;
    };
  };

  return {
    app,
    /** Moves the app while `fault` strikes as `step` begins; then nobody does anything but mend it. */
    async survive(step: StepName, fault: FaultName): Promise<void> {
      const roles: Roles = {
        old: master,
        next: master === 'node1' ? 'node2' : 'node1',
        third: 'node3',
      };
      const [kind, role] = step.split('@') as [string, keyof Roles];
      const { strike, mend } = FAULTS[fault];
      const blob = `${STORE}/volumes/${app.project}_data/blob`;
      await must(roles.old, 'dd', 'if=/dev/urandom', `of=${blob}`, 'bs=1M', 'count=8', 'status=none');
      const what = fault === 'the step fails' ? 'fail' : 'wait';
      const point = await arm(roles.third, `begin:${kind}@${roles[role]}`, what);
      const stopWriting = writer(roles.third);
      try {
        const moving = covey(roles.third, ...command(roles));
        try {
          await point.reached();
          await strike(roles);
        } finally {
          // A coordinator that is dead is not there to be released.
          await point.release().catch(() => undefined);
        }
        await moving;
      } finally {
        await mend(roles);
        await stopWriting();
        // A coordinator that was off still has what it was to wait for.
        await disarm(roles.third);
      }
      await settled(app);
      await expectWhole();
      await deploy(roles.third, app.http, ...command(roles).slice(3), '--wait');
      expect(await record(app.name)).toMatchObject({ master: roles.next, slave: roles.old });
      await expectWhole();
      master = roles.next;
    },
    end: async () => {
      for (const node of NODES) await disarm(node);
      await destroy(app.http);
    },
  };

  /** Runs on its master alone, with every note that a visitor was told is kept, and nothing is left anywhere else. */
  async function expectWhole(): Promise<void> {
    const page = await eventually(
      () => through('node3', { host, path: '/notes' }),
      ({ status }) => status === 200,
      120_000,
    );
    const kept = new Set(page.body.split('\n').map((line) => line.replace('text=', '')));
    expect([...acknowledged].filter((note) => !kept.has(note))).toEqual([]);
    await expectRoles(app);
  }
}

/** All peers answer, Consul has all members, nothing is left to undo or to finish, and nobody works on the app. */
async function settled(app: PublishedApp): Promise<void> {
  const isWhole = (node: NodeName) =>
    eventually(
      async () => `${(await covey(node, 'health')).exitCode} ${(await covey(node, 'nodes')).stdout}`,
      (said) => said.startsWith('0') && said.split(' alive ').length === NODES.length + 1,
      180_000,
    );
  await Promise.all(NODES.map(isWhole));
  await eventually(
    async () => {
      const get = (...args: string[]) => on('node3', ['consul', 'kv', 'get', ...args]);
      const [journal, lock] = await Promise.all([
        get(`covey/journal/${app.name}`),
        get('-detailed', `lock/app/${app.name}`),
      ]);
      return `${journal.stdout}${lock.stdout.includes('Session          -') || lock.stdout === '' ? '' : lock.stdout}`;
    },
    (left) => left === '',
    180_000,
  );
}
