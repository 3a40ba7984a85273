import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { open, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { capture } from '../../lab/run.ts';
import { untilAnswered } from './ask.ts';
import type { Cleanup } from './cleanup.ts';
import { controlsOf, startNodeProxies } from './containers.ts';
import type { Router } from './latency.ts';
import { isCalm } from './process.ts';
import { hostOf, SELF } from './records.ts';
import { OTHERS, type Stage, UPSTREAM } from './stage.ts';

/** Whether consul-template is on PATH. */
export async function hasConsulTemplate(): Promise<boolean> {
  return (await capture(['which', 'consul-template'])).exitCode === 0;
}

/**
 * consul-template on proxies of its own, with templates that make of the same records what covey makes: the map and the
 * sites. HAProxy is told by SIGUSR2, which reads the map anew, Caddy by `caddy reload`: each after its own file.
 */
export async function startConsulTemplate(
  stage: Stage,
  cleanup: Cleanup,
  signal: AbortSignal,
): Promise<Router> {
  const { consul, places } = stage;
  const proxies = await startNodeProxies(`template${stage.apps.length}`, stage.folder, cleanup);
  const { folder, names, address } = proxies;
  const at = (name: string) => join(folder, name);
  const { haproxySettings, settings } = controlsOf(proxies);
  // its Caddy has one socket for HTTP
  const paths = { ...haproxySettings.paths, caddyHttp: settings.paths.http };
  await writeFile(at('domains.map.ctmpl'), mapTemplate);
  await writeFile(at('haproxy.cfg.ctmpl'), haproxyConfig(paths, places.nodes));
  await writeFile(at('Caddyfile.ctmpl'), caddyTemplate(settings.paths));
  const reload = `docker kill --signal USR2 ${names.haproxy}`;
  // by standard input, since the file is not in the container
  const load = `docker exec -i ${names.caddy} caddy reload --adapter caddyfile --config - --address unix/${settings.paths.admin}`;
  const templates = [
    [at('haproxy.cfg.ctmpl'), paths.domainMap.replace('domains.map', 'haproxy.cfg'), reload],
    [at('domains.map.ctmpl'), paths.domainMap, reload],
    [at('Caddyfile.ctmpl'), at('sites'), `${load} < ${at('sites')}`],
  ];
  const log = await open(at('consul-template.log'), 'w');
  const child = spawn(
    'consul-template',
    [
      `-consul-addr=${consul.host}:${consul.port}`,
      '-log-level=warn',
      ...templates.map((parts) => `-template=${parts.join(':')}`),
    ],
    { stdio: ['ignore', log.fd, log.fd] },
  );
  await once(child, 'spawn');
  await log.close();
  cleanup.add(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGINT');
    await gone;
  });
  const { pid = 0 } = child;
  for (const app of stage.apps.slice(-2)) {
    const body = app.master === SELF ? UPSTREAM : app.master;
    await untilAnswered({ address, host: hostOf(app) }, body, { signal, longest: 120_000 });
  }
  await isCalm(pid, signal);
  return { address, pid };
}

const eachApp = '{{ range ls "app" }}{{ with .Value | parseJSON }}';

const mapTemplate = `${eachApp}{{ $master := .master }}{{ range .domains }}{{ . }} node-{{ $master }}
{{ end }}{{ end }}{{ end }}`;

/** Nothing in it comes from Consul: it is written once. */
function haproxyConfig(
  { domainMap, socket, caddyHttp }: { domainMap: string; socket: string; caddyHttp: string },
  nodes: Readonly<Record<string, string>>,
): string {
  const others = OTHERS.map(
    (name) => `backend node-${name}-http\n    server ${name} ${nodes[name]}:1080 send-proxy-v2\n`,
  );
  return `global
    stats socket ${socket} mode 600 level admin expose-fd listeners
    hard-stop-after 30m

defaults
    mode http
    timeout connect 5s
    timeout client 15m
    timeout server 15m

frontend http-in
    bind *:80
    use_backend %[req.hdr(host),host_only,lower,map_str(${domainMap})]-http

backend node-${SELF}-http
    server caddy unix@${caddyHttp} send-proxy-v2

${others.join('\n')}`;
}

/** The sites as the records have them, at the socket where HAProxy brings HTTP, or at that of HTTPS. */
function caddyTemplate({ admin, http, https }: { admin: string; http: string; https: string }): string {
  const site = (scheme: 'http' | 'https', socket: string) =>
    `{{ range $urls }}{{ if . | regexMatch "^${scheme}://" }}{{ . }} {
    bind unix/${socket}|0600
    ${scheme === 'https' ? 'tls internal' : ''}
    encode gzip
    reverse_proxy {{ $upstream }}
}
{{ end }}{{ end }}`;
  return `{
    admin unix/${admin}|0600
    auto_https disable_redirects
    skip_install_trust
    servers {
        listener_wrappers {
            proxy_protocol
            tls
        }
        protocols h1 h2
    }
}
${eachApp}{{ if eq .master "${SELF}" }}{{ $urls := .urls | split "," }}{{ $upstream := .caddyfile | regexReplaceAll "(?s).*reverse_proxy ([0-9.:]+).*" "$1" }}
${site('http', http)}${site('https', https)}{{ end }}{{ end }}{{ end }}`;
}
