import type { HaproxyApp } from '../../../../src/render/haproxy/config.ts';
import { mergeHaproxy, parseHaproxy } from '../../../../src/render/haproxy/definition.ts';
import type { HaproxyParts } from '../../../../src/render/haproxy/parts.ts';

export const members = [
  { name: 'node2', address: '10.0.0.2' },
  { name: 'node1', address: '10.0.0.1' },
];

export const ssh = mergeHaproxy([
  {
    ct: 'sshservice_container_name',
    part: parseHaproxy(`{
      "ssh-config-name": {
        "frontend": { "mode": "tcp", "bind": ["*:2222"] },
        "backends": [{ "name": "ssh-service", "use_backend_option": "", "port": "22", "peer_port": "2222" }]
      }
    }`),
  },
]);

export function app(changes: Partial<HaproxyApp> = {}): HaproxyApp {
  return {
    name: 'foo_master.ddb14',
    master: 'node1',
    ip: '10.0.0.1',
    domains: [],
    maintenance: false,
    ...changes,
  };
}

export function sections(parts: HaproxyParts): string {
  return parts.sections.map(({ text }) => text).join('\n');
}
