// Plain JavaScript for whatever Node is installed: brings in the dependencies (a whole Node 24 is one of them), then runs
// a TypeScript file of this project with that Node. `node lab/start.mjs FILE [ARGUMENT...]`
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stampFile = join(root, 'node_modules', '.covey-lock-hash');
const lockHash = createHash('sha256')
  .update(readFileSync(join(root, 'package-lock.json')))
  .digest('hex');
const bin = join(root, 'node_modules', '.bin');
const node = join(bin, 'node');

/** Whether node_modules holds what the lock file asks for, as of our stamp. */
function isInstalled() {
  if (!existsSync(node)) return false;
  return existsSync(stampFile) && readFileSync(stampFile, 'utf8') === lockHash;
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}

/** npm's output goes to standard error: standard output belongs to the program that is started. */
function install() {
  const began = Date.now();
  process.stderr.write('dependencies: npm ci ...\n');
  const npm = spawnSync('npm', ['ci', '--no-progress', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (npm.error) fail(`npm could not be started (${npm.error.message}); install Node.js with npm first`);
  if (npm.status !== 0) fail('npm ci failed; see above');
  if (!existsSync(node)) fail(`npm ci left no ${node}; is the package "node" among the devDependencies?`);
  writeFileSync(stampFile, lockHash);
  process.stderr.write(`dependencies: done (${((Date.now() - began) / 1000).toFixed(1)} s)\n`);
}

const [file, ...rest] = process.argv.slice(2);
if (!file) fail('usage: node lab/start.mjs FILE [ARGUMENT...]');
if (!isInstalled()) install();

const child = spawn(node, [file, ...rest], {
  stdio: 'inherit',
  env: { ...process.env, PATH: `${bin}${delimiter}${process.env.PATH ?? ''}` },
});
// The terminal sends these to the child as well; we only have to outlive it to pass on its status.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.on(signal, () => {
    if (signal !== 'SIGINT') child.kill(signal);
  });
}
child.on('error', (error) => fail(`${node}: ${error.message}`));
child.on('exit', (code, signal) => {
  if (!signal) process.exit(code ?? 1);
  process.removeAllListeners(signal);
  process.kill(process.pid, signal);
});
