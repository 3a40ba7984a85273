import { readCaddyfile } from '../../../../src/render/caddyfile/app.ts';
import { printCaddyfile } from '../../../../src/render/caddyfile/printer.ts';

/** What a site's v1 lines become, without the site around them. */
export function convert(lines: string): string {
  const printed = printCaddyfile(readCaddyfile(`# caddy v1\nhttp://a.example.com {\n${lines}\n}`));
  const inner = printed.split('\n').slice(1, -2);
  return inner.map((line) => line.replace(/^ {4}/, '')).join('\n');
}
