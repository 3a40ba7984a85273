import { projectOf } from '../app/identity.ts';
import type { Container } from '../docker/containers.ts';
import type { Engine } from '../docker/engine.ts';
import { CoveyError } from '../errors.ts';

/** Containers of an app: all, those of a service, or the one of a name. */
export interface Wanted {
  app: string;
  service: string;
  container: string;
}

/** Whether a container of the app is one of those that are meant. */
export function isWanted({ service, container }: Wanted, { service: its, name }: Container): boolean {
  return (service === '' || its === service) && (container === '' || name === container);
}

/**
 * Those of them that are on this node, in any state, by name.
 * @throws CoveyError `not-found`, with what there is instead
 */
export async function containersOf(
  { node, engine }: { node: string; engine: Pick<Engine, 'containers'> },
  wanted: Wanted,
  signal: AbortSignal,
): Promise<Container[]> {
  const { app, service, container } = wanted;
  const all = await engine.containers({ project: projectOf(app), signal });
  if (all.length === 0) {
    throw new CoveyError('not-found', `${app} has no container on ${node}.`, {
      hint: `covey app ${app} tells what is wrong with it.`,
    });
  }
  const services = [...new Set(all.map((one) => one.service))];
  if (service !== '' && !services.includes(service)) {
    throw new CoveyError('not-found', `${app} has no container of a service ${service}.`, {
      hint: `Its services are: ${services.join(', ')}.`,
    });
  }
  const found = all.filter((one) => isWanted(wanted, one));
  if (found.length > 0) return found;
  throw new CoveyError('not-found', `${app} has no container ${container} on ${node}.`, {
    hint: `Its containers are: ${all.map(({ name }) => name).join(', ')}.`,
  });
}
