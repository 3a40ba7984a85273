import * as lab from '../../lab/lab.ts';
import { must, type NodeName, on, type PublishedApp } from './support.ts';

const STORE = '/var/lib/buttervolume';
const DATE = '2018-01-02T030405.000006';

/** A site in Caddy's version 1, as apps of the original have it. */
export const v1Site = (host: string, container: string): string => `http://${host}, https://${host} {
    proxy / http://${container}:8000 {
        transparent
        websocket
        insecure_skip_verify
    }
    timeouts 300s
    log / stdout "{host} {remote} - {user} [{when}]"
    errors stdout
}`;

/** A volume and its snapshots as Buttervolume makes them, by btrfs alone: covey knows nothing of them. */
export function buttervolume(volume: string) {
  const live = `${STORE}/volumes/${volume}`;
  const named = (date: string) => `${STORE}/snapshots/${volume}@${date}`;
  const btrfs = (node: NodeName, ...argv: string[]) => must(node, 'btrfs', 'subvolume', ...argv);
  return {
    create: (node: NodeName) => btrfs(node, 'create', live),
    /** What a run that broke off has left without a record. */
    drop: (node: NodeName) =>
      must(node, 'sh', '-c', '[ ! -d "$1" ] || btrfs subvolume delete "$1"', 'sh', live),
    write: (node: NodeName, notes: string) =>
      must(node, 'sh', '-c', 'printf %s "$1" > "$2"', 'sh', notes, `${live}/notes`),
    /** What an increment is told from. */
    fill: (node: NodeName, megabytes: number) =>
      must(node, 'dd', 'if=/dev/urandom', `of=${live}/blob`, 'bs=1M', `count=${megabytes}`, 'status=none'),
    snapshot: (node: NodeName, date: string) => btrfs(node, 'snapshot', '-r', live, named(date)),
    /** The marker is a snapshot of what was sent, under its name and the host's. */
    mark: (node: NodeName, date: string, host: string) =>
      btrfs(node, 'snapshot', '-r', named(date), named(`${date}@${host}`)),
    /** In full; the data goes through the test. */
    send: async (from: NodeName, to: NodeName, date: string) => {
      const stream = await must(from, 'sh', '-c', 'btrfs send -q "$1" | base64', 'sh', named(date));
      const receive = ['sh', '-c', 'base64 -d | btrfs receive "$1"', 'sh', `${STORE}/snapshots`];
      const { exitCode, stderr } = await on(to, receive, { input: stream });
      if (exitCode !== 0) throw new Error(`${to} did not receive: ${stderr}`);
    },
    /** How many bytes no other snapshot shares with it: of what an increment started from hardly any. */
    exclusive: async (node: NodeName, date: string) => {
      await must(node, 'btrfs', 'filesystem', 'sync', STORE);
      const shown = await must(node, 'btrfs', 'filesystem', 'du', '--raw', '--summarize', named(date));
      return Number(/^\s*\d+\s+(\d+)/m.exec(shown)?.[1]);
    },
  };
}

/**
 * The app as the original runs it: its record, without all that covey adds, its folder by date, and a container with
 * underscores in its name.
 */
export async function originalApp(
  app: PublishedApp,
  where: { host: string; master: NodeName; slave: NodeName; volume: string },
): Promise<Record<string, unknown>> {
  const { host, master, slave, volume } = where;
  const folder = `/deploy/${app.name}@${DATE}`;
  const container = `${app.project}_web_1`;
  const record = {
    repo_url: app.http.replace(/\.git$/, ''),
    branch: 'master',
    master,
    slave,
    ip: await lab.address(master),
    deploy_date: DATE,
    domains: [host],
    urls: `http://${host},https://${host}`,
    caddyfile: v1Site(host, container),
    haproxy: {},
    ct: { web: container },
    volumes: [volume],
  };
  for (const node of [master, slave]) {
    await must(node, 'rm', '-rf', folder);
    await must(node, 'git', 'clone', '--quiet', app.http, folder);
    const env = 'printf "COMPOSE_PROJECT_NAME=%s\\n" "$1" >> "$2/.env"';
    await must(node, 'sh', '-c', env, 'sh', app.project, folder);
  }
  await must('node3', 'consul', 'kv', 'put', `app/${app.name}`, JSON.stringify(record));
  const up = 'cd "$1" && docker compose --compatibility up --build --detach 2>&1';
  await must(master, 'sh', '-c', up, 'sh', folder);
  return record;
}
