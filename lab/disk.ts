import { engineOptions, execIn, mustExec } from './containers.ts';
import { docker } from './docker.ts';
import { machineImages } from './host/images.ts';
import { type Log, pipe, step, until } from './run.ts';
import { images, label, names } from './settings.ts';

// Sparse: what counts is what is used.
const size = '200G';
const template = 'covey-lab-template';
const scripts = '/usr/local/lib/covey-lab';
const marker = '/var/lib/docker/covey-images';

/** The disk of the lab's engines, by `disk.sh` in a short-lived container: the host needs no BTRFS tools and no mounts. */
export function disk(
  command: 'init' | 'clone' | 'drop' | 'images',
  cgroupVersion: string,
  args: string[] = [],
): Promise<string> {
  const options = [
    '--rm',
    '--label',
    `${label}=disk`,
    '--network',
    'none',
    '--entrypoint',
    'sh',
    ...engineOptions(cgroupVersion),
  ];
  return docker(['run', ...options, images.machine, `${scripts}/disk.sh`, command, ...args]);
}

/** What an engine holds of the images that every machine gets, as its marker file says: tag -> id on the host. */
function parseMarker(text: string): Map<string, string> {
  return new Map(
    text
      .split('\n')
      .filter(Boolean)
      .map((line) => line.split(' ') as [string, string]),
  );
}

function wanted(ids: Map<string, string>): Map<string, string> {
  return new Map(machineImages.map((tag) => [tag, ids.get(tag) ?? '']));
}

function missing(held: Map<string, string>, ids: Map<string, string>): string[] {
  return [...wanted(ids)].filter(([tag, id]) => held.get(tag) !== id).map(([tag]) => tag);
}

/** Loads those images that a running engine (a machine's, or the template's) lacks or has of another make. Returns their tags. */
export async function syncImages(
  container: string,
  ids: Map<string, string>,
  signal?: AbortSignal,
): Promise<string[]> {
  const held = parseMarker((await execIn(container, ['cat', marker])).stdout);
  const tags = missing(held, ids);
  if (tags.length === 0) return [];
  // One stream, so that the layers they share go over once.
  await pipe(
    ['docker', 'save', ...tags],
    ['docker', 'exec', '-i', container, 'docker', 'load', '--quiet'],
    signal,
  );
  const text = [...wanted(ids)].map(([tag, id]) => `${tag} ${id}\n`).join('');
  await mustExec(container, ['sh', '-c', `cat > ${marker}.new && mv ${marker}.new ${marker}`], {
    input: text,
  });
  return tags;
}

/**
 * The disk with an up-to-date template: an engine's data with all images loaded, of which each new machine gets a snapshot.
 * Only what changed since is loaded.
 */
export async function ensureTemplate(
  ids: Map<string, string>,
  cgroupVersion: string,
  log: Log,
  signal?: AbortSignal,
): Promise<void> {
  await docker(['volume', 'create', '--label', `${label}=store`, names.store]);
  await disk('init', cgroupVersion, [size]);
  const tags = missing(parseMarker(await disk('images', cgroupVersion)), ids);
  if (tags.length === 0) return;
  await step(log, `template: ${tags.length} images loaded`, async () => {
    await docker(['rm', '-f', template]).catch(() => '');
    const options = [
      '--detach',
      '--name',
      template,
      '--label',
      `${label}=template`,
      '--network',
      'none',
      '--entrypoint',
      'tini',
    ];
    await docker([
      'run',
      ...options,
      ...engineOptions(cgroupVersion),
      images.machine,
      '-g',
      '--',
      'sh',
      `${scripts}/template.sh`,
    ]);
    try {
      await ready(template, signal);
      await syncImages(template, ids, signal);
      // A clean stop: machines start from what lies on the disk then.
      await docker(['stop', '--time', '60', template]);
    } finally {
      await docker(['rm', '-f', template]);
    }
  });
}

/** Waits until the scripts in a machine (or the template) say that its engine is up. */
export async function ready(container: string, signal?: AbortSignal): Promise<void> {
  let last = '';
  await until(
    async () => {
      const { exitCode, stderr } = await execIn(container, ['test', '-e', '/run/lab-ready']);
      if (exitCode === 0) return true;
      if (stderr.includes('is not running')) {
        last = await docker(['logs', '--tail', '20', container]).catch(String);
        throw new Error(`${container} ended while it started:\n${last}`);
      }
      return undefined;
    },
    {
      timeout: 120_000,
      describe: () => `${container} did not become ready; see docker logs ${container}`,
      ...(signal && { signal }),
    },
  );
}
