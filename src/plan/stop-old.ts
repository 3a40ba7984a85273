import { type AppRecord, deploymentOf } from '../app/record.ts';
import { MOST_ROUNDS } from '../volumes/transfer/rounds.ts';
import { addCutover } from './balanced.ts';
import { addCertificates } from './certificates.ts';
import { addCreate } from './created-before.ts';
import type { DeployInput } from './deploy-input.ts';
import { registerAction, type Steps } from './step-list.ts';
import type { ReleaseSources } from './steps.ts';

/** Stops the old release where it runs. Its data stays there, or goes to the new master: most of it before the stop. */
export function addStop(
  steps: Steps,
  input: DeployInput,
  old: AppRecord,
  moved: readonly string[],
): ReleaseSources['data'] {
  let kept = '';
  const { identity, record, survey, oldSurvey = survey } = input;
  const { name, project } = identity;
  const from = old.master;
  const to = record.master;
  const stop = {
    kind: 'stop',
    ...deploymentOf(input.root, name, project, old),
    images: oldSurvey.images,
    running: oldSurvey.running,
  } as const;
  const { inMaintenance } = input;
  const hold = () => addCutover(steps, input, { old, survey: oldSurvey, nextSurvey: survey, inMaintenance });
  if (from === to) {
    hold();
    steps.add(from, 'stop', stop);
    const all = [...new Set([...old.volumes, ...record.volumes])];
    if (all.length > 0)
      kept = steps.add(from, 'keep a snapshot of each volume', { kind: 'snapshot', volumes: all, project });
    return { from: kept, snapshots: {} };
  }
  const volumes = [...moved];
  const send = { kind: 'send', volumes, to, rounds: 1 } as const;
  let copy = '';
  if (moved.length > 0) {
    const first = { ...send, rounds: MOST_ROUNDS };
    copy = steps.add(from, `send a first copy to ${to}, while it runs`, first, 'first');
  }
  const isCreated = addCreate(steps, input, { volumes, from: copy });
  addCertificates(steps, { name, record, from });
  hold();
  steps.add(from, 'stop', stop);
  if (moved.length > 0) {
    kept = steps.add(from, `send the rest to ${to}`, send);
    const present = survey.volumes.filter((volume) => moved.includes(volume));
    const adopt = { kind: 'adopt', volumes, snapshots: {}, from: kept, present } as const;
    steps.add(to, 'put the volumes in place', { ...adopt, ...(isCreated && { project }) });
  }
  steps.add(from, 'deregister its checks', registerAction(name, undefined, old));
  return { from: kept, snapshots: {} };
}
