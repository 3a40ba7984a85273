import { Command } from 'commander';
import { asCoveyError } from '../errors.ts';
import { clusterMethods } from '../rpc/proto.ts';
import { assertAnswerable, confirmed } from './confirm.ts';
import { type DrainPlan, type Move, planDrain, servicesOn } from './drain-plan.ts';
import { problems } from './exit.ts';
import { plain, print, printJson, table } from './output.ts';
import { follow } from './progress.ts';
import { type Session, withPeer } from './session.ts';

interface Options {
  to?: string;
  replicas?: boolean;
  sameCommit?: boolean;
  wait?: boolean;
  plan?: boolean;
  yes?: boolean;
}

/** What became of it; with `--json` as it is. */
interface Drained {
  node: string;
  moves: Omit<Move, 'repo' | 'branch'>[];
  /** Apps that keep their replica on the node. */
  replicas: string[];
  /** Apps that have services there as on other nodes, by the label covey.nodes. */
  services: string[];
  /** Apps that have gone from it. */
  moved: string[];
  failed: { app: string; code: string; message: string }[];
}

const help = `
An app goes to its slave, if that is alive; else to the node of --to, or to the one that runs the fewest apps. Each is moved as by
covey move, with the newest commit of its branch, or with --same-commit the one that runs. One goes after the other; where one fails,
the others are moved all the same. Given again, the command goes on with what is left.

To reboot a node: the node keeps the replicas, also those of the apps that went to their slaves, and gets what is missing when it is
back. For a node that leaves for good: with --replicas other nodes keep them, or nobody where there is no other one.

Services that run on several nodes, by the label covey.nodes, stay where the label names the node: the plan and the end say of which apps.

Examples:
  covey drain node1 --plan
  covey drain node1 --same-commit
  covey drain node1 --replicas --yes`;

/** `covey drain`: moves all apps off a node, each by an operation of its own; exits with 1 where one is still there. */
export function drain(): Command {
  return new Command('drain')
    .description('move all apps off a node, one after the other')
    .argument('<node>', 'node that is to run no app')
    .option('--to <node>', 'node for the apps that have no living slave')
    .option('--replicas', 'it is to keep no replica either')
    .option('--same-commit', 'take the commits that run, whatever the branches have by now')
    .option('--wait', "queue behind whoever holds an app's lock")
    .option('--plan', 'only print what goes where')
    .option('--yes', 'do not ask')
    .addHelpText('after', help)
    .action(async (node: string, options: Options, command: Command) => {
      const { to = '', replicas = false, plan: planOnly = false, yes = false } = options;
      assertAnswerable({ plan: planOnly, yes });
      await withPeer(command, async (session) => {
        const { connection, signal, json } = session;
        const [{ apps }, { nodes }] = await Promise.all([
          connection.call(clusterMethods.Apps, {}, { signal }),
          connection.call(clusterMethods.Nodes, {}, { signal }),
        ]);
        const plan = planDrain({ node, to, replicas }, { apps, nodes });
        const drained = begun(node, plan);
        const ends = planOnly || plan.moves.length === 0;
        if (!json) print(planText(drained));
        else if (ends || !yes) printJson(drained);
        if (drained.failed.length > 0) process.exitCode = problems;
        if (ends || (!yes && !(await confirmed('Move them?', session)))) return;
        try {
          for (const move of plan.moves) await moveOne(move, drained, options, session);
          // The old master of an app that runs on several nodes may be one of them from now on.
          drained.services = servicesOn(
            node,
            (await connection.call(clusterMethods.Apps, {}, { signal })).apps,
          );
        } finally {
          if (drained.failed.length > 0) process.exitCode = problems;
          if (json) printJson(drained);
          else print(resultText(drained));
        }
      });
    });
}

function begun(node: string, { moves, replicas, services, unreadable }: DrainPlan): Drained {
  return {
    node,
    moves: moves.map(({ app, from, to }) => ({ app, from, to })),
    replicas,
    services,
    moved: [],
    failed: unreadable.map(({ app, error }) => ({ app, code: 'invalid', message: error })),
  };
}

/** A failure is put down, and the next one's turn comes; only an interrupt ends it all. */
async function moveOne(move: Move, drained: Drained, options: Options, session: Session): Promise<void> {
  const { app, repo, branch, to } = move;
  const { connection, signal, json } = session;
  const { wait = false, sameCommit = false } = options;
  if (!json) print(`\n${app}: ${changeOf(move)}`);
  try {
    if (await isThere(move, drained.node, session)) {
      const request = { repo, branch, master: to.master, slave: to.slave, wait, sameCommit };
      await follow(connection.stream(clusterMethods.Deploy, request, { signal }), json);
    }
    drained.moved.push(app);
  } catch (thrown) {
    signal.throwIfAborted();
    const { code, message } = asCoveyError(thrown);
    drained.failed.push({ app, code, message });
    if (!json) print(`${app}: ${plain(message)}`);
  }
}

/** Whether the node still has the app: the ones before may have taken hours, and somebody else may have moved it. */
async function isThere({ app, from }: Move, node: string, { connection, signal }: Session): Promise<boolean> {
  const { apps } = await connection.call(clusterMethods.Apps, {}, { signal });
  const role = from.master === node ? 'master' : 'slave';
  return apps.some((each) => each.name === app && each[role] === node);
}

/** What goes where, then what stays, and what is not known. */
function planText({ node, moves, replicas, services, failed }: Drained): string {
  const rows = moves.map(({ app, from, to }) => [
    app,
    arrow(from.master, to.master),
    arrow(from.slave, to.slave),
  ]);
  return [
    table(['APP', 'MASTER', 'SLAVE'], rows, `Nothing is to be moved off ${node}.`),
    ...(replicas.length === 0 ? [] : [`${node} keeps the replicas of: ${replicas.join(', ')}`]),
    ...(services.length === 0
      ? []
      : [
          `${node} runs services, by covey.nodes, of: ${services.join(', ')}`,
          `They stay as long as that label names ${node}.`,
        ]),
    ...failed.map(({ app, message }) => `not known: ${app}: ${plain(message)}`),
  ].join('\n');
}

function resultText({ node, moves, services, moved, failed }: Drained): string {
  const counted = `\n${moved.length} of ${moves.length} apps have gone from ${node}.`;
  const stay = [
    `${node} is not empty: it runs services, by covey.nodes, of: ${services.join(', ')}`,
    'They leave with the machine, or with the next deploy once that label names it no more.',
  ];
  return [
    counted,
    ...failed.map(({ app, message }) => `  ${app}: ${plain(message)}`),
    ...(services.length === 0 ? [] : stay),
  ].join('\n');
}

const changeOf = ({ from, to }: Move): string =>
  from.master === to.master ? `replica ${arrow(from.slave, to.slave)}` : arrow(from.master, to.master);

const arrow = (from: string, to: string): string =>
  from === to ? from || '-' : `${from || '-'} -> ${to || '-'}`;
