import { tlsDir } from './schema.ts';

/** What the command line takes from the environment: `COVEY_PEERS` (host:port, separated by commas) and `COVEY_TLS_DIR`. */
export function loadCliDefaults(env: Record<string, string | undefined> = process.env): {
  peers: string[];
  tlsDir: string;
} {
  const peers = (env.COVEY_PEERS ?? '').split(/[\s,]+/).filter((peer) => peer !== '');
  return { peers: peers.length === 0 ? ['127.0.0.1:7700'] : peers, tlsDir: env.COVEY_TLS_DIR || tlsDir };
}

/** Where the caller of the command line has programs and their plugins, docker's among them. */
export function loadToolEnvironment(
  env: Record<string, string | undefined> = process.env,
): Record<string, string> {
  return Object.fromEntries(
    ['PATH', 'HOME', 'DOCKER_CONFIG'].flatMap((name) => (env[name] ? [[name, env[name]]] : [])),
  );
}
