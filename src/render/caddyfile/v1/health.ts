import { type Directive, directive } from '../ast.ts';
import { quoted } from './matching.ts';
import { duration, only, type V1Site, wholeNumber } from './site.ts';

/** What a `proxy` says of health checks, by the names of v1. */
export type Health = Map<string, Directive>;

/** Lines of v1 that are collected for `healthLines`. */
export const healthNames = [
  'health_check',
  'health_check_port',
  'health_check_interval',
  'health_check_timeout',
  'health_check_contains',
] as const;

/** @param base path of the upstreams, which v1 put before that of the check */
export function healthLines(health: Health, base: string, site: V1Site): Directive[] {
  const value = (name: (typeof healthNames)[number]) => {
    const item = health.get(name);
    return item === undefined ? undefined : only(item, 'one value');
  };
  const [port, interval, timeout, contains] = [
    value('health_check_port'),
    value('health_check_interval'),
    value('health_check_timeout'),
    value('health_check_contains'),
  ];
  const path = value('health_check');
  if (path === undefined) return [];
  return [
    directive(['health_uri', base + path.text]),
    ...(port === undefined ? [] : [directive(['health_port', wholeNumber(port, 1)])]),
    directive(['health_interval', interval === undefined ? '30s' : duration(interval)]),
    directive(['health_timeout', timeout === undefined ? '60s' : duration(timeout)]),
    // v1 took redirects for good, and looked where they led
    directive(['health_follow_redirects']),
    // Caddy 2 looks for a pattern
    ...(contains === undefined ? [] : [directive(['health_body', quoted(contains.text)])]),
    directive(['health_headers'], [directive(['Host', site.host])]),
  ];
}
