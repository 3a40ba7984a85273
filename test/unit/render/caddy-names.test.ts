import { describe, expect, it } from 'vitest';
import { renderCaddyApp } from '../../../src/render/caddy.ts';
import { parseCaddyfile } from '../../../src/render/caddyfile/parser.ts';
import { app, parts, settings, site } from './caddy-parts.ts';

describe("a node's Caddyfile", () => {
  it('gives each address to one site of an app, without its port; of two the one that had none counts', () => {
    const text = parts([
      app(
        'http://a:8080, http://b {\n respond 1\n}\nhttp://a, http://a/x:1 {\n respond 2\n}\nhttp://b:81 {\n respond 3\n}',
      ),
    ]);
    const { sites } = parseCaddyfile(text);
    expect(sites.map(({ addresses }) => addresses.map((address) => address.text))).toEqual([
      ['http://b'],
      ['http://a', 'http://a/x:1'],
    ]);
    expect(text).not.toContain('respond 3');
  });

  it("gives loggers names of their app's, and a number where a block has none", () => {
    const own = site(`log default {
 output discard
}
log {
 output stderr
}
log {
 output stdout
 hostnames A.example.com
}
log plain
handle /x {
 log_name plain
 log_skip
}`);
    expect(own.match(/^ *log.*/gm)?.map((line) => line.trim())).toEqual([
      'log foo_master.ddb14/default {',
      'log foo_master.ddb14/(1) {',
      'log foo_master.ddb14/(2) {',
      'log foo_master.ddb14/plain',
      'log_name foo_master.ddb14/plain',
      'log_skip',
    ]);
    const snippet = '(s) {\n log {\n  output file /var/log/{args[0]}.log\n }\n}\na {\n import s a\n}';
    expect(parts([app(snippet)])).toContain('    log {\n        output file /var/log/{args[0]}.log');
  });

  it('lets no name of a snippet be a site', () => {
    const name = 'x) {\n}\nhttp://other.example.com {\n respond stolen\n}\n(y';
    const text = parts([app(`"(${name})" {\n}\nhttp://a.example.com {\n}`)]);
    const { sites, snippets } = parseCaddyfile(text);
    expect(sites.flatMap(({ addresses }) => addresses.map((address) => address.text))).toEqual([
      'http://a.example.com',
    ]);
    expect(snippets.map((snippet) => snippet.name)).toEqual([`foo_master.ddb14/${name}`]);
  });

  it('names the line of what can not be served, and lets no name break its comment', () => {
    expect(() => renderCaddyApp(app('a {\n bind x\n}'), settings)).toThrow(
      'CADDYFILE line 2, column 2: "bind"',
    );
    expect(() => renderCaddyApp(app('a {\n}', { name: 'a\nb' }), settings)).toThrow('holds a line end');
    expect(() => renderCaddyApp(app('a {\n}', { name: 'a{$X:#}' }), settings)).toThrow('or a brace');
  });
});
