import type { Directive, Word } from '../ast.ts';
import { caddyfileError } from '../lexer.ts';

/** What a v1 directive has to know of the site that it stands in. */
export interface V1Site {
  /** The host of the first address. */
  readonly host: string;
  /** `root`; undefined where the site has no files. */
  readonly root: Word | undefined;
  /** Names of files that stand for a folder. */
  readonly index: readonly string[];
  /** What `timeouts` says, as lines of the upstream transport. */
  readonly timeouts: readonly Directive[];
  /** What upstreams' answers with X-Accel-Redirect become: lines of a `reverse_proxy`. Empty without `internal`. */
  readonly accel: readonly Directive[];
  /** A name for a matcher, `@kind-1`, that is the only one of the site. */
  name(kind: string): string;
}

/** All of one v1 directive in a site, in the order of the file, as what serves the same in Caddy 2. */
export type Convert = (all: readonly Directive[], site: V1Site) => readonly Directive[];

/** The only argument of a line. @throws CoveyError `invalid` where there is none, or more */
export function only(of: Directive, what: string): Word {
  const [value, more] = of.args;
  if (value === undefined || more !== undefined || of.block !== undefined) {
    throw caddyfileError(of.name.position, `"${of.name.text}" needs ${what}`);
  }
  return value;
}

/** v1 durations are Go's; a bare number is taken for seconds. */
export function duration({ text, position }: Word): string {
  if (text === 'none' || text === '0') return '0';
  if (/^\d+$/.test(text)) return `${text}s`;
  if (/^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return text;
  throw caddyfileError(position, `"${text}" is no duration`, 'Write it as 30s, 5m or 1h.');
}

/** @throws CoveyError `invalid` for what is no whole number from `least` */
export function wholeNumber({ text, position }: Word, least: number): string {
  if (/^\d{1,9}$/.test(text) && Number(text) >= least) return text;
  throw caddyfileError(position, `"${text}" is no whole number from ${least}`);
}
