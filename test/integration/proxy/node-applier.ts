import { join } from 'node:path';
import { createLogger } from '../../../src/logger.ts';
import { createApplier } from '../../../src/proxy/applier.ts';
import { asidesIn } from '../../../src/proxy/cutover/asides.ts';
import { goodPartsIn } from '../../../src/proxy/good-parts.ts';
import type { Node } from './support.ts';

/** What applies views on a node of several, each with good parts of its own below `state`. */
export const nodeApplier = (
  name: string,
  { caddy, haproxy, run }: Pick<Node, 'caddy' | 'haproxy' | 'run'>,
  state: string,
  more: Partial<Parameters<typeof createApplier>[0]> = {},
) =>
  createApplier({
    ...{ node: name, caddy, haproxy, settings: { internalCa: true }, asides: asidesIn(run) },
    goodParts: goodPartsIn(join(state, name), createLogger({ level: 'silent' })),
    ...more,
  });
