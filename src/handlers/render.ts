import { SWARM_PREFIX } from '../app/keys.ts';
import { CoveyError } from '../errors.ts';
import type { RenderReply } from '../generated/covey/v1/RenderReply.ts';
import type { RenderRequest__Output } from '../generated/covey/v1/RenderRequest.ts';
import type { Quarantined } from '../proxy/served.ts';
import { difference, type Texts } from '../proxy/texts.ts';
import type { Handler } from '../rpc/handler.ts';
import type { Deps } from './deps.ts';
import { loadRecords } from './records.ts';

/** What this node's proxies would have by the records, what they have, and what was refused; of one app or swarm key, or of all. */
export type ShowProxies = (
  app: string | undefined,
) => Promise<{ wanted: Texts; live: Texts; refused: readonly Quarantined[] }>;

/** Asks the node that is meant: it alone knows its settings, and what is live there. */
export function render(
  deps: Pick<Deps, 'node' | 'kv' | 'nodes'>,
): Handler<RenderRequest__Output, RenderReply> {
  return async (request, { signal }) => {
    // what a swarm key brings is the same on every node
    const hasMaster = request.app !== '' && !request.app.startsWith(SWARM_PREFIX);
    const node = request.node || (hasMaster ? await masterOf(request.app, deps, signal) : deps.node);
    return await deps.nodes.render(node, { ...request, node }, signal);
  };
}

async function masterOf(app: string, { kv }: Pick<Deps, 'kv'>, signal: AbortSignal): Promise<string> {
  const { readable, unreadable } = await loadRecords(kv, signal);
  const found = readable.find(({ name }) => name === app);
  if (found !== undefined) return found.record.master;
  if (unreadable.some(({ name }) => name === app)) {
    const hint = 'Name a node: --node.';
    throw new CoveyError('invalid', `The record of ${app} cannot be read, so its master is not known.`, {
      hint,
    });
  }
  throw new CoveyError('not-found', `There is no app ${app}.`, { hint: 'covey apps lists them.' });
}

/** Answers for this node. */
export function renderHere(deps: {
  node: string;
  show: ShowProxies;
}): Handler<RenderRequest__Output, RenderReply> {
  return async ({ app, diff }) => {
    const { wanted, live, refused } = await deps.show(app === '' ? undefined : app);
    const names = Object.keys(wanted) as (keyof Texts)[];
    const all = names.map((name) => ({
      name,
      text: diff ? difference(name, live[name], wanted[name]) : wanted[name],
    }));
    const files = diff ? all.filter(({ text }) => text !== '') : all;
    return {
      node: deps.node,
      files,
      differs: diff && (files.length > 0 || refused.length > 0),
      refused: refused.map((each) => ({ ...each })),
    };
  };
}
