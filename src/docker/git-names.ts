import { CoveyError } from '../errors.ts';

const SCHEMES = new Set(['https:', 'http:', 'ssh:', 'git:', 'git+ssh:', 'ssh+git:']);
const SCP_LIKE = /^(?:([^@:/]+)@)?([^@:/]+|\[[0-9A-Fa-f:.]+\]):(?!\/\/)(.+)$/;

/**
 * A repository that may be given to git: no option in disguise, no transport that runs commands (`ext::`), nothing
 * on this machine's disk unless `allowFile` (for tests).
 * Errors: `invalid`; a password in the URL does not show.
 */
export function assertRepo(repo: string, { allowFile = false }: { allowFile?: boolean } = {}): void {
  const problem = repoProblem(repo, allowFile);
  if (problem === null) return;
  // Harder than redactUrl: what is no URL may hold a password anywhere before its last @.
  const shown = repo.replace(/(:\/\/).*@/s, '$1***@').slice(0, 200);
  throw new CoveyError('invalid', `Repository ${JSON.stringify(shown)}: ${problem}`, {
    hint: 'Give https://host/path, ssh://git@host/path or git@host:path',
  });
}

function repoProblem(repo: string, allowFile: boolean): string | null {
  if (repo === '') return 'it is empty';
  if (repo.startsWith('-')) return 'it starts with a dash';
  if (/[\p{Cc}\s]/u.test(repo)) return 'it has a space or a control character';
  if (repo.length > 2000) return 'it is longer than 2000 characters';
  if (/^[A-Za-z0-9+.-]*::/.test(repo)) return 'a transport that is a program (name::address) is not allowed';
  if (!repo.includes('://')) {
    const [, user = 'git', host = '', path = ''] = SCP_LIKE.exec(repo) ?? [];
    if (host === '' || path === '') return 'it is neither a URL nor user@host:path';
    return [user, host, path].some((part) => part.startsWith('-')) ? 'a part of it starts with a dash' : null;
  }
  const url = URL.parse(repo);
  if (!url) return 'it is not a valid URL';
  if (url.protocol === 'file:' && allowFile) return null;
  if (!SCHEMES.has(url.protocol)) return `the scheme ${url.protocol} is not allowed`;
  if (url.hostname === '') return 'it names no host';
  if ([url.hostname, decoded(url.username)].some((part) => part.startsWith('-')))
    return 'a part of it starts with a dash';
  return url.pathname.replace(/\//g, '') === '' ? 'it names no repository on that host' : null;
}

/** A branch or tag by git's own rules (git check-ref-format --branch). Errors: `invalid`. */
export function assertBranch(branch: string): void {
  const problem = branchProblem(branch);
  if (problem === null) return;
  throw new CoveyError('invalid', `Branch ${JSON.stringify(branch.slice(0, 200))}: ${problem}`, {
    hint: 'Give the name of a branch or of a tag',
  });
}

function branchProblem(branch: string): string | null {
  if (branch === '') return 'it is empty';
  if (branch.startsWith('-')) return 'it starts with a dash';
  if (branch === '@' || branch === 'HEAD') return 'it is a name that git keeps for itself';
  if (Buffer.byteLength(branch) > 200) return 'it is longer than 200 bytes';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: git forbids exactly these.
  if (/[\x00-\x20\x7f~^:?*[\\]/.test(branch))
    return 'it has a space, a control character or one of ~ ^ : ? * [ \\';
  if (branch.includes('..') || branch.includes('@{')) return 'it has ".." or "@{"';
  if (branch.endsWith('.')) return 'it ends with a dot';
  for (const part of branch.split('/')) {
    if (part === '') return 'it starts or ends with a slash, or has two in a row';
    if (part.startsWith('.')) return 'a part of it starts with a dot';
    if (part.endsWith('.lock')) return 'a part of it ends with ".lock"';
  }
  return null;
}

/** Any text with the passwords and tokens of the URLs in it replaced, for errors and logs. */
export function redactUrl(text: string): string {
  return text
    .replace(/(https?:\/\/)[^\s/]*@/gi, '$1***@')
    .replace(/([a-z+]+:\/\/[^\s/:@]+):[^\s/]*@/gi, '$1:***@')
    .replace(/([?&][\w-]*(?:token|password|secret|key)=)[^&\s'"]+/gi, '$1***');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A stray % is no encoding; the text itself is what git will see.
    return text;
  }
}
