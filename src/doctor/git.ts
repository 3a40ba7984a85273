import { judgeKeyMode } from './certificates.ts';
import { type Check, error, type Finding, ok } from './check.ts';

/** What git has to reach private repositories with. */
export interface GitSource {
  /** Folder with `id` and `known_hosts`. */
  folder: string;
  /** Permission bits of the key; undefined where there is none. */
  keyMode(): Promise<number | undefined>;
  /** Text of `known_hosts`; undefined where there is none. */
  knownHosts(): Promise<string | undefined>;
}

export function gitChecks(source: GitSource): Check[] {
  return [
    {
      name: 'git',
      hint: `ls -l ${source.folder}`,
      look: async () => judgeGit(source.folder, await source.keyMode(), await source.knownHosts()),
    },
  ];
}

export function judgeGit(folder: string, mode: number | undefined, knownHosts: string | undefined): Finding {
  if (mode === undefined) return ok(`no key in ${folder}: public repositories only`);
  if (!knownHosts?.trim()) {
    return error(
      `there is a key, but no host in ${folder}/known_hosts: no repository is read by SSH`,
      `ssh-keyscan HOST >> ${folder}/known_hosts, then compare the fingerprints with the server's own`,
    );
  }
  const key = judgeKeyMode(`${folder}/id`, mode);
  // ssh does not use such a key
  return key.state === 'ok' ? ok('a key, and hosts to use it with') : key;
}
