import { access, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { checksOf } from '../app/checks.ts';
import { appPorts, caddyfilesInV2, type Examined, examine } from '../app/examine.ts';
import { type Identity, identify, projectOf } from '../app/identity.ts';
import { replicateEvery, schedulesOf, snapshotEvery } from '../app/schedules.ts';
import { loadToolEnvironment } from '../config/caller.ts';
import { checkTitles, fromServiceJson } from '../consul/registration.ts';
import { makeCompose } from '../docker/compose.ts';
import { readServiceJson } from '../docker/release-file.ts';
import { formatDuration } from '../durations.ts';
import { asCoveyError, CoveyError } from '../errors.ts';
import { plain } from './output.ts';

export interface CheckOptions {
  repo?: string;
  branch?: string;
  driver: string;
}

/** What `covey check` tells; with `--json` as it is. */
interface Checked extends Examined {
  dir: string;
  /** Name of the app and its compose project, where repository and branch are given. */
  name?: string;
  project: string;
  /** Each service's CADDYFILE in the syntax of Caddy 2. */
  caddyfiles: { service: string; caddyfile: string }[];
  /** The repository says by a `service.json` how Consul checks it. */
  serviceJson: boolean;
  /** What Consul will check, as far as there is a release. */
  checks: string[];
}

/** Judges a checkout, by what `docker compose` makes of it. */
export async function checkFolder(
  dir: string,
  { repo, branch, driver }: CheckOptions,
  signal: AbortSignal,
): Promise<Checked> {
  if (!(await isFolder(dir))) {
    const hint = 'The command of a node sees the folder where it is called, and what is in it.';
    throw new CoveyError('not-found', `There is no folder ${dir}.`, { hint });
  }
  const problems: string[] = [];
  let identity: Identity | undefined;
  if (repo !== undefined && branch !== undefined) {
    identity = await found(problems, async () => identify(repo, branch));
  }
  const project = identity?.project ?? (projectOf(basename(dir).toLowerCase()) || 'app');
  const config = await found(problems, () => composeConfig(dir, project, signal));
  const hasUpdateScript = await access(join(dir, 'update.sh')).then(
    () => true,
    () => false,
  );
  const serviceJson = await found(problems, () => serviceJsonIn(dir));
  const examined =
    config === undefined
      ? { problems: [], warnings: [] }
      : examine(
          {
            config,
            project,
            commit: '',
            folder: dir,
            driver,
            hasUpdateScript,
            serviceJson: serviceJson?.text ?? '',
          },
          identity?.name ?? project,
        );
  return {
    dir,
    ...(identity === undefined ? {} : { name: identity.name }),
    project,
    ...examined,
    problems: [...problems, ...examined.problems],
    caddyfiles: caddyfilesInV2(config),
    serviceJson: serviceJson !== undefined,
    checks: examined.release === undefined ? [] : checkLines(examined.release),
  };
}

/** The text, as a deploy would take it; undefined where there is none. */
async function serviceJsonIn(dir: string): Promise<{ text: string } | undefined> {
  const text = await readServiceJson(dir);
  if (text === undefined) return undefined;
  fromServiceJson(text);
  return { text };
}

function checkLines({ urls, checkUrls, serviceJson }: NonNullable<Checked['release']>): string[] {
  const record = { urls: urls.join(','), check_urls: checkUrls, service_json: serviceJson };
  const { urls: asked, definition } = checksOf(record);
  return definition === '' ? asked.map((url) => `GET ${url}`) : checkTitles(fromServiceJson(definition));
}

/** Compose reads the folder as on a node: nothing of the caller's own variables gets into it. */
async function composeConfig(dir: string, project: string, signal: AbortSignal): Promise<unknown> {
  try {
    return await makeCompose({ env: loadToolEnvironment() }).config(dir, project, { signal });
  } catch (thrown) {
    const error = asCoveyError(thrown);
    if (error.code !== 'unavailable') throw error;
    throw new CoveyError('unavailable', 'There is no `docker compose` here to read the compose file with.', {
      cause: error,
      hint: 'Install the docker command and its compose plugin, 2.20 or later. No Docker Engine has to run.',
    });
  }
}

/** What the work gives; undefined where the folder is at fault, which is then a problem. */
async function found<T>(problems: string[], work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (thrown) {
    const error = asCoveyError(thrown);
    if (error.code !== 'invalid') throw error;
    problems.push(
      error.hint === undefined ? error.message : `${error.message.replace(/\.$/, '')}. ${error.hint}`,
    );
    return undefined;
  }
}

function isFolder(dir: string): Promise<boolean> {
  return stat(dir).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** Problems, or what a deploy would make of the folder; then the CADDYFILEs where they are asked for. */
export function checkedText(checked: Checked, showCaddyfile: boolean): string {
  const { problems, warnings, caddyfiles } = checked;
  const lines =
    problems.length > 0
      ? [`${problems.length === 1 ? '1 problem' : `${problems.length} problems`} in ${checked.dir}:`]
      : [];
  lines.push(...problems.map((problem) => `  ${plain(problem)}`));
  if (problems.length === 0 && checked.release !== undefined)
    lines.push(...releaseLines(checked, checked.release));
  lines.push(...warnings.map((warning) => `warning: ${plain(warning)}`));
  if (showCaddyfile) {
    for (const { service, caddyfile } of caddyfiles) lines.push('', `== ${service}`, caddyfile.trimEnd());
  }
  return lines.join('\n');
}

function releaseLines(
  { name, project, serviceJson, checks }: Checked,
  release: NonNullable<Checked['release']>,
): string[] {
  const schedules = schedulesOf(release.volumes);
  const volumes = release.volumes.map(({ full, driver, replicated }) => {
    if (!replicated) return `${full}  stays on its node (driver ${driver})`;
    const every = replicateEvery({ slave: 'any', schedules }, full);
    const snapshots = snapshotEvery({ slave: 'any', schedules }, full);
    const retention = schedules.find(({ volume }) => volume === full)?.retention;
    return [
      `${full}  replicated ${every === 0 ? 'only when it moves' : `every ${formatDuration(every)}`}`,
      ...(snapshots === 0 ? [] : [`snapshots every ${formatDuration(snapshots)}`]),
      ...(retention === undefined ? [] : [`retention ${retention}`]),
    ].join(', ');
  });
  return [
    `${name ?? project}: fine`,
    ...listed(
      'containers',
      Object.entries(release.containers).map(([service, ct]) => `${service}  ${ct}`),
    ),
    ...listed('sites', release.urls),
    ...listed('on several nodes', balancedLines(release)),
    ...listed(
      'app ports',
      appPorts(release).map(({ frontend, bind }) => `${frontend}  ${bind}`),
    ),
    ...listed('volumes', volumes),
    ...listed(serviceJson ? 'checks, by service.json' : 'checks', checks),
  ];
}

function balancedLines({ balanced }: NonNullable<Checked['release']>): string[] {
  if (!balanced) return [];
  const { nodes, services } = balanced;
  const where = nodes === 'all' ? 'all nodes' : `${nodes.join(', ')}, and the master`;
  return services.map((service) => `${service}  ${where}`);
}

function listed(title: string, items: readonly string[]): string[] {
  return items.length === 0 ? [] : [`${title}:`, ...items.map((item) => `  ${plain(item)}`)];
}
