import { type CaddyApp, type CaddySettings, renderCaddy } from '../../../src/render/caddy.ts';

export const settings: CaddySettings = { internalCa: true };

/** An app of node1. */
export function app(caddyfile: string, changes: Partial<CaddyApp> = {}): CaddyApp {
  return { name: 'foo_master.ddb14', master: 'node1', maintenance: false, caddyfile, ...changes };
}

/** What the apps add, without the common part. */
export function parts(apps: readonly CaddyApp[], changes: Partial<CaddySettings> = {}): string {
  const text = renderCaddy({ node: 'node1', apps, settings: { ...settings, ...changes } });
  return text.slice(text.indexOf('# app'));
}

/** The body of the only site, with one level of indent taken off. */
export function site(directives: string, changes: Partial<CaddySettings> = {}): string {
  const lines = parts([app(`https://a.example.com {\n${directives}\n}`)], changes).split('\n');
  return lines
    .slice(2, -2)
    .map((line) => line.slice(4))
    .join('\n');
}
