import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CoveyError } from '../../src/errors.ts';
import { exclusive } from '../exclusive.ts';
import { capture, run } from '../run.ts';

/** One archive that the machine's own apt uses, as far as it is Debian's. */
export interface AptSource {
  uri: string;
  suites: string[];
  components: string[];
  /** Path of the keyring, if the source names one. */
  signedBy: string | undefined;
}

/** Where Debian's packages come from on this machine. */
export interface Mirror {
  /** The main archive's address. */
  archive: string;
  /** The security archive's address, if the machine uses one. */
  security: string | undefined;
  components: string[];
  keyring: string;
  /** What this machine's apt is told about the age of release files (a frozen mirror's are old), as lines of an apt.conf. */
  aptConf: string[];
}

const debianKeyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/** Parses one file of apt sources in deb822 form (`*.sources`). */
export function parseDeb822(text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const stanza of text.replace(/^#.*\n?/gm, '').split(/\n\s*\n/)) {
    const fields = new Map<string, string[]>();
    let current: string[] = [];
    for (const line of stanza.split('\n')) {
      const field = /^([A-Za-z-]+):(.*)$/.exec(line);
      if (field) {
        current = [];
        fields.set((field[1] ?? '').toLowerCase(), current);
      }
      current.push(...(field ? (field[2] ?? '') : line).trim().split(/\s+/).filter(Boolean));
    }
    if (!fields.get('types')?.includes('deb') || fields.get('enabled')?.[0] === 'no') continue;
    for (const uri of fields.get('uris') ?? []) {
      sources.push({
        uri: uri.replace(/\/$/, ''),
        suites: fields.get('suites') ?? [],
        components: fields.get('components') ?? [],
        signedBy: fields.get('signed-by')?.[0],
      });
    }
  }
  return sources;
}

/** Parses one file of apt sources in one-line form (`*.list`). */
export function parseOneLine(text: string): AptSource[] {
  const sources: AptSource[] = [];
  for (const line of text.split('\n')) {
    const entry = /^deb\s+(?:\[([^\]]*)\]\s+)?(\S+)\s+(\S+)(.*)$/.exec(line.replace(/#.*$/, '').trim());
    if (!entry) continue;
    sources.push({
      uri: (entry[2] ?? '').replace(/\/$/, ''),
      suites: [entry[3] ?? ''],
      components: (entry[4] ?? '').trim().split(/\s+/).filter(Boolean),
      signedBy: /signed-by=(\S+)/.exec(entry[1] ?? '')?.[1],
    });
  }
  return sources;
}

/** The mirror among these sources: the one that serves a Debian release, and the one that serves its security suite. */
export function chooseMirror(sources: readonly AptSource[]): Omit<Mirror, 'aptConf'> | undefined {
  const releases = /^(bullseye|bookworm|trixie|forky|sid|oldstable|stable|testing|unstable)$/;
  const main = sources.find((source) => source.suites.some((suite) => releases.test(suite)));
  if (!main) return undefined;
  const security = sources.find((source) => source.suites.some((suite) => suite.endsWith('-security')));
  return {
    archive: main.uri,
    security: security?.uri,
    components: ['main'],
    keyring: main.signedBy ?? debianKeyring,
  };
}

/** The mirror that this machine's apt uses. Throws `refused` on a machine that is not a Debian one. */
export async function machineMirror(etc = '/etc/apt'): Promise<Mirror> {
  const sources: AptSource[] = [];
  for (const name of await readdir(join(etc, 'sources.list.d')).catch(() => [] as string[])) {
    if (!/\.(sources|list)$/.test(name)) continue;
    const text = await readFile(join(etc, 'sources.list.d', name), 'utf8');
    sources.push(...(name.endsWith('.list') ? parseOneLine(text) : parseDeb822(text)));
  }
  sources.push(...parseOneLine(await readFile(join(etc, 'sources.list'), 'utf8').catch(() => '')));
  const mirror = chooseMirror(sources);
  if (!mirror) {
    throw new CoveyError(
      'refused',
      `${etc} names no Debian archive, so base images cannot be made from Debian's packages`,
      {
        hint: 'make an image registry reachable, or run this on Debian',
      },
    );
  }
  const settings = await run(['apt-config', 'dump']);
  return {
    ...mirror,
    aptConf: settings.split('\n').filter((line) => /^Acquire::Check-(Valid-Until|Date) /.test(line)),
  };
}

/** Which of these packages are not installed. */
async function missingPackages(packages: readonly string[]): Promise<string[]> {
  const missing: string[] = [];
  for (const name of packages) {
    const { stdout } = await capture(['dpkg-query', '-W', '-f=$' + '{Status}', name]);
    if (!stdout.endsWith('ok installed')) missing.push(name);
  }
  return missing;
}

const lockWait = ['-o', 'DPkg::Lock::Timeout=300'];
let listsAreFresh = false;

/**
 * Installs what is missing of these packages (no recommended ones); returns the names of those that were. Needs root on
 * Debian. One at a time on this host: apt itself does not wait for another `update` to end.
 */
export async function aptInstall(packages: readonly string[], signal?: AbortSignal): Promise<string[]> {
  if ((await missingPackages(packages)).length === 0) return [];
  return exclusive(
    'covey-apt',
    () => undefined,
    signal,
    async () => {
      const missing = await missingPackages(packages);
      if (missing.length === 0) return [];
      const options = { env: { DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' }, ...(signal && { signal }) };
      if (!listsAreFresh) await run(['apt-get', ...lockWait, 'update', '-qq'], options);
      listsAreFresh = true;
      await run(
        ['apt-get', ...lockWait, 'install', '-y', '-qq', '--no-install-recommends', ...missing],
        options,
      );
      return missing;
    },
  );
}
