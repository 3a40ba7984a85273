/**
 * What may stand in a line that a service brings into haproxy.cfg. HAProxy's file is line by line, so one string must
 * stay one line, and may not open a section of its own: that would change the config of others.
 */

/** Words that begin a section (HAProxy 2.4 to 3.2). */
const sections = new Set(
  (
    'acme backend cache crt-store defaults fcgi-app frontend global http-errors listen log-forward log-profile ' +
    'mailers peers program resolvers ring traces userlist'
  ).split(' '),
);

/** HAProxy's own sockets, map and files: a line that changes or serves them would change the config of others. */
const nodePaths = ['/run/covey', '/var/lib/covey'];

/** Why this text can't be part of a line; undefined if it can. */
export function faultOfText(text: string): string | undefined {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  if (/[\u0000-\u001f\u007f\u0085\u2028\u2029]/.test(text)) return 'holds a line end or a control character';
  // quotes and escapes are as good as nothing in the middle of a word
  const path = nodePaths.find((one) => text.replace(/["'\\]/g, '').includes(one));
  if (path !== undefined) return `names ${path}, which is the node's own`;
  if (text.trimEnd().endsWith('\\')) return 'ends with a backslash, which would take the next line along';
  return undefined;
}

/** Why this text can't be a line of a frontend or backend; undefined if it can. */
export function faultOfLine(text: string): string | undefined {
  const fault = faultOfText(text);
  if (fault !== undefined) return fault;
  const first = /^\s*(\S*)/.exec(text)?.[1] ?? '';
  // quotes and escapes (`\x62ackend`) could spell a section's name; `.if` and `.notice` are of the preprocessor
  if (!/^[A-Za-z][A-Za-z0-9_-]*$/.test(first)) return 'does not begin with a keyword';
  if (sections.has(first.toLowerCase())) return `begins with "${first}", which opens a section`;
  if (first !== 'bind') return undefined;
  const ranges = readBind(text.trim().slice(first.length));
  return typeof ranges === 'string' ? ranges : undefined;
}

/** HAProxy's identifiers: names of frontends, backends and servers. Its runtime API ends a command that is too long for it. */
export function isIdentifier(text: string): boolean {
  return /^[A-Za-z0-9_.:-]{1,255}$/.test(text) && text !== '__proto__';
}

/**
 * Whether a `use_backend` option restricts anything: a rule of a shared frontend that always holds would take
 * everyone's traffic.
 */
export function hasCondition(option: string): boolean {
  const match = /^\s*(if|unless)\s+(\S.*)$/.exec(option);
  if (match === null) return false;
  const always =
    match[1] === 'if'
      ? /^(TRUE|!FALSE|{ always_true }|!{ always_false })$/
      : /^(FALSE|!TRUE|{ always_false }|!{ always_true })$/;
  const branches = (match[2] ?? '').trim().split(/\s+(?:or|\|\|)\s+/);
  if (match[1] === 'unless') return !branches.every((branch) => always.test(spaced(branch)));
  return !branches.some((branch) => always.test(spaced(branch)));
}

function spaced(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/!\s+/g, '!').trim();
}

/** Ports that the node itself uses, with whose they are. */
const reserved = new Map<number, string>([
  [80, 'http-in'],
  [443, 'https-in'],
  [1080, 'http-in, from other nodes'],
  [1443, 'https-in, behind the PROXY protocol'],
  [7700, 'covey'],
  [7702, 'covey (metrics)'],
  [7753, 'covey (names of containers)'],
  [7754, 'covey (requests that have waited)'],
  [7755, 'covey (requests that have waited)'],
  [7756, 'covey (connections that have waited)'],
  [8300, 'Consul'],
  [8301, 'Consul'],
  [8302, 'Consul'],
  [8500, 'Consul'],
  [8600, 'Consul'],
]);

/** First and last port that a `bind` line takes, for each of its addresses. */
export type PortRange = readonly [first: number, last: number];

/**
 * The ports of the argument of a `bind` line, such as `*:2222`, `:::25,:::587 v4v6`, `*:5000-5010 ssl …`; or a string
 * that says why it can't be served.
 */
export function readBind(text: string): PortRange[] | string {
  const fault = faultOfText(text);
  if (fault !== undefined) return fault;
  const ranges: PortRange[] = [];
  for (const address of (text.trim().split(/\s+/)[0] ?? '').split(',')) {
    // sockets by path or by number would reach what belongs to the node
    const match = /^(?:ipv[46]@)?([^@/"'\\$]*):(\d{1,5})(?:-(\d{1,5}))?$/.exec(address);
    if (match === null) return `"${address}" is not of the form [address]:port[-port]`;
    const first = Number(match[2]);
    const last = Number(match[3] ?? match[2]);
    if (first < 1 || last > 65535 || last < first) return `"${address}" has no usable port`;
    for (const [port, owner] of reserved) {
      if (port >= first && port <= last) return `port ${port} is taken by the node itself: ${owner}`;
    }
    ranges.push([first, last]);
  }
  return ranges;
}
