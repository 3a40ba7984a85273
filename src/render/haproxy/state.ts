import { balancedState } from './balance.ts';

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
  return `${[...lines, ...balancedState(state, targets)].join('\n')}\n`;
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
