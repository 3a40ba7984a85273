import { tlsDir } from './schema.ts';

/** What the command line takes from the environment, with what holds without it. */
export const callerEnvironment = {
  COVEY_PEERS: {
    fallback: '127.0.0.1:7700',
    meaning: 'peers to ask, host:port, separated by commas; --peer goes before',
  },
  COVEY_TLS_DIR: { fallback: tlsDir, meaning: 'folder of the certificates; --tls-dir goes before' },
} as const;

/** The peers and the folder of certificates, where no option names them. */
export function loadCliDefaults(env: Record<string, string | undefined> = process.env): {
  peers: string[];
  tlsDir: string;
} {
  const { COVEY_PEERS, COVEY_TLS_DIR } = callerEnvironment;
  const peers = (env.COVEY_PEERS ?? '').split(/[\s,]+/).filter((peer) => peer !== '');
  return {
    peers: peers.length === 0 ? [COVEY_PEERS.fallback] : peers,
    tlsDir: env.COVEY_TLS_DIR || COVEY_TLS_DIR.fallback,
  };
}

/** Where the caller of the command line has programs and their plugins, docker's among them. */
export function loadToolEnvironment(
  env: Record<string, string | undefined> = process.env,
): Record<string, string> {
  return Object.fromEntries(
    ['PATH', 'HOME', 'DOCKER_CONFIG'].flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
  );
}

/** Whether the caller's terminal can do no more than lines; so it is where nothing is said of it. */
export function isPlainTerminal(env: Record<string, string | undefined> = process.env): boolean {
  return !env.TERM || env.TERM === 'dumb';
}
