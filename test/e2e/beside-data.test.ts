import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  covey,
  deploy,
  destroy,
  dropSnapshots,
  must,
  NODES,
  type PublishedApp,
  publish,
  through,
} from './support.ts';
import { visiting } from './visiting.ts';

const REPO = 'beside-data';
const HOST = `${REPO}.lab`;
const PLACE = ['--master', 'node1', '--slave', 'node2'];
let app: PublishedApp;

/** What keeps the data: it counts who has asked, in a file. `$` is doubled for compose. */
const STORE = `
  use strict; use IO::Socket::INET; $$SIG{TERM} = sub { exit 0 };
  my $$server = IO::Socket::INET->new(LocalPort => 7000, Listen => 64, ReuseAddr => 1) or die;
  while (my $$client = $$server->accept) {
    open my $$in, '<', '/data/count'; my $$count = (<$$in> // 0) + 1;
    open my $$out, '>', '/data/count' or die; print {$$out} $$count; close $$out;
    print {$$client} $$count; close $$client;
  }`;

/** What serves: GET /release, and GET /count, for which it asks the store by its name. */
const SERVER = `
  use strict; use IO::Socket::INET; $SIG{TERM} = sub { exit 0 };
  open my $file, '<', '/srv/release'; my $release = <$file>;
  my $server = IO::Socket::INET->new(LocalPort => 8000, Listen => 64, ReuseAddr => 1) or die;
  while (my $client = $server->accept) {
    my $request = <$client> // next;
    while (defined(my $line = <$client>)) { last if $line =~ /^\\r?\\n$/ }
    my ($status, $body) = ('200 OK', $release);
    if ($request =~ m{ /count }) {
      my $store = IO::Socket::INET->new(PeerAddr => 'db', PeerPort => 7000);
      ($status, $body) = $store ? ('200 OK', <$store>) : ('500 No store', '');
    }
    print {$client} "HTTP/1.1 $status\\r\\nContent-Length: " . length($body) . "\\r\\nConnection: close\\r\\n\\r\\n$body";
    close $client;
  }`;

const compose = ({ web = '', db = '' } = {}) => `services:
  web:
    build: .
    restart: unless-stopped
    depends_on: [db]
    labels:
      covey.beside: "true"
    environment:
      CADDYFILE: |
        http://${HOST}, https://${HOST} {
            reverse_proxy http://$CONTAINER:8000
        }
    networks: [default, cluster_default]
${web}
  db:
    image: debian:bookworm-slim
    restart: unless-stopped
    command: ["perl", "-e", ${JSON.stringify(STORE)}]
    volumes: ["data:/data"]
${db}
volumes:
  data:
    driver: anybox/buttervolume:latest
networks:
  cluster_default:
    external: true
`;

const release = (name: string, more?: { web?: string; db?: string }) =>
  publish(REPO, { compose: compose(more), release: name, files: { 'server.pl': SERVER } });

/** The only container of a service on the master, with its name. */
async function only(service: string): Promise<string> {
  const filters = [`project=${app.project}`, `service=${service}`].flatMap((label) => [
    '--filter',
    `label=com.docker.compose.${label}`,
  ]);
  const format = '{{.ID}} {{.Names}}';
  const [one = '', ...more] = (await must('node1', 'docker', 'ps', '--all', ...filters, '--format', format))
    .trim()
    .split('\n');
  expect(more).toEqual([]);
  expect(one).toMatch(new RegExp(` ${app.project}-${service}-1$`));
  return one;
}

async function expectRelease(name: string): Promise<void> {
  for (const node of NODES) {
    const { status, body } = await through(node, { host: HOST, path: '/release' });
    expect(`${status} ${body.trim()}`).toBe(`200 ${name}`);
  }
}

/** How often the store was asked, this time included. */
const count = async () => Number((await through('node2', { host: HOST, path: '/count' })).body);

beforeAll(async () => {
  app = await release('one');
  await destroy(app.http);
  await dropSnapshots(app);
  await deploy('node3', app.http, ...PLACE);
});
afterAll(() => destroy(app.http));

it('a service without data is replaced while the others go on, and nobody waits or fails', async () => {
  const [web, db] = [await only('web'), await only('db')];
  const before = await count();
  await release('two');
  const visitors = visiting(HOST, '/count');
  const { stdout } = await deploy('node3', app.http, ...PLACE);
  expect((await visitors.end()).failed).toEqual([]);
  expect(stdout).toContain('start web beside the release before');
  expect(stdout).not.toContain('let its requests wait');
  await expectRelease('two');
  expect(await only('db')).toBe(db);
  expect(await only('web')).not.toBe(web);
  expect(await count()).toBeGreaterThan(before);
});

it('one that does not come up costs nothing: what was there goes on, and keeps what it was told', async () => {
  const [web, db] = [await only('web'), await only('db')];
  await release('broken', { web: '    command: "false"' });
  const visitors = visiting(HOST, '/count');
  const before = await count();
  const { exitCode, stderr } = await covey('node3', 'deploy', app.http, 'master', ...PLACE);
  const after = await count();
  expect((await visitors.end()).failed).toEqual([]);
  expect(exitCode).not.toBe(0);
  expect(stderr).toContain('Everything is as it was.');
  expect([await only('web'), await only('db')]).toEqual([web, db]);
  expect(after).toBeGreaterThan(before);
});

it('goes back so too, where the data stays', async () => {
  const db = await only('db');
  const visitors = visiting(HOST, '/count');
  const back = await covey('node2', 'rollback', app.name, '--code-only', '--yes');
  expect(`${back.exitCode} ${back.stderr}`).toMatch(/^0 /);
  expect(back.stdout).toContain('start web beside the release before');
  expect((await visitors.end()).failed).toEqual([]);
  await expectRelease('one');
  expect(await only('db')).toBe(db);
});

it('its data goes back to what was kept before the release came', async () => {
  const before = await count();
  // Of the release "two": what its volumes held when it ended.
  const { exitCode, stderr, stdout } = await covey('node2', 'rollback', app.name, '--yes');
  expect(`${exitCode} ${stderr}`).toMatch(/^0 /);
  expect(stdout).toContain('let its requests wait');
  await expectRelease('two');
  expect(await count()).toBeLessThanOrEqual(before);
});

it('all are stopped where one that keeps data is another one', async () => {
  const db = await only('db');
  const before = await count();
  await release('three', { db: '    environment: { CHANGED: "1" }' });
  const visitors = visiting(HOST, '/count');
  const { stdout } = await deploy('node3', app.http, ...PLACE);
  expect((await visitors.end()).failed).toEqual([]);
  expect(stdout).toContain('let its requests wait');
  expect(stdout).toContain('db would not stay the same for sure');
  await expectRelease('three');
  expect(await only('db')).not.toBe(db);
  expect(await count()).toBeGreaterThan(before);
});
