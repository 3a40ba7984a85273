import { type Directive, directive, type Word } from '../ast.ts';
import { caddyfileError } from '../lexer.ts';
import { longestFirst, prefix, test, when } from './matching.ts';
import { hashPassword } from './password.ts';
import type { Convert } from './site.ts';

interface Rule {
  readonly user: Word;
  readonly password: Word;
  readonly paths: readonly Word[];
  readonly realm: string | undefined;
}

/**
 * v1's `basicauth PATH USER PASSWORD` and `basicauth USER PASSWORD { realm … PATH… }`. Where the paths of several rules
 * are in each other, the users of all of them may in; so each path has its own list, and the longest counts.
 */
export const convertBasicauth: Convert = (all, site) => {
  const rules = all.map(readRule);
  const known = new Map(rules.flatMap(({ paths }) => paths).map((path) => [prefix(path), path]));
  return longestFirst([...known], ([pattern]) => pattern).flatMap(([pattern, path]) => {
    const covers = (outer: string, inner: string) =>
      outer === '*' || inner.toLowerCase().startsWith(outer.slice(0, -1).toLowerCase());
    const asked = rules.filter(({ paths }) => paths.some((of) => covers(prefix(of), pattern)));
    const longer = [...known.keys()].filter((other) => other !== pattern && covers(pattern, other));
    const tests = [
      // v1 let these through
      test('not', 'method', 'OPTIONS'),
      test('path', pattern),
      ...(longer.length === 0 ? [] : [test('not', 'path', ...longer)]),
    ];
    const { matcher, definition } = when(tests, site, 'basicauth', path.position);
    const realm = asked.findLast((rule) => rule.realm !== undefined)?.realm ?? 'Restricted';
    const accounts = [...uniqueUsers(asked)].map(([user, password]) =>
      directive([user, hashPassword(password, `${site.host} ${user}`)]),
    );
    return [...definition, directive(['basic_auth', ...matcher, 'bcrypt', realm], accounts, path.position)];
  });
};

function readRule({ name: { position }, args, block = [] }: Directive): Rule {
  const [user, password, more] = args.length === 3 ? args.slice(1) : args;
  if (user === undefined || password === undefined || more !== undefined) {
    throw caddyfileError(
      position,
      '"basicauth" needs: PATH USER PASSWORD, or USER PASSWORD and paths in a block',
    );
  }
  if (password.text.startsWith('htpasswd=')) {
    throw caddyfileError(password.position, '"basicauth" with a file of passwords is not supported');
  }
  if (password.text === '' || user.text === '' || Buffer.byteLength(password.text) > 72) {
    throw caddyfileError(password.position, 'a user and a password of "basicauth" have 1 to 72 bytes');
  }
  const paths = args.length === 3 ? args.slice(0, 1) : [];
  let realm: string | undefined;
  for (const line of block) {
    const [value, second] = line.args;
    if (value === undefined) paths.push(line.name);
    else if (line.name.text === 'realm' && second === undefined) realm = value.text;
    else
      throw caddyfileError(
        line.name.position,
        'a line in the block of "basicauth" is a path, or: realm NAME',
      );
  }
  if (paths.length === 0) throw caddyfileError(position, 'this "basicauth" protects no path');
  return { user, password, paths, realm };
}

/** @throws CoveyError `invalid` where a user has two passwords for one path, which Caddy 2 does not know */
function uniqueUsers(rules: readonly Rule[]): Map<string, string> {
  const users = new Map<string, string>();
  for (const { user, password } of rules) {
    const before = users.get(user.text);
    if (before !== undefined && before !== password.text) {
      throw caddyfileError(user.position, `"basicauth" has two passwords for "${user.text}"`);
    }
    users.set(user.text, password.text);
  }
  return users;
}
