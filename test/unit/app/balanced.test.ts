import { describe, expect, it } from 'vitest';
import { furtherNodes, isBalancedWhole, placeBalanced, servicesOn } from '../../../src/app/balanced.ts';
import { describeRelease, examineRelease } from '../../../src/app/describe.ts';
import { parseRecord } from '../../../src/app/record.ts';

const site = (host: string, port = 80) => `http://${host} {\n\treverse_proxy $CONTAINER:${port}\n}`;
const web = (nodes: string, more: object = {}) => ({
  labels: { 'covey.nodes': nodes },
  networks: { cluster_default: null },
  environment: { CADDYFILE: site('Shop.example.com') },
  ...more,
});
const source = (services: object) => ({
  config: {
    services,
    networks: { cluster_default: { name: 'cluster_default' } },
    volumes: { data: { driver: 'ours' }, cache: {} },
  },
  project: 'shop',
  commit: 'c',
  driver: 'ours',
  hasUpdateScript: false,
});

describe('covey.nodes', () => {
  it.each<[string, 'all' | string[]]>([
    ['all', 'all'],
    [' all ', 'all'],
    ['node1', ['node1']],
    ['node1, node3,node1', ['node1', 'node3']],
  ])('%s', (label, nodes) => {
    const { balanced } = describeRelease(source({ web: web(label), db: {} }));
    expect(balanced).toEqual({ nodes, services: ['web'], hosts: ['shop.example.com'] });
  });

  it('of none is not in the release', () => {
    expect(describeRelease(source({ web: web('all', { labels: {} }) }))).not.toHaveProperty('balanced');
  });

  it('may stand at a service with volumes of the node, and at those that need each other', () => {
    const api = web('all', {
      environment: { CADDYFILE: site('api.example.com') },
      depends_on: { web: {} },
      volumes: [{ source: 'cache' }, { source: '/etc/hosts' }],
    });
    expect(describeRelease(source({ web: web('all'), api })).balanced).toEqual({
      nodes: 'all',
      services: ['web', 'api'],
      hosts: ['shop.example.com', 'api.example.com'],
    });
  });

  it.each<[string, object, string]>([
    ['an empty label', { web: web('') }, 'covey.nodes is "all" or names of nodes with commas, not ""'],
    ['words', { web: web('all nodes') }, 'is "all" or names of nodes with commas, not "all nodes"'],
    [
      'a replicated volume',
      { web: web('all', { volumes: [{ source: 'data' }] }) },
      'service web: covey.nodes and the replicated volume data do not go together: one node alone writes to it',
    ],
    ['no site', { web: web('all', { environment: {} }) }, 'needs a CADDYFILE: only requests for its sites'],
    [
      'a site of something else',
      { web: web('all', { environment: { CADDYFILE: 'http://a.example.com {\n\trespond hi\n}' } }) },
      'needs a site that sends requests to its own container, and by plain HTTP',
    ],
    [
      'a site that speaks TLS to its container',
      { web: web('all', { environment: { CADDYFILE: site('a.example.com').replace('$', 'https://$') } }) },
      'needs a site that sends requests to its own container, and by plain HTTP',
    ],
    [
      'a service that it depends on',
      { web: web('all', { depends_on: { db: {} } }), db: {} },
      'covey.nodes and depends_on db do not go together: db runs on the master alone',
    ],
    [
      'a host that it shares',
      {
        web: web('all'),
        old: web('', {
          labels: {},
          environment: { CADDYFILE: 'https://shop.example.com {\n\treverse_proxy $CONTAINER:80\n}' },
        }),
      },
      'covey.nodes and shop.example.com do not go together: it is a site of a service too that runs on the master alone',
    ],
    [
      'another label',
      { web: web('all'), api: web('node1', { environment: { CADDYFILE: site('api.example.com') } }) },
      'covey.nodes is another one in api than in web: all of an app say the same',
    ],
  ])('is refused with %s', (_what, services, problem) => {
    const { release, problems } = examineRelease(source(services));
    expect(release).toBeUndefined();
    expect(problems).toEqual([expect.stringContaining(problem)]);
  });
});

describe('the nodes of a record', () => {
  const members = [
    { name: 'node2', state: 'alive' },
    { name: 'node1', state: 'failed' },
    { name: 'node3', state: 'alive' },
    { name: 'node4', state: 'left' },
  ];
  const asked = (nodes: 'all' | string[]) => ({ nodes, services: ['web'], hosts: ['a.example.com'] });

  it.each<['all' | string[], string[]]>([
    ['all', ['node3', 'node1', 'node2']],
    [['node1'], ['node3', 'node1']],
    [['node3'], ['node3']],
  ])('that asks for %s', (nodes, placed) => {
    expect(placeBalanced(asked(nodes), 'node3', members)?.nodes).toEqual(placed);
  });

  it('are none where none are asked for', () => {
    expect(placeBalanced(undefined, 'node3', members)).toBeNull();
  });

  it('have to be there', () => {
    expect(() => placeBalanced(asked(['node1', 'node4', 'x']), 'node3', members)).toThrow(
      'covey.nodes of the release names node4, x: there is no such node.',
    );
  });

  it('have what the record says', () => {
    const record = parseRecord(
      'shop',
      JSON.stringify({
        ...{ repo_url: 'u', branch: 'b', master: 'n1', domains: ['A.example.com:8443'] },
        balanced: { nodes: ['n1', 'n2'], services: ['web'], hosts: ['a.example.com'], later: 1 },
      }),
    );
    expect(furtherNodes(record)).toEqual(['n2']);
    expect(servicesOn('n2', record)).toEqual(['web']);
    expect(servicesOn('n1', record)).toEqual([]);
    expect(servicesOn('n3', record)).toEqual([]);
    expect(isBalancedWhole(record)).toBe(true);
    expect(isBalancedWhole({ ...record, domains: ['b.example.com'] })).toBe(false);
    expect(isBalancedWhole({ ...record, balanced: null })).toBe(false);
    expect(furtherNodes({ ...record, balanced: undefined })).toEqual([]);
  });
});
