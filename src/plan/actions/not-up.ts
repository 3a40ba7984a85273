import type { Container, Engine } from '../../docker/engine.ts';
import { CoveyError } from '../../errors.ts';

/** What is not up yet; with the port, where it runs and does not answer there. */
export interface Wait {
  container: string;
  port?: number;
}

export const hasEnded = ({ state }: Container): boolean => state === 'exited' || state === 'dead';

/** Of a container that will not come up. `isAsked`: a site sends requests there. */
export async function broke(
  engine: Pick<Engine, 'logs'>,
  container: Container,
  { isAsked, signal }: { isAsked: boolean; signal: AbortSignal },
): Promise<CoveyError> {
  const { id, name, exitCode, restarts } = container;
  const said = await engine.logs(id, { lines: 10, signal });
  const how = hasEnded(container)
    ? `exited with ${exitCode}`
    : `ends again and again (Docker restarted it ${restarts} times)`;
  const why =
    hasEnded(container) && exitCode === 0 && isAsked
      ? 'A site sends requests there, so it has to go on running. '
      : '';
  return new CoveyError('failed', `${name} ${how}. It said last: ${said.trim() || 'nothing'}`, {
    hint: `${why}Correct the release and deploy again.`,
  });
}

/** Of a release that is not up `after` so many milliseconds. `isEarly`: it hangs while requests wait. */
export function tooLate(
  names: string,
  silent: Wait | undefined,
  { after, isEarly }: { after: number; isEarly: boolean },
): CoveyError {
  const seconds = isEarly ? Math.round(after / 1000) : after / 1000;
  if (silent === undefined) {
    return new CoveyError('failed', `${names} did not become healthy within ${seconds} s.`, {
      hint: 'Look at its healthcheck and its log.',
    });
  }
  const look =
    'Its site sends requests there. Look at its log, at the port in CADDYFILE, and whether it listens on all of its addresses.';
  const { container, port } = silent;
  if (isEarly) {
    return new CoveyError(
      'failed',
      `${container} did not answer on port ${port} within ${seconds} s, and does nothing, while requests wait.`,
      {
        hint: `${look} If it does come up, but waits for something first: give it a healthcheck, or let requests wait longer (cutover.hold).`,
      },
    );
  }
  return new CoveyError('failed', `${container} did not answer on port ${port} within ${seconds} s.`, {
    hint: look,
  });
}
