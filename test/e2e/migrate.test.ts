import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { coordinatorDies } from './coordinator.ts';
import { arm, disarm } from './faulty.ts';
import { sign } from './placement.ts';
import {
  covey,
  destroy,
  dropSnapshots,
  eventually,
  must,
  type NodeName,
  on,
  type PublishedApp,
  publish,
  record,
  through,
} from './support.ts';

const STORE = '/var/lib/buttervolume';
const HOST = { prod: 'prod.migrate.lab', qualif: 'qualif.migrate.lab' };
type Branch = keyof typeof HOST;
let prod: PublishedApp;
let qualif: PublishedApp;

const compose = (host: string) => `services:
  web:
    build: .
    restart: unless-stopped
    environment:
      CADDYFILE: |
        http://${host} {
            reverse_proxy http://$CONTAINER:8000
        }
    volumes: ["data:/data", "config:/config"]
    networks: [cluster_default]
volumes:
  data:
    driver: anybox/buttervolume:latest
  config:
    driver: anybox/buttervolume:latest
    labels:
      - com.github.mlfmonde.cluster.nonmigrable=True
networks:
  cluster_default:
    external: true
`;

/** The one works on the data that has come, as its readers will see it; the other tells that it came after. */
const scripts = {
  'post_migrate.sh': `printf '<%s>' "$@" > said
exec docker-compose run --rm -T web sh -c 'test ! -e /data/poison && printf "text=%s\\n" cleaned >> /data/notes'
`,
  'update.sh': `cat said > both; printf ' then <%s>' "$*" >> both
`,
};

async function published(branch: Branch): Promise<PublishedApp> {
  return publish('migrate', { branch, compose: compose(HOST[branch]), files: scripts });
}

async function deploy(branch: Branch, ...where: string[]): Promise<void> {
  const { exitCode, stdout, stderr } = await covey('node3', 'deploy', prod.http, branch, ...where);
  if (exitCode !== 0) throw new Error(`deploy of ${branch}: ${stdout}${stderr}`);
}

const notes = async (branch: Branch, via: NodeName = 'node3') =>
  (await through(via, { host: HOST[branch], path: '/notes' })).body;
const inMaintenance = async () =>
  (await on('node1', ['consul', 'kv', 'get', `maintenance/${qualif.name}`])).exitCode === 0;
const startedAt = () =>
  must('node1', 'docker', 'inspect', '--format', '{{.State.StartedAt}} {{.Id}}', `${prod.project}-web-1`);
const snapshots = async (node: NodeName, { project }: PublishedApp) =>
  (await must(node, 'ls', `${STORE}/snapshots`)).split('\n').filter((name) => name.startsWith(`${project}_`));
const inSnapshot = (node: NodeName, name: string) => must(node, 'cat', `${STORE}/snapshots/${name}/notes`);
const configOf = (node: NodeName) => must(node, 'cat', `${STORE}/volumes/${qualif.project}_config/mine`);

