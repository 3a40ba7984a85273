import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { docker } from '../docker.ts';
import { run } from '../run.ts';
import { digest, host } from '../settings.ts';
import { aptInstall, type Mirror } from './apt.ts';

const extraCaFolder = '/usr/local/share/ca-certificates';
const bundle = '/etc/ssl/certs/ca-certificates.crt';

/** Files of certificates that this host trusts beyond the usual ones; builds inside containers must trust them too. */
async function extraCertificates(): Promise<string[]> {
  const files = (await readdir(extraCaFolder).catch(() => [] as string[]))
    .filter((name) => name.endsWith('.crt'))
    .map((name) => join(extraCaFolder, name));
  if (files.length === 0 && host.extraCa && host.extraCa !== bundle) files.push(host.extraCa);
  return files;
}

/** The apt sources of a release, as a file in deb822 form. */
function releaseSources(mirror: Mirror, release: string): string {
  const stanza = (uri: string, suites: string): string =>
    `Types: deb\nURIs: ${uri}\nSuites: ${suites}\nComponents: ${mirror.components.join(' ')}\nSigned-By: ${mirror.keyring}\n`;
  const parts = [stanza(mirror.archive, `${release} ${release}-updates`)];
  if (mirror.security) parts.push(stanza(mirror.security, `${release}-security`));
  return parts.join('\n');
}

// What the official slim images leave out, and that apt keeps no packages and starts no service.
const options = [
  '--variant=minbase',
  '--include=ca-certificates',
  ...['doc', 'man', 'info', 'locale', 'groff', 'lintian'].map(
    (name) => `--dpkgopt=path-exclude=/usr/share/${name}/*`,
  ),
  '--dpkgopt=force-unsafe-io',
  '--dpkgopt=path-include=/usr/share/doc/*/copyright',
  '--customize-hook=echo "APT::Keep-Downloaded-Packages \\"false\\";" > "$1/etc/apt/apt.conf.d/docker-clean"',
  // apt cleans up only caches that it is told to have, so these go first.
  '--customize-hook=rm -f "$1"/var/cache/apt/*.bin',
  '--customize-hook=echo "Dir::Cache::pkgcache \\"\\"; Dir::Cache::srcpkgcache \\"\\";" >> "$1/etc/apt/apt.conf.d/docker-clean"',
  '--customize-hook=echo "Acquire::Languages \\"none\\";" > "$1/etc/apt/apt.conf.d/docker-no-languages"',
  '--customize-hook=printf "#!/bin/sh\\nexit 101\\n" > "$1/usr/sbin/policy-rc.d" && chmod +x "$1/usr/sbin/policy-rc.d"',
];

/** All that `makeDebian` puts into an image besides the packages, as one hash: a change makes the images anew. */
export async function debianContent(release: string): Promise<string> {
  const certificates = await extraCertificates();
  return digest(release, ...options, ...(await Promise.all(certificates.map((file) => readFile(file)))));
}

/** Makes a base image of a Debian release from Debian's packages and tags it. Needs root on Debian. */
export async function makeDebian(
  release: string,
  tag: string,
  label: string,
  mirror: Mirror,
  signal?: AbortSignal,
): Promise<void> {
  await aptInstall(['mmdebstrap'], signal);
  const work = await mkdtemp(join(tmpdir(), 'covey-debian-'));
  try {
    const sources = join(work, 'debian.sources');
    const tar = join(work, 'root.tar');
    await writeFile(sources, releaseSources(mirror, release));
    const certificates = await extraCertificates();
    const aptConf = join(work, 'host.conf');
    await writeFile(aptConf, `${mirror.aptConf.join('\n')}\n`);
    const hooks = certificates.map(
      (file, index) => `--customize-hook=cp ${file} "$1${extraCaFolder}/extra-${index}.crt"`,
    );
    if (mirror.aptConf.length > 0)
      hooks.push(`--customize-hook=cp ${aptConf} "$1/etc/apt/apt.conf.d/80host"`);
    if (certificates.length > 0) hooks.push('--customize-hook=chroot "$1" update-ca-certificates');
    await run(['mmdebstrap', '--quiet', ...options, ...hooks, release, tar, sources], signal && { signal });
    const changes = ['CMD ["bash"]', `LABEL ${label}`];
    if (certificates.length > 0) changes.push(`ENV NODE_EXTRA_CA_CERTS=${bundle}`);
    await docker(
      ['import', ...changes.flatMap((change) => ['--change', change]), tar, tag],
      signal && { signal },
    );
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}
