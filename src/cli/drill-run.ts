import { setTimeout as pause } from 'node:timers/promises';
import { startLoad } from '../drill/load.ts';
import type { Lane } from '../drill/look.ts';
import { newRecorder } from '../drill/report.ts';
import { asCoveyError, CoveyError } from '../errors.ts';
import type { App__Output as App } from '../generated/covey/v1/App.ts';
import type { Progress__Output as Progress } from '../generated/covey/v1/Progress.ts';
import { clusterMethods } from '../rpc/proto.ts';
import type { Drill, Phase } from './drill-plan.ts';
import { print } from './output.ts';
import { follow } from './progress.ts';
import { recorded } from './recorded.ts';
import type { Session } from './session.ts';

/** How long the load goes on after an operation, in milliseconds: what goes wrong just after it belongs to it. */
const AFTER = 1_000;

/**
 * Does all phases under load, and fills in what became of them. One that fails is the last.
 * @returns why it ended early, if it did
 */
export async function runDrill(
  drill: Drill,
  { app, lanes, session }: { app: App; lanes: readonly Lane[]; session: Session },
): Promise<CoveyError | undefined> {
  const { signal, json } = session;
  const { phases, rate } = drill;
  const recorder = newRecorder(drill.nodes.map(({ node }) => node));
  const load = startLoad({ lanes, rate, onSample: recorder.add }, 'redeploy');
  let failure: CoveyError | undefined;
  try {
    await load.underWay(signal);
    for (const phase of phases) {
      load.mark(phase.phase);
      if (!json) print(`\n${app.name}: ${phase.phase === 'redeploy' ? 'again on' : 'to'} ${phase.master}`);
      await runPhase(phase, app, session);
      await pause(AFTER, undefined, { signal }); // time itself is meant: see AFTER
    }
  } catch (thrown) {
    failure = asCoveyError(signal.aborted ? signal.reason : thrown);
  } finally {
    await load.stop({ drop: signal.aborted });
  }
  for (const phase of phases) Object.assign(phase, recorder.summary(phase.phase));
  Object.assign(drill, {
    ...{ all: recorder.summary(), nodes: recorder.nodes(), failures: recorder.failures() },
  });
  return failure;
}

async function runPhase(phase: Phase, app: App, session: Session): Promise<void> {
  const begun = performance.now();
  phase.state = 'failed';
  try {
    // What the drill itself has begun it also ends, whoever else has got hold of the app in between.
    phase.sentBytes = await deploy(app, phase, phase.phase !== 'redeploy', session);
    phase.state = 'done';
  } finally {
    phase.operationMs = Math.round(performance.now() - begun);
  }
}

/** A deploy of the commit that runs; how much of volumes went from node to node. */
async function deploy(
  { repo, branch }: App,
  { master, slave }: Pick<App, 'master' | 'slave'>,
  wait: boolean,
  { connection, signal, json }: Session,
): Promise<number> {
  const request = { repo, branch, master, slave, wait, sameCommit: true };
  let sent = 0;
  const heard = async function* (stream: AsyncIterable<Progress>) {
    for await (const progress of stream) {
      sent = progress.outcome?.sentBytes ?? sent;
      yield progress;
    }
  };
  await follow(heard(connection.stream(clusterMethods.Deploy, request, { signal })), json);
  return sent;
}

/**
 * After a drill that ended early: the app goes back to where it was, once, unless somebody gave the drill up.
 * @returns the failure, with how the app comes back where it may not be there
 */
export async function bringHome(
  { phases }: Drill,
  app: App,
  failure: CoveyError,
  session: Session,
): Promise<CoveyError> {
  const { name, master, slave } = app;
  if (!phases.some(({ phase, state }) => phase !== 'redeploy' && state !== 'planned')) return failure;
  const how = `covey move ${name} --to ${master} ${slave === '' ? '--no-slave' : `--slave ${slave}`} --same-commit`;
  // What is being undone now ends later than this command.
  if (session.signal.aborted)
    return advised(failure, `Unless covey app ${name} says that it is on ${master}: ${how}`);
  try {
    if ((await recorded(name, session)).master === master) return failure;
    if (!session.json) print(`\n${name}: back to ${master}`);
    await deploy(app, app, true, session);
    return failure;
  } catch (thrown) {
    return advised(
      failure,
      `${name} could not be brought back to ${master} (${asCoveyError(thrown).message}): ${how}`,
    );
  }
}

function advised({ code, message, hint }: CoveyError, advice: string): CoveyError {
  // Why the drill ended early.
  return new CoveyError(code, message, { hint: hint === undefined ? advice : `${hint} ${advice}` });
}