/** A visitor who writes to the source without a pause; ends with the notes that were acknowledged. */
function writer(): { stop(): Promise<string[]> } {
  let stopped = false;
  const written: string[] = [];
  const writing = (async () => {
    while (!stopped) {
      const text = `w${written.length}-${Date.now()}`;
      await sign('node3', HOST.prod, text);
      written.push(`text=${text}`);
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await writing;
      return written;
    },
  };
}

const migration = (...options: string[]) => ['migrate', prod.name, qualif.name, '--yes', ...options];
const migrating = (...options: string[]) => covey('node3', ...migration(...options));

/** Migrates while the source is written to, with a look at the target in between; what the target then has, and the source. */
async function migrateBusily(target: NodeName): Promise<{ taken: string; kept: string[] }> {
  const before = await startedAt();
  const busy = writer();
  const point = await arm('node3', `begin:start@${target}`, 'wait');
  const running = migrating();
  await point.reached();
  expect(await inMaintenance()).toBe(true);
  await eventually(
    () => through('node2', { host: HOST.qualif, path: '/notes' }),
    ({ status }) => status === 503,
  );
  await point.release();
  const { exitCode, stdout, stderr } = await running;
  expect([exitCode, stderr]).toEqual([0, '']);
  const written = await busy.stop();
  expect(await inMaintenance()).toBe(false);
  expect(await startedAt()).toBe(before);
  const all = (await notes('prod')).split('\n');
  expect(all.filter((line) => written.includes(line))).toEqual(written);
  const taken = await eventually(
    () => notes('qualif'),
    (body) => body.includes('text='),
  );
  expect(`${all.join('\n')}`.startsWith(taken.replace('text=cleaned\n', ''))).toBe(true);
  expect(taken.endsWith('text=cleaned\n')).toBe(true);
  const kept = stdout.split('\n').filter((line) => line.startsWith('kept '));
  return { taken, kept: kept.map((line) => line.slice('kept '.length)) };
}

beforeAll(async () => {
  prod = await published('prod');
  qualif = await published('qualif');
  await Promise.all(['prod', 'qualif'].map((branch) => destroy(prod.http, branch)));
  for (const app of [prod, qualif]) await dropSnapshots(app);
  await Promise.all([deploy('prod', '--master', 'node1'), deploy('qualif', '--master', 'node1')]);
  await sign('node3', HOST.prod, 'of-prod');
  await sign('node3', HOST.qualif, 'of-qualif');
  await must('node1', 'sh', '-c', 'echo own > "$0"', `${STORE}/volumes/${qualif.project}_config/mine`);
  await must('node1', 'sh', '-c', 'echo other > "$0"', `${STORE}/volumes/${prod.project}_config/mine`);
});
afterEach(() => disarm('node3'));
afterAll(async () => {
  await on('node3', ['docker', 'start', 'covey-peer']);
  await Promise.all(['prod', 'qualif'].map((branch) => destroy(prod.http, branch)));
});

it('on one node brings the common volumes over, with both scripts, while the source is written to', async () => {
  const plan = await covey('node3', 'migrate', `${prod.http}#prod`, `${prod.http}#qualif`, '--plan');
  expect(plan.stdout).toContain(`${qualif.project}_data gets what ${prod.project}_data holds.`);
  expect(plan.stdout).toContain(`${qualif.project}_config stays as it is`);
  const { kept } = await migrateBusily('node1');
  expect(kept).toEqual([expect.stringMatching(new RegExp(`^${qualif.project}_data@.*@\\+before-migrate$`))]);
  expect(await inSnapshot('node1', kept[0] ?? '')).toBe('text=of-qualif\n');
  expect(await configOf('node1')).toBe('own\n');
  const folder = `/deploy/${qualif.name}-${(await record(qualif.name))?.deploy_id}`;
  const url = prod.http.replace(/\.git$/, '');
  const own = ['-r', url, '-b', 'qualif'];
  const said = ['-R', url, '-B', 'prod', ...own].map((arg) => `<${arg}>`).join('');
  expect(await must('node1', 'cat', `${folder}/both`)).toBe(`${said} then <${own.join(' ')}>`);
});

it('goes across nodes, to the slave as well, and leaves nothing of the source there', async () => {
  await deploy('qualif', '--master', 'node2', '--slave', 'node3');
  const { taken } = await migrateBusily('node2');
  expect(await configOf('node2')).toBe('own\n');
  expect(await snapshots('node2', prod)).toEqual([]);
  expect(await must('node2', 'cat', '/var/lib/covey/pins.json')).toContain(qualif.project);
  for (const node of ['node1', 'node2'] as const)
    expect((await on(node, ['cat', '/var/lib/covey/pins.json'])).stdout).not.toContain(prod.project);
  const replicas = await snapshots('node3', qualif);
  const newest = replicas.filter(
    (name) => name.startsWith(`${qualif.project}_data@`) && !name.includes('@+'),
  );
  expect(await inSnapshot('node3', newest.sort().at(-1) ?? '')).toBe(taken);
});

it('is undone as a whole where post_migrate.sh fails', async () => {
  const poison = `${STORE}/volumes/${prod.project}_data/poison`;
  await must('node1', 'touch', poison);
  const before = { data: await notes('qualif'), record: await record(qualif.name), ran: await startedAt() };
  await sign('node3', HOST.prod, 'newer');
  const { exitCode, stderr } = await migrating();
  await must('node1', 'rm', poison);
  expect([exitCode, stderr]).toEqual([2, expect.stringMatching(/post_migrate.*Everything is as it was\./s)]);
  expect(await inMaintenance()).toBe(false);
  await eventually(
    () => notes('qualif'),
    (body) => body === before.data,
  );
  expect(await record(qualif.name)).toEqual(before.record);
  expect(await startedAt()).toBe(before.ran);
  expect(await configOf('node2')).toBe('own\n');
  expect(await snapshots('node2', prod)).toEqual([]);
});

it('is undone, its maintenance too, when its coordinator dies', async () => {
  const before = await notes('qualif');
  await coordinatorDies({ node: 'node3', point: 'begin:start@node2', command: migration(), of: qualif });
  const seen = () => notes('qualif', 'node1');
  await eventually(seen, (body) => body === before, 180_000);
  expect(await inMaintenance()).toBe(false);
  expect(await snapshots('node2', prod)).toEqual([]);
});

it('is done by an event, without update.sh if it says so, in a maintenance that stays', async () => {
  const folder = `/deploy/${qualif.name}-${(await record(qualif.name))?.deploy_id}`;
  await must('node2', 'rm', `${folder}/both`);
  await must('node1', 'consul', 'kv', 'put', `maintenance/${qualif.name}`, 'by hand');
  const payload = { repo: prod.http, branch: 'prod', target: { branch: 'qualif' }, update: false };
  const fired = await must('node1', 'consul', 'event', '-name=migrate', JSON.stringify(payload));
  const id = /Event ID: (\S+)/.exec(fired)?.[1] ?? '';
  await eventually(
    () => record(qualif.name),
    (now) => (now?.migrated as { id?: string } | undefined)?.id === id,
  );
  expect(await must('node1', 'consul', 'kv', 'get', `maintenance/${qualif.name}`)).toBe('by hand\n');
  await must('node1', 'consul', 'kv', 'delete', `maintenance/${qualif.name}`);
  const body = await eventually(
    () => notes('qualif'),
    (text) => text.includes('text=newer\n'),
  );
  expect(body.endsWith('text=cleaned\n')).toBe(true);
  expect((await on('node2', ['cat', `${folder}/both`])).exitCode).not.toBe(0);
});
