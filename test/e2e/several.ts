import {
  destroy,
  eventually,
  must,
  NODES,
  type PublishedApp,
  publish,
  record,
  rootCertificate,
  through,
} from './support.ts';

export const HOST = 'several.lab';

/** One service on these nodes, without a volume; `extra`: lines of the service. */
const compose = (nodes: string, extra = '') => `services:
  web:
    build: .
    restart: unless-stopped
    labels:
      covey.nodes: "${nodes}"
    environment:
      CADDYFILE: |
        http://${HOST}, https://${HOST} {
            reverse_proxy http://$CONTAINER:8000
        }
    networks: [cluster_default]
${extra}
networks:
  cluster_default:
    external: true
`;

/** The nodes on which the service runs, each with the folder of its release. */
export async function running(app: PublishedApp): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const node of NODES) {
    const format = '{{.Names}} {{.Label "com.docker.compose.project.working_dir"}}';
    const listed = await must(node, 'docker', 'ps', '--format', format);
    const line = listed.split('\n').find((each) => each.startsWith(`${app.project}-web-1 `));
    if (line !== undefined) found[node] = line.split(' ')[1] ?? '';
  }
  return found;
}

/** All of these nodes, and no other, run the release that is recorded. */
export async function expectOn(app: PublishedApp, nodes: readonly string[]): Promise<void> {
  const folder = `/deploy/${app.name}-${(await record(app.name))?.deploy_id}`;
  const wanted = Object.fromEntries(nodes.map((node) => [node, folder]));
  await eventually(
    () => running(app),
    (found) => JSON.stringify(found) === JSON.stringify(wanted),
    120_000,
  );
}

/** What answers through each node, of many requests. */
export async function releases(ca?: string): Promise<string[]> {
  const found = new Set<string>();
  for (const node of NODES) {
    for (let count = 0; count < 6; count += 1) {
      const { status, body } = await through(node, { host: HOST, path: '/release', ...(ca && { ca }) });
      found.add(`${status} ${body.trim()}`);
    }
  }
  return [...found];
}

/** A new commit of the app, for all nodes or these; `extra`: lines of the service. */
export const publishOn = (nodes: string, release: string, extra?: string): Promise<PublishedApp> =>
  publish('several', { compose: compose(nodes, extra), release });

/** The app, in git alone. */
export async function severalApp(): Promise<PublishedApp> {
  // What a machine that has just been made issues before that ends in a root of its own.
  await eventually(
    () => Promise.all(NODES.map(rootCertificate)),
    (roots) => new Set(roots).size === 1,
  );
  const app = await publishOn('all', 'one');
  await destroy(app.http);
  return app;
}
