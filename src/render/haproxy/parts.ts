import { isIP } from 'node:net';
import { CoveyError } from '../../errors.ts';
import {
  type HaproxyBackend,
  type HaproxyDefinition,
  type HaproxyFrontend,
  isBuiltIn,
} from './definition.ts';

/** Whose definition it is: that decides prefixes and server lines. */
export interface PartOwner {
  readonly definition: HaproxyDefinition;
  /** Name prefix of what a swarm key brings. */
  readonly swarm: boolean;
  /** The server's name: the master node, or `swarm_service`. */
  readonly server: string;
  /** `host:port` of a backend, as seen from the node that is rendered. */
  readonly target: (backend: HaproxyBackend) => string;
  /** What stands for a backend of a frontend of its own. Undefined: the backend. */
  readonly port?: (backend: PortBackend) => readonly Section[];
}

/** A backend of an app's own frontend. */
export interface PortBackend {
  readonly name: string;
  readonly mode: string;
  /** Its lines before the server's. */
  readonly options: readonly string[];
  /** The server's line. */
  readonly server: string;
}

/** What one owner adds to haproxy.cfg; each string is one whole line or section. */
export interface HaproxyParts {
  readonly httpRules: readonly string[];
  readonly httpsRules: readonly string[];
  /** Sections in order: each frontend with its backends behind it. */
  readonly sections: readonly {
    readonly kind: 'frontend' | 'backend';
    readonly name: string;
    readonly text: string;
  }[];
}

export type Section = HaproxyParts['sections'][number];

/**
 * Renders a definition as §5 says, to the letter.
 * @throws CoveyError `invalid` if one backend name would stand for two different things
 */
export function renderParts(owner: PartOwner): HaproxyParts {
  const sections = new Map<string, Section>();
  const add = (section: Section) => {
    const key = `${section.kind} ${section.name}`;
    const before = sections.get(key);
    if (before !== undefined && before.text !== section.text) {
      throw new CoveyError(
        'invalid',
        `HAPROXY ${section.name}: two different backends of this app have this name`,
      );
    }
    sections.set(key, section);
  };
  const rules = { 'http-in': [] as string[], 'https-in': [] as string[] };
  for (const [key, { frontend, backends }] of Object.entries(owner.definition)) {
    const names = backends.map((backend) => backendName(key, backend, owner.swarm));
    const used = backends.map((backend, index) =>
      join('use_backend', names[index], backend.use_backend_option),
    );
    if (isBuiltIn(key)) rules[key].push(...used);
    else if (frontend !== undefined) add(frontendSection(frontendName(key, owner.swarm), frontend, used));
    backends.forEach((backend, index) => {
      const mode = modeOf(key, frontend);
      const checks = isBuiltIn(key) ? 'resolvers dns check inter 3s' : undefined;
      const port: PortBackend = {
        name: names[index] ?? '',
        mode,
        options: backend.options ?? [],
        server: join('server', owner.server, owner.target(backend), backend.server_option, checks),
      };
      const held = isBuiltIn(key) ? undefined : owner.port?.(port);
      for (const each of held ?? [backendSection(port)]) add(each);
    });
  }
  return { httpRules: rules['http-in'], httpsRules: rules['https-in'], sections: [...sections.values()] };
}

/** `front-<name>`, or `swarm-front-<name>`. */
export function frontendName(key: string, swarm: boolean): string {
  return `${swarm ? 'swarm-' : ''}front-${key}`;
}

/** `http-<name>`, `https-<name>` or `backend-<name>`; of swarm keys `http-swarm-<name>`, …, `swarm-backend-<name>`. */
export function backendName(key: string, { name, ct }: HaproxyBackend, swarm: boolean): string {
  const own = name ?? ct;
  if (own === undefined) throw new CoveyError('invalid', `HAPROXY ${key}: a backend has neither name nor ct`);
  if (isBuiltIn(key)) return `${key === 'http-in' ? 'http-' : 'https-'}${swarm ? 'swarm-' : ''}${own}`;
  return `${swarm ? 'swarm-' : ''}backend-${own}`;
}

function modeOf(key: string, frontend: HaproxyFrontend | undefined): string {
  if (isBuiltIn(key)) return key === 'http-in' ? 'http' : 'tcp';
  return frontend?.mode ?? 'tcp';
}

function frontendSection(
  name: string,
  { mode, bind, options }: HaproxyFrontend,
  rules: readonly string[],
): Section {
  const lines = [`mode ${mode}`, ...(options ?? []), ...bind.map((address) => `bind ${address}`), ...rules];
  return { kind: 'frontend', name, text: section(`frontend ${name}`, lines) };
}

function backendSection({ name, mode, options, server }: PortBackend): Section {
  const text = section(`backend ${name}`, [`mode ${mode}`, ...options, server]);
  return { kind: 'backend', name, text };
}

/** A section's text: its head, and its lines indented. */
export function section(head: string, lines: readonly string[]): string {
  return [head, ...lines.map((line) => `    ${line.trim()}`)].map((line) => `${line}\n`).join('');
}

function join(...words: readonly (string | undefined)[]): string {
  return words
    .map((item) => item?.trim())
    .filter((item) => item !== undefined && item !== '')
    .join(' ');
}

/** An IP address as it stands before a port. */
export function hostOf(address: string, owner: string): string {
  const version = isIP(address);
  if (version === 0) throw new CoveyError('invalid', `${owner}: "${address}" is no IP address`);
  return version === 6 ? `[${address}]` : address;
}
