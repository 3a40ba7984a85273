import type { Container } from './containers.ts';

/** What of a container says when it may stop. */
export type Stoppable = Pick<Container, 'id' | 'service' | 'dependsOn' | 'oneOff'>;

/**
 * Whom each container waits for before it is stopped: those that need it, by id. What needs each other in a circle waits for
 * nobody of it, and a service that is not there is nobody's need. A one-off run goes before all that it may be using, its own
 * service too.
 */
export function stopOrder(containers: readonly Stoppable[]): Map<string, readonly string[]> {
  const needs = new Map(containers.map((one) => [one.id, neededBy(one, containers)]));
  const waits = (id: string) => containers.map((one) => one.id).filter((other) => needs.get(other)?.has(id));
  return new Map(
    containers.map(({ id }) => {
      const reached = reachedFrom(id, needs);
      return [id, waits(id).filter((other) => !reached.has(other))];
    }),
  );
}

function neededBy(one: Stoppable, containers: readonly Stoppable[]): Set<string> {
  const services = one.oneOff ? [...one.dependsOn, one.service] : one.dependsOn;
  const needed = containers.filter(({ service, oneOff }) => !oneOff && services.includes(service));
  return new Set(needed.map(({ id }) => id));
}

/** All that it needs, and what that needs. */
function reachedFrom(id: string, needs: ReadonlyMap<string, ReadonlySet<string>>): Set<string> {
  const reached = new Set<string>();
  const open = [...(needs.get(id) ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (reached.has(next)) continue;
    reached.add(next);
    open.push(...(needs.get(next) ?? []));
  }
  return reached;
}
