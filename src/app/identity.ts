import { createHash } from 'node:crypto';
import { CoveyError } from '../errors.ts';

/** Who an application is: a (repo URL, branch) pair and the names that follow from it. */
export interface Identity {
  /** Trimmed, without a trailing `.git`. */
  repoUrl: string;
  /** Trimmed. */
  branch: string;
  /** Key of the record, for example `foobar_master.ddb14`. */
  name: string;
  /** The compose project, for example `foobarmasterddb14`. */
  project: string;
}

/**
 * The identity of (repo, branch) by today's rule. An app that already has a record keeps the name it has:
 * see `findIdentity`.
 */
export function identify(repo: string, branch: string): Identity {
  const repoUrl = normaliseRepo(repo);
  const trimmed = branch.trim();
  if (!repoUrl) throw new CoveyError('invalid', 'No repository URL given.');
  if (!trimmed) {
    throw new CoveyError('invalid', `No branch given for ${repoUrl}.`, { hint: 'Name a branch or a tag.' });
  }
  const path = urlPath(repoUrl.toLowerCase());
  const last =
    path
      .replace(/^\/+|\/+$/g, '')
      .split('/')
      .at(-1) ?? '';
  if (!last) throw new CoveyError('invalid', `The repository URL ${repoUrl} has no path.`);
  const plain = /^[A-Za-z0-9._+-]+$/.test(trimmed);
  const slug = plain ? trimmed : trimmed.replace(/[^A-Za-z0-9._+-]+/g, '-');
  const hash = md5(plain ? path : `${path}#${trimmed}`).slice(0, 5);
  return named(repoUrl, trimmed, `${last}_${slug}.${hash}`);
}

/** What `findIdentity` needs to know of a record. */
export interface Known {
  name: string;
  repoUrl: string;
  branch: string;
}

/**
 * The identity of (repo, branch) among the apps that exist: a record with the same URL and branch keeps its name
 * whatever the rule says now.
 * @throws CoveyError `conflict` where the name or the project belongs to another app.
 */
export function findIdentity(repo: string, branch: string, known: readonly Known[]): Identity {
  const wanted = identify(repo, branch);
  const same = known.find(
    (app) => normaliseRepo(app.repoUrl) === wanted.repoUrl && app.branch === wanted.branch,
  );
  if (same) return named(wanted.repoUrl, wanted.branch, same.name);
  for (const app of known) {
    if (app.name === wanted.name) {
      if (sameApp(app, wanted)) continue;
      throw new CoveyError(
        'conflict',
        `${wanted.repoUrl} (${wanted.branch}) would be named ${wanted.name}, which is ${app.repoUrl} (${app.branch}).`,
        { hint: 'Two repositories with the same path on two hosts cannot live in one cluster.' },
      );
    }
    if (projectOf(app.name) === wanted.project) {
      throw new CoveyError(
        'conflict',
        `${wanted.name} and ${app.name} would share the compose project ${wanted.project}.`,
        { hint: 'Choose a branch name that differs in its lower-case letters and digits.' },
      );
    }
  }
  return wanted;
}

/** The compose project of an app's name. */
export function projectOf(name: string): string {
  return name.replace(/[^a-z0-9]/g, '');
}

/** Trimmed, without a trailing `.git`. */
export function normaliseRepo(repo: string): string {
  return repo.trim().replace(/\.git$/, '');
}

function named(repoUrl: string, branch: string, name: string): Identity {
  const project = projectOf(name);
  if (!project)
    throw new CoveyError('invalid', `The name ${name} of ${repoUrl} gives none for its compose project.`, {
      hint: `Rename the key app/${name} in Consul: it needs a letter or a digit, a to z or 0 to 9.`,
    });
  return { repoUrl, branch, name, project };
}

/** `ssh://` and `https://` of one host are the same app. */
function sameApp(app: Known, wanted: Identity): boolean {
  return app.branch === wanted.branch && hostOf(app.repoUrl) === hostOf(wanted.repoUrl);
}

const URL_PARTS = /^(?:[a-z][a-z0-9+.-]*:)?(?:\/\/([^/?#]*))?([^?#]*)/;

/** The path as a URL parser sees it; a scp-like `git@host:a/b` has no scheme, so all of it is the path. */
function urlPath(url: string): string {
  return URL_PARTS.exec(url)?.[2] ?? '';
}

function hostOf(repoUrl: string): string {
  const lower = repoUrl.toLowerCase();
  const authority = URL_PARTS.exec(lower)?.[1] ?? /^(?:[^@/]*@)?([^:/]+):/.exec(lower)?.[1] ?? '';
  return authority.replace(/^.*@/, '').replace(/:\d*$/, '');
}

function md5(text: string): string {
  return createHash('md5').update(text).digest('hex');
}
