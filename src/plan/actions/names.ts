import type { Container } from '../../docker/containers.ts';
import type { Engine } from '../../docker/engine.ts';

/** The name that a container has as the only one of its service: compose numbers those that it makes beside others. */
export function firstName({ name, number }: Pick<Container, 'name' | 'number'>): string {
  return isNumbered({ name, number }) ? `${name.slice(0, -`${number}`.length)}1` : name;
}

/**
 * Gives the containers of a project that are alone in their service the first one's name, which routes and people know. One that came
 * beside another keeps its number, and compose names by that whatever it makes in its place.
 */
export async function settleNames(
  engine: Pick<Engine, 'containers' | 'renameContainer'>,
  project: string,
  signal: AbortSignal,
): Promise<void> {
  const containers = await engine.containers({ project, signal });
  for (const container of containers) {
    const name = firstName(container);
    // Those of `docker compose run` have names of another kind, and several of a service have one each.
    const others = containers.filter((each) => each !== container && each.service === container.service);
    const isAlone = !others.some((other) => other.name === name || isNumbered(other));
    if (isAlone && name !== container.name) await engine.renameContainer(container.id, name, { signal });
  }
}

/** `shop-web-2`, or `shop_web_2`. */
function isNumbered({ name, number }: Pick<Container, 'name' | 'number'>): boolean {
  return number > 0 && (name.endsWith(`-${number}`) || name.endsWith(`_${number}`));
}
