import { hasOwnPorts } from '../app/ports.ts';
import type { AppRecord } from '../app/record.ts';
import { upstreamsOf } from '../app/sites.ts';
import type { Survey } from './results.ts';
import type { Steps } from './step-list.ts';
import type { Step } from './steps.ts';

/** An app that is about to be stopped. */
interface Cutover {
  project: string;
  /** What runs, and what runs after it: the same where the release stays. */
  old: AppRecord;
  next: AppRecord;
  /** What the node has where it runs, and the one where it will. */
  survey: Survey;
  nextSurvey: Survey;
  inMaintenance: boolean;
}

/**
 * Before the stop: requests wait, where they would be answered both before and after, then those under way come to their end.
 * What the next master needs to take them has to be there before.
 */
export function addHold(steps: Steps, cutover: Cutover): void {
  if (!canHold(cutover)) return;
  const { project, old, next } = cutover;
  const { master: from } = old;
  const { master: to } = next;
  steps.add(from, `let its requests wait${from === to ? '' : `, on ${to}`}`, { kind: 'hold', to });
  steps.add(from, 'wait for the requests under way', {
    kind: 'drain',
    project,
    sites: upstreamsOf(old),
    ...(old.volumes.length > 0 && { flush: true }),
  });
}

function canHold({ old, next, survey, nextSurvey, inMaintenance }: Cutover): boolean {
  const hasSite = ({ caddyfile }: AppRecord) => caddyfile.trim() !== '';
  // Where only one of the two has a site, its visitors would wait for nothing.
  const isServed =
    hasSite(old) === hasSite(next) &&
    (hasSite(old) || [old, next].every(({ haproxy }) => hasOwnPorts(haproxy)));
  return isServed && survey.running && !inMaintenance && survey.holds && nextSurvey.holds;
}

/**
 * Whether requests wait on another node than the one that served them. Then they need not wait for the undo of its other steps: none of
 * those changes data. Where the app stays they must, since a snapshot that is put back later would take what visitors have written.
 */
export function waitElsewhere({ node, action }: Step): boolean {
  return action.kind === 'hold' && action.to !== node;
}
