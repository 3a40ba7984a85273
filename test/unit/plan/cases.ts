import type { AppRecord } from '../../../src/app/record.ts';
import type { Release, Volume } from '../../../src/app/release.ts';
import type { DeployInput } from '../../../src/plan/deploy-input.ts';
import type { FenceAction } from '../../../src/plan/fence-action.ts';
import { planDeploy } from '../../../src/plan/planner.ts';
import type { Survey } from '../../../src/plan/results.ts';
import type { Action, ActionKind, Plan } from '../../../src/plan/steps.ts';

export const NODES = ['n1', 'n2', 'n3', 'n4'];
const NOW = Date.UTC(2026, 0, 2);

export const identity = {
  repoUrl: 'https://git.example.com/x/foo',
  branch: 'master',
  name: 'foo_master.12345',
  project: 'foomaster12345',
};

const volume = (short: string, replicated = true): Volume => ({
  short,
  full: `${identity.project}_${short}`,
  driver: replicated ? 'ours' : 'local',
  replicated,
  labels: {},
});

export interface App {
  master: string;
  slave?: string | null;
  /** Short names of replicated volumes, and of local ones. */
  volumes?: string[];
  local?: string[];
  urls?: string[];
  caddyfile?: string;
  haproxy?: AppRecord['haproxy'];
  domains?: string[];
  /** The slave may take over by itself. */
  takeover?: boolean;
}

export const full = (names: string[] = []) => names.map((name) => volume(name).full);

export const record = (
  { master, slave = null, volumes, urls = [], domains = [], takeover, caddyfile = '', haproxy = {} }: App,
  id: string,
): AppRecord => ({
  repo_url: identity.repoUrl,
  branch: identity.branch,
  master,
  slave,
  ip: '10.0.0.1',
  deploy_id: id,
  deploy_date: '',
  domains,
  urls: urls.join(','),
  caddyfile,
  haproxy,
  ct: { web: 'foo-web-1' },
  volumes: full(volumes),
  takeover: takeover ? { after: '10s', max_age: '1h' } : null,
});

export const release = (
  { volumes = [], local = [], urls = [], caddyfile = '', haproxy = {} }: App,
  hasUpdateScript = true,
): Release => ({
  commit: '0123456789abcdef',
  containers: {},
  volumes: [...volumes.map((name) => volume(name)), ...local.map((name) => volume(name, false))],
  caddyfile,
  urls,
  domains: [],
  haproxy,
  hasUpdateScript,
  hasPostMigrateScript: false,
  checkUrls: [],
  serviceJson: '',
  built: [],
  unchanged: [],
});

export interface Case {
  before?: App;
  after: App;
  update?: boolean;
  script?: boolean;
  live?: string[];
  coordinator?: string;
  /** Full names of the volumes that are on the master. */
  held?: string[];
  /** The old master is lost; short names of the volumes that the new one has replicas of, an hour old. */
  replicas?: string[];
  /** It takes over by itself. */
  fence?: FenceAction;
  inMaintenance?: boolean;
  /** The old release runs; false: somebody has stopped it. */
  running?: boolean;
  /** The nodes that let requests wait: all, where none are named. */
  holding?: string[];
  /** What runs of the app on the master; and what of the release may run beside it. */
  containers?: Survey['containers'];
  swap?: Release['swap'];
  /** A new master can create containers beforehand: it has none of the app, and its peer knows how. */
  creating?: boolean;
}

export const input = ({
  before,
  after,
  update = false,
  script = true,
  live,
  coordinator,
  held,
  replicas,
  fence,
  inMaintenance = false,
  running = true,
  holding = NODES,
  containers = [],
  swap = null,
  creating = true,
}: Case): DeployInput => ({
  coordinator: coordinator ?? 'n4',
  identity,
  folder: `/deploy/${identity.name}-new`,
  root: '/deploy',
  existing: before && { name: identity.name, record: record(before, 'old'), index: 5 },
  record: record(after, 'new'),
  further: {},
  release: { ...release(after, script), swap },
  survey:
    before && before.master === after.master
      ? {
          volumes: held ?? full(before.volumes),
          images: { 'foo:latest': 'sha256:1' },
          running,
          replicas: {},
          containers,
          holds: holding.includes(after.master),
          creates: false,
        }
      : {
          volumes: held ?? [],
          images: {},
          running: false,
          replicas: Object.fromEntries(
            full(replicas).map((name) => [name, { snapshot: `${name}@then`, at: NOW - 3_600_000 }]),
          ),
          containers: [],
          holds: holding.includes(after.master),
          creates: creating,
        },
  oldSurvey:
    before && before.master !== after.master && !replicas
      ? {
          volumes: full([...(before.volumes ?? []), ...(before.local ?? [])]),
          images: { 'foo:latest': 'sha256:1' },
          running,
          replicas: {},
          containers: [],
          holds: holding.includes(before.master),
          creates: false,
        }
      : undefined,
  update,
  inMaintenance,
  releases: [],
  live: live ?? NODES,
  fromReplica: replicas !== undefined,
  fence,
  now: NOW,
});

export const plan = (each: Case): Plan => planDeploy(input(each));
/** A container of the survey. */
export const running = (service: string, more: Partial<Survey['containers'][number]> = {}) => ({
  id: `old-${service}`,
  service,
  name: `foo-${service}-1`,
  image: `${service}:latest`,
  spare: true,
  lasting: true,
  ...more,
});

export const ids = ({ steps }: Plan) => steps.map(({ id }) => id);

export const actionOf = <K extends ActionKind>({ steps }: Plan, id: `${K}@${string}`) =>
  steps.find((step) => step.id === id)?.action as Extract<Action, { kind: K }> | undefined;
