import { argTexts, type Caddyfile, type Directive } from './ast.ts';

export type Syntax = 'v1' | 'v2';

/** Directives of Caddy 1, its own and those of well-known plugins, that Caddy 2 does not have. */
const onlyV1 = new Set(
  (
    'browse cgi cors datadog errors expires expvar ext fastcgi filter forwardproxy git gopkg grpc gzip http.login ' +
    'hugo index internal ipfilter jekyll jwt limits locale login markdown maxrequestbody mailout mime minify ' +
    'nobots on pprof proxy proxyprotocol ratelimit realip reauth restic s3browser shutdown startup status ' +
    'supervisor timeouts upload webdav websocket'
  ).split(' '),
);

/** Forms of directives that both have, but that only Caddy 1 takes. */
const v1Forms: Record<string, (args: readonly string[], block: Directive['block']) => boolean> = {
  tls: ([first]) => first === 'self_signed' || first === 'off',
  log: (args) => args.length > 1 || /^(stdout|stderr|syslog|\/.*|.*\.log)$/.test(args[0] ?? ''),
  redir: (args, block) => block !== undefined || args.includes('meta'),
  rewrite: (_args, block) => block !== undefined,
  // with the password in the clear, and paths in the block; Caddy 2 has users with their hashes there
  basicauth: (args, block) => args.length > 1 && (block ?? []).every((line) => !isAccount(line)),
};

/**
 * Whether a CADDYFILE is written for Caddy 1 or 2. A first line `# caddy v1` or `# caddy v2` decides; otherwise it is
 * v1 as a whole if any of its directives is one that only v1 has.
 */
export function detectSyntax(file: Caddyfile, text: string): Syntax {
  const declared = /^\s*#\s*caddy\s+(v[12])\s*$/im.exec(text.trimStart().split('\n', 1)[0] ?? '')?.[1];
  if (declared !== undefined) return declared.toLowerCase() as Syntax;
  const all = [...file.snippets, ...file.sites].flatMap(({ directives }) => directives);
  return all.some(isV1) ? 'v1' : 'v2';
}

function isAccount({ name, args }: Directive): boolean {
  return args.length > 0 && (name.text !== 'realm' || args[0]?.text.startsWith('$') === true);
}

function isV1(item: Directive): boolean {
  const { text } = item.name;
  return onlyV1.has(text) || (v1Forms[text]?.(argTexts(item), item.block) ?? false);
}
