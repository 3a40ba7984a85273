import { parseMoment } from '../app/moment.ts';
import type { Container } from '../docker/containers.ts';
import type { LogLine } from '../docker/log-lines.ts';
import { CoveyError } from '../errors.ts';
import type { LogsEvent } from '../generated/covey/v1/LogsEvent.ts';
import type { LogsRequest__Output } from '../generated/covey/v1/LogsRequest.ts';

const USUAL_TAIL = 100;
export const LONGEST_TAIL = 10_000;

/** What is asked for, as numbers. */
export interface LogBounds {
  tail: number;
  /** Microseconds since the epoch. */
  since: number | undefined;
}

/** @throws CoveyError `invalid` */
export function readBounds({ tail, since }: LogsRequest__Output): LogBounds {
  const lines = tail ?? (since === '' ? USUAL_TAIL : LONGEST_TAIL);
  if (lines < 0 || lines > LONGEST_TAIL) {
    throw new CoveyError('invalid', `tail is ${lines}, and has to be from 0 to ${LONGEST_TAIL}.`, {
      hint: 'Of what is older `docker logs` on the node tells, or where the logs are shipped to.',
    });
  }
  return { tail: lines, since: since === '' ? undefined : parseMoment(since, Date.now(), 'first') };
}

/** A line as the wire has it. */
export function eventOf(
  { name, service }: Container,
  { stream, time, line, partial }: LogLine,
): LogsEvent & { time: string } {
  return { container: name, service, stream: stream === 'stdout' ? 'STDOUT' : 'STDERR', time, line, partial };
}
