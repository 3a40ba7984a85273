import type { Members } from '../consul/members.ts';
import type { Engine } from '../docker/engine.ts';
import type { Membership } from '../handlers/membership.ts';
import type { Logger } from '../logger.ts';
import type { NodeGossip } from './gossip.ts';

/**
 * How a node goes. Docker would start a Consul that has left again, and that would come back: so its container is told to stay
 * stopped before, and goes afterwards. Its volume stays; `docker compose up -d` makes the container anew.
 */
export function createMembership(deps: {
  members: Pick<Members, 'leave' | 'expel'>;
  engine: Pick<Engine, 'container' | 'setRestartPolicy' | 'removeContainer'>;
  gossip: Pick<NodeGossip, 'leave'>;
  /** Name of Consul's container. */
  container: string;
  logger: Logger;
}): Membership {
  const { members, engine, gossip, container, logger } = deps;

  return {
    leave: async (signal) => {
      // Where Consul does not run in Docker, whoever starts it there sees that it ended well.
      const consul = await engine.container(container, { signal });
      if (consul) await engine.setRestartPolicy(consul.id, 'no', { signal });
      try {
        await members.leave();
      } catch (thrown) {
        if (consul) await engine.setRestartPolicy(consul.id, 'unless-stopped');
        throw thrown;
      }
      gossip.leave();
      logger.warn('This node has left the cluster: docker compose down stops what is left of it');
      if (consul) await engine.removeContainer(consul.id, { force: true });
    },
    remove: (node, options) => members.expel(node, options),
  };
}
