import { balancedState } from './balance.ts';
import { isExit } from './hold-ports.ts';

/**
 * The server state (`show servers state`) that the next HAProxy may start from: only servers that are still the same
 * in the new config. HAProxy itself would prefer a remembered port to a changed one in its config.
 * @param state version 1 of the format, as the runtime API prints it
 * @param config the text of haproxy.cfg that is about to be loaded
 */
export function keptServerState(state: string, config: string): string {
  const targets = serverTargets(config);
  const lines = state.split('\n').filter((line) => {
    const fields = line.split(' ');
    const [, backend, , server] = fields;
    // the version, and the comment that names the columns
    if (fields.length < 19) return line === '1' || line.startsWith('#');
    if (line.startsWith('#')) return true;
    // addresses are worth keeping only where a name stands for them
    return targets.get(`${backend}/${server}`) === `${fields[17]}:${fields[18]}`;
  });
  return `${[...lines, ...lentState(state, targets), ...balancedState(state, targets)].join('\n')}\n`;
}

/**
 * At a cutover a server stands in another section than before. It begins with the address that the same container's name had there:
 * until HAProxy has asked for it, who comes is turned away.
 */
function lentState(state: string, targets: ReadonlyMap<string, string>): string[] {
  const rows = state.split('\n').flatMap((line) => {
    const fields = line.split(' ');
    return fields.length < 19 || fields[17] === '-' ? [] : [fields];
  });
  return [...targets].flatMap(([key, target]) => {
    const [backend = '', server = ''] = key.split('/');
    const same = rows.filter((fields) => `${fields[17]}:${fields[18]}` === target);
    if (same.some((fields) => fields[1] === backend && fields[3] === server)) return [];
    const lender = same.find((fields) => isExit(fields[1]) || isExit(backend));
    return lender ? [['0', backend, '0', server, ...lender.slice(4)].join(' ')] : [];
  });
}

/** `host:port` of each server of a config that we rendered, by `backend/server`. */
function serverTargets(config: string): Map<string, string> {
  const targets = new Map<string, string>();
  let backend = '';
  for (const line of config.split('\n')) {
    const [keyword, name = '', target = ''] = line.trim().split(/\s+/);
    if (!line.startsWith(' ') && keyword !== undefined && keyword !== '')
      backend = keyword === 'backend' ? name : '';
    if (keyword === 'server' && backend !== '') targets.set(`${backend}/${name}`, target);
  }
  return targets;
}
