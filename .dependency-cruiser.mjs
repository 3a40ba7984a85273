// Which module may import which. docs/architecture.md says the same in words, under "Folders of src".
import biome from './biome.json' with { type: 'json' };

/** For each folder of src, which others it may import, types too. From the ground up: each names only those above it. */
const layers = {
  config: [],
  generated: [],
  rpc: ['generated'],
  render: [],
  gossip: [],
  observed: ['gossip'],
  app: ['render'],
  consul: [],
  docker: [],
  volumes: [],
  proxy: ['app', 'render', 'consul'],
  lease: ['app', 'consul', 'docker'],
  doctor: ['consul'],
  occurrences: ['app', 'consul', 'proxy', 'generated'],
  plan: ['app', 'volumes', 'consul', 'docker', 'proxy'],
  handlers: [
    'rpc',
    'plan',
    'app',
    'render',
    'gossip',
    'observed',
    'volumes',
    'consul',
    'docker',
    'proxy',
    'doctor',
    'lease',
    'occurrences',
    'generated',
  ],
  monitoring: ['rpc', 'gossip', 'observed', 'handlers'],
  peer: [
    'rpc',
    'handlers',
    'monitoring',
    'plan',
    'doctor',
    'lease',
    'occurrences',
    'proxy',
    'app',
    'render',
    'gossip',
    'observed',
    'volumes',
    'consul',
    'docker',
    'config',
    'generated',
  ],
  drill: [],
  cli: ['drill', 'rpc', 'config', 'generated'],
};

/** `covey check` asks no peer: it judges a folder by the code that nodes judge it by, so it may import that too. */
const CHECK = '^src/cli/check-folder[.]ts$';

/** The files beside the folders, and which of them each may import. Folders may import them all. */
const shared = {
  'errors.ts': [],
  'logger.ts': [],
  'version.ts': [],
  'bell.ts': [],
  'durations.ts': ['errors.ts'],
  'command.ts': ['errors.ts'],
  'files.ts': ['errors.ts'],
  'faults.ts': ['errors.ts', 'files.ts'],
  'state-file.ts': ['errors.ts', 'files.ts', 'logger.ts'],
};

const escaped = (path) => path.replaceAll('.', '[.]');
const folder = (name) => `^src/${name}/`;
const file = (name) => `^src/${escaped(name)}$`;
const folders = Object.keys(layers).map(folder);
const files = Object.keys(shared).map(file);

/**
 * Modules without input and output: those for which biome.json forbids globals that do some. They import each other and
 * `purePackages`, and of anything else no more than types.
 */
const pure = biome.overrides
  .find(({ linter }) => linter.rules.style.noRestrictedGlobals)
  .includes.map((glob) => (glob.endsWith('/**') ? `^${glob.slice(0, -2)}` : `^${escaped(glob)}$`));

/** Of node:net it is only `isIP`, as biome.json says. */
const purePackages = ['^node_modules/(zod|js-yaml|bcryptjs|diff)/', '^(crypto|net|path|url|util)$'];

/** What a module imports of src lies in its folder, in a lower one, or beside all folders. */
const downwards = (name, from, allowed) => ({
  name: `${name}-imports-downwards`,
  from,
  to: { path: '^src/', pathNot: [...allowed.map(folder), ...files] },
});

const sharedImports = Object.entries(shared).map(([name, others]) => ({
  name: `${name.replace('.ts', '')}-imports-little`,
  from: { path: file(name) },
  to: { path: '^src/', pathNot: others.map(file) },
}));

const notTypes = { dependencyTypesNot: ['type-only'] };

const forbidden = [
  ...Object.entries(layers).map(([name, lower]) =>
    downwards(name, { path: folder(name), pathNot: CHECK }, [name, ...lower]),
  ),
  downwards('check', { path: CHECK }, ['cli', ...layers.cli, 'app', 'docker', 'consul']),
  ...sharedImports,
  {
    name: 'every-module-has-a-place',
    comment: 'Give a new folder or file of src its line in this file and in docs/architecture.md.',
    from: { path: '^src/', pathNot: [...folders, ...files] },
    to: {},
  },
  { name: 'no-circles', from: {}, to: { circular: true } },
  { name: 'no-orphans', from: { orphan: true, path: '^(src|lab|bench|docs)/' }, to: {} },
  {
    name: 'pure-stays-pure',
    comment: 'What reads or does anything is handed in by the caller, as a value or as a function.',
    from: { path: pure },
    to: { pathNot: [...pure, ...purePackages], ...notTypes },
  },
  {
    name: 'types-of-consul-for-proxy',
    from: { path: folder('proxy') },
    to: { path: folder('consul'), ...notTypes },
  },
  {
    name: 'types-of-proxy-for-plan',
    from: { path: folder('plan') },
    to: { path: folder('proxy'), ...notTypes },
  },
  {
    name: 'handlers-know-no-doing',
    comment: 'A handler gets what does things in its `deps`; peer/peer.ts makes it.',
    from: { path: folder('handlers') },
    to: { path: ['rpc', 'volumes', 'consul', 'docker', 'proxy'].map(folder), pathNot: pure, ...notTypes },
  },
  {
    name: 'grpc-in-rpc-alone',
    from: { path: '^src/', pathNot: [folder('rpc'), folder('generated')] },
    to: { path: '^node_modules/(@grpc/|grpc-)', ...notTypes },
  },
  { name: 'src-stands-alone', from: { path: '^src/' }, to: { path: '^(lab|bench|docs|test)/' } },
  { name: 'lab-knows-no-tests', from: { path: '^lab/' }, to: { path: '^(bench|docs|test)/' } },
  {
    name: 'docs-know-little-of-src',
    comment:
      'What is made of the sources reads them as text, but for what each code becomes, and for the command itself.',
    from: { path: '^docs/' },
    to: {
      path: '^(src|lab|bench|test)/',
      pathNot: '^src/(errors|rpc/status|cli/(exit|program)|config/caller|monitoring/metrics)[.]ts$',
    },
  },
  {
    name: 'bench-knows-no-tests',
    comment: 'It may start real programs as tests do.',
    from: { path: '^bench/' },
    to: { path: '^test/', pathNot: '^test/support/' },
  },
  {
    name: 'src-runs-without-dev-dependencies',
    comment: 'The image of the peer is made without them.',
    from: { path: '^src/' },
    to: { dependencyTypes: ['npm-dev', 'npm-no-pkg'], ...notTypes },
  },
  { name: 'imports-resolve', from: {}, to: { couldNotResolve: true } },
];

export default {
  forbidden: forbidden.map((rule) => ({ severity: 'error', ...rule })),
  options: {
    parser: 'tsc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: '^node_modules/' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
    },
  },
};
