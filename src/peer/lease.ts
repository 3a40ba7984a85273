import type { Config } from '../config/schema.ts';
import type { Kv } from '../consul/kv.ts';
import type { Engine } from '../docker/engine.ts';
import type { StartAgain } from '../lease/enforcer.ts';
import { createKeeper, type Keeper } from '../lease/keeper.ts';
import { openLeaseFile } from '../lease/memory.ts';
import { createSigns, type Signs } from '../lease/signs.ts';
import { stoppingBy } from '../lease/stopping.ts';
import { bootId, sinceBoot, type Time, whileAwake } from '../lease/time.ts';
import type { Logger } from '../logger.ts';
import type { View } from '../proxy/view.ts';

/** What automatic takeover needs on both sides. */
export interface NodeLease {
  keeper: Keeper;
  /** What is seen of the others' leases, by the clock beside it. */
  signs: Signs;
  time: Time;
  /** From now on the records are known. `startOwn`: as at the boot; whether it is done, or not this node's any more. */
  follow(view: () => View | undefined, startOwn: StartAgain): void;
  /** The peer stops. Before the connection to Consul ends. */
  close(): Promise<void>;
}

/** Begins at once: what this node can't keep the lease of has to be stopped in time, whether Consul answers or not. */
export async function startLease(deps: {
  config: Pick<Config, 'node' | 'state'>;
  kv: Kv;
  engine: Engine;
  logger: Logger;
}): Promise<NodeLease> {
  const { config, kv, engine, logger } = deps;
  const { node } = config;
  const keeper = createKeeper({
    node,
    kv,
    stop: stoppingBy(engine, logger),
    file: await openLeaseFile(config.state, logger),
    boot: await bootId(),
    time: sinceBoot,
    logger,
  });
  const running = keeper.run();
  return {
    keeper,
    signs: createSigns(whileAwake.now),
    time: whileAwake,
    follow: (view, startOwn) => keeper.follow(() => ownApps(node, view()), startOwn),
    close: async () => {
      await keeper.close();
      await running;
    },
  };
}

/** The apps that others may take over from the node. Without a slave nobody does, so the price need not be paid. */
export function ownApps(node: string, view: View | undefined): string[] | undefined {
  return view?.apps.flatMap((app) => {
    if (!('record' in app)) return [];
    const { master, slave, takeover } = app.record;
    return master === node && slave !== null && takeover ? [app.name] : [];
  });
}
