import { CoveyError } from '../src/errors.ts';
import { execIn, mustExec } from './containers.ts';
import { until } from './run.ts';
import { names } from './settings.ts';

const compose = [
  'docker',
  'compose',
  '--project-directory',
  '/opt/covey',
  '-f',
  '/opt/covey/docker-compose.yml',
];
const patience = 90_000;

/** Starts the node's services on a machine; those whose image or definition changed are made anew. */
export async function composeUp(node: string, signal?: AbortSignal): Promise<void> {
  const options = signal && { signal };
  await mustExec(
    names.machine(node),
    [...compose, 'up', '--detach', '--quiet-pull', '--remove-orphans'],
    options,
  );
}

/** What one probe found out: nothing wrong, or what. */
type Probe = (node: string) => Promise<string | undefined>;

/** Every server that `nodes` names is alive, and there is a leader, as this node sees it. */
function consul(nodes: readonly string[]): Probe {
  return async (node) => {
    const argv = ['curl', '-sS', '--max-time', '3', 'http://127.0.0.1:8500/v1/health/service/consul?passing'];
    const { stdout, stderr, exitCode } = await execIn(names.machine(node), argv);
    if (exitCode !== 0) return stderr.trim();
    if (!stdout.startsWith('[')) return stdout.trim().split('\n')[0] ?? 'no leader';
    const alive = new Set(
      (JSON.parse(stdout) as { Node: { Node: string } }[]).map((entry) => entry.Node.Node),
    );
    const absent = nodes.filter((name) => !alive.has(name));
    return absent.length === 0 ? undefined : `not alive: ${absent.join(', ')}`;
  };
}

function http(...argv: string[]): Probe {
  return async (node) => {
    const curl = ['curl', '-sS', '--max-time', '3', '-o', '/dev/null', '-w', '%{http_code}', ...argv];
    const { stdout, stderr } = await execIn(names.machine(node), curl);
    return stdout.trim() === '000' ? stderr.trim() : undefined;
  };
}

const peer: Probe = async (node) => {
  const { stdout, stderr, exitCode } = await execIn(names.machine(node), [
    'docker',
    'exec',
    'covey-peer',
    'covey',
    'health',
  ]);
  return exitCode === 0 ? undefined : `${stdout}${stderr}`.trim().split('\n').slice(-3).join(' ');
};

/** The services of a node, and how each shows that it is there. */
export function probes(nodes: readonly string[]): Record<string, Probe> {
  return {
    consul: consul(nodes),
    haproxy: http('http://127.0.0.1/'),
    caddy: http('--unix-socket', '/run/covey/caddy-admin.sock', '-H', 'Host:', 'http://caddy/config/'),
    peer,
  };
}

/** Waits until a service of a node answers as it should; throws `timeout` with its last word and the end of its log. */
export async function waitFor(
  node: string,
  service: string,
  probe: Probe,
  signal?: AbortSignal,
): Promise<void> {
  let wrong: string | undefined;
  const ask = async (): Promise<true | undefined> => {
    wrong = await probe(node);
    return wrong === undefined ? true : undefined;
  };
  try {
    await until(ask, { timeout: patience, every: 300, describe: () => '', ...(signal && { signal }) });
  } catch (error) {
    if (!(error instanceof CoveyError) || error.code !== 'timeout') throw error;
    const log = await execIn(names.machine(node), ['docker', 'logs', '--tail', '15', `covey-${service}`]);
    throw new CoveyError('timeout', `${service} on ${node}: ${wrong}\n${log.stdout}${log.stderr}`.trim());
  }
}
