import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { loadCliDefaults } from '../config/caller.ts';
import { CoveyError } from '../errors.ts';
import { formatTarget, type Target } from '../rpc/dial.ts';
import { loadTls, type TlsMaterial } from '../rpc/tls.ts';

/** Options of all commands. */
export interface GlobalOptions {
  peers: Target[];
  json: boolean;
  /** Loads the certificates; undefined with --insecure. */
  loadTls: () => Promise<TlsMaterial | undefined>;
}

const defaultPort = 7700;

/** Declares the options that every command has. */
export function addGlobalOptions(program: Command): Command {
  return program
    .option(
      '--peer <host:port>',
      'peer to ask; repeat it for others to try in turn (env COVEY_PEERS)',
      collect,
    )
    .option(
      '--tls-dir <dir>',
      'folder with ca.pem and operator.{pem,key}, else node.{pem,key} (env COVEY_TLS_DIR)',
    )
    .option('--ca <file>', "the cluster CA's certificate")
    .option('--cert <file>', 'own certificate')
    .option('--key <file>', 'key of the certificate')
    .option('--insecure', 'plaintext, without certificates')
    .option('--json', 'JSON instead of tables; one object a line where it streams');
}

/** The options that every command has, with the defaults of the environment. */
export function globalOptions(command: Command): GlobalOptions {
  const given = command.optsWithGlobals<{
    peer?: string[];
    tlsDir?: string;
    ca?: string;
    cert?: string;
    key?: string;
    insecure?: boolean;
    json?: boolean;
  }>();
  const defaults = loadCliDefaults();
  return {
    peers: (given.peer ?? defaults.peers).map(parseTarget),
    json: given.json ?? false,
    loadTls: async () => {
      if (given.insecure) return undefined;
      const dir = given.tlsDir ?? defaults.tlsDir;
      // On a node without an operator's certificate its own serves as well.
      const base = (await exists(join(dir, 'operator.pem'))) ? 'operator' : 'node';
      return await loadTls({
        ca: given.ca ?? join(dir, 'ca.pem'),
        cert: given.cert ?? join(dir, `${base}.pem`),
        key: given.key ?? join(dir, `${base}.key`),
      });
    },
  };
}

/** Collects a repeatable option. */
export function collect(value: string, previous: string[] | undefined): string[] {
  return [...(previous ?? []), value];
}

/** `host`, `host:port`, `[IPv6]` or `[IPv6]:port`; the port is 7700 by default. */
export function parseTarget(text: string): Target {
  const match = /^(?:\[(?<v6>[0-9A-Fa-f:.]+)\]|(?<host>[^\s:[\]/]+))(?::(?<port>\d{1,5}))?$/.exec(text);
  const host = match?.groups?.v6 ?? match?.groups?.host;
  const port = Number(match?.groups?.port ?? defaultPort);
  if (host === undefined || port < 1 || port > 65535) {
    throw new CoveyError('invalid', `"${text}" is not the address of a peer`, {
      hint: 'Write host:port, or [address]:port for IPv6.',
    });
  }
  return { host, port };
}

/** The peers' addresses for a message. */
export function formatTargets(targets: Target[]): string {
  return targets.map(formatTarget).join(', ');
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path);
    return true;
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return false;
    throw new CoveyError('failed', `Can't look at ${path}: ${String(thrown)}`, { cause: thrown });
  }
}
