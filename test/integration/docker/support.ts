import { access, chmod, copyFile, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { machineMirror } from '../../../lab/host/apt.ts';
import { ensureDocker } from '../../../lab/host/engine.ts';
import { run } from '../../../src/command.ts';

const CACHE = path.join(import.meta.dirname, '../../../.lab/cache');

/** An image of a few megabytes with `sh`, `sleep`, `cat` and what they need, made of this machine's own files. */
export const TINY_IMAGE = 'covey-test/tiny:1';

/** A Docker Engine with compose and the tiny image. */
export interface DockerTools {
  /** Folder for DOCKER_CONFIG: of its own, and with the compose plugin where the machine has none. */
  dockerConfig: string;
}

/** Sees to Docker, to compose and to an image to run, whatever of it this machine lacks. */
export async function dockerTools(): Promise<DockerTools> {
  await ensureDocker((line) => process.stderr.write(`${line}\n`));
  const dockerConfig = path.join(CACHE, 'docker-config');
  await ensureCompose(dockerConfig);
  await ensureTinyImage();
  return { dockerConfig };
}

async function ensureCompose(dockerConfig: string): Promise<void> {
  const plugins = path.join(dockerConfig, 'cli-plugins');
  await mkdir(plugins, { recursive: true });
  const asked = await run('docker', ['compose', 'version'], {
    env: { DOCKER_CONFIG: dockerConfig },
    accept: [0, 1, 125],
  });
  if (asked.exitCode === 0 && asked.stdout.startsWith('Docker Compose version v2')) return;
  if (asked.exitCode === 0 && /version 2/.test(asked.stdout)) return;
  const work = await mkdtemp(path.join(tmpdir(), 'covey-compose-'));
  try {
    // Debian 12 has no compose of version 2; that of Debian 13 needs nothing that 12 has not.
    const { archive, keyring, components } = await machineMirror();
    const sources = path.join(work, 'trixie.sources');
    await writeFile(
      sources,
      `Types: deb\nURIs: ${archive}\nSuites: trixie\nComponents: ${components.join(' ')}\nSigned-By: ${keyring}\n`,
    );
    await mkdir(path.join(work, 'lists', 'partial'), { recursive: true });
    const apt = [
      '-o',
      `Dir::Etc::sourcelist=${sources}`,
      '-o',
      'Dir::Etc::sourceparts=/dev/null',
      '-o',
      `Dir::State::Lists=${work}/lists`,
    ];
    await run('apt-get', [...apt, 'update', '-qq'], { cwd: work });
    await run('apt-get', [...apt, 'download', 'docker-compose'], { cwd: work });
    const [deb = ''] = (await readdir(work)).filter((name) => name.endsWith('.deb'));
    await run('dpkg-deb', ['-x', deb, 'root'], { cwd: work });
    const plugin = path.join(plugins, 'docker-compose');
    await copyFile(path.join(work, 'root/usr/libexec/docker/cli-plugins/docker-compose'), plugin);
    await chmod(plugin, 0o755);
  } finally {
    await rm(work, { recursive: true });
  }
}

async function ensureTinyImage(): Promise<void> {
  const there = await run('docker', ['image', 'inspect', TINY_IMAGE], { accept: [0, 1] });
  if (there.exitCode === 0) return;
  const programs = ['/bin/sh', '/bin/sleep', '/bin/cat'];
  const { stdout } = await run('ldd', programs);
  const libraries = new Set([...stdout.matchAll(/(\/\S+) \(0x/g)].map(([, file = '']) => file));
  const work = await mkdtemp(path.join(tmpdir(), 'covey-tiny-'));
  try {
    const tar = path.join(work, 'tiny.tar');
    for (const file of [...programs, ...libraries]) await access(file);
    await run('tar', ['--create', '--dereference', '--file', tar, ...programs, ...libraries]);
    await run('docker', ['import', tar, TINY_IMAGE]);
  } finally {
    await rm(work, { recursive: true });
  }
}
