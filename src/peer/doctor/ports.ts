import { readdir, readFile, readlink } from 'node:fs/promises';
import { type Owner, type PortSource, parseListeners, parseSockets } from '../../doctor/ports.ts';
import { CoveyError } from '../../errors.ts';
import { hasCode } from '../../files.ts';
import { haproxyDefaults } from '../../render/haproxy/settings.ts';
import type { ExaminerDeps } from './deps.ts';

/** HAProxy's processes are in another container, whose own tools have to look at them. */
const SOCKETS = ['find', '/proc', '-maxdepth', '4', '-path', '/proc/[0-9]*/fd/*', '-lname', 'socket:*'];

export function ports({ config, engine }: Pick<ExaminerDeps, 'config' | 'engine'>): PortSource {
  const { haproxyContainer } = config;
  const socketsOf: Record<Owner, (signal: AbortSignal) => Promise<ReadonlySet<string>>> = {
    peer: ownSockets,
    haproxy: async (signal) => {
      const argv = [...SOCKETS, '-printf', '%l\n'];
      const { stdout, stderr } = await engine.exec(haproxyContainer, argv, { signal });
      // Its exit status tells of processes that went while it looked.
      if (stdout === '')
        throw new CoveyError('failed', `No socket of ${haproxyContainer} is found: ${stderr}`);
      return parseSockets(stdout);
    },
  };
  return {
    expected: [
      ...Object.values(haproxyDefaults.ports).map((port) => ({ port, owner: 'haproxy' as const })),
      { port: config.listen.port, owner: 'peer' },
      ...(config.metrics.enabled ? [{ port: config.metrics.port, owner: 'peer' as const }] : []),
    ],
    haproxyContainer,
    listeners: async () => {
      const tables = await Promise.all(['tcp', 'tcp6'].map((name) => readFile(`/proc/net/${name}`, 'utf8')));
      return tables.flatMap(parseListeners);
    },
    socketsOf: (owner, signal) => socketsOf[owner](signal),
  };
}

async function ownSockets(): Promise<ReadonlySet<string>> {
  const folder = '/proc/self/fd';
  const links = await Promise.all((await readdir(folder)).map((name) => target(`${folder}/${name}`)));
  return parseSockets(links.join('\n'));
}

/** What a descriptor is; one that was closed meanwhile is nothing. */
async function target(link: string): Promise<string> {
  try {
    return await readlink(link);
  } catch (thrown) {
    if (hasCode(thrown, 'ENOENT')) return '';
    throw thrown;
  }
}
