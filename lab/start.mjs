// Plain JavaScript for whatever Node is installed: brings in the dependencies (a whole Node 24 is one of them), then runs
// a TypeScript file of this project with that Node. `node lab/start.mjs FILE [ARGUMENT...]`
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = join(root, 'node_modules', '.bin');
const node = join(bin, 'node');

const lockFile = join(root, 'package-lock.json');

/** Whether node_modules holds what the lock file asks for; npm's own record of what it installed is written last. */
function isInstalled() {
  try {
    const wanted = JSON.parse(readFileSync(lockFile, 'utf8')).packages;
    const present = JSON.parse(readFileSync(join(root, 'node_modules/.package-lock.json'), 'utf8')).packages;
    return (
      existsSync(node) &&
      Object.entries(wanted).every(([path, { version, optional }]) => {
        const found = present[path]?.version;
        return path === '' || found === version || (optional && found === undefined);
      })
    );
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
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
  if (!isInstalled()) fail('npm ci ended well, but node_modules is not what package-lock.json asks for');
  process.stderr.write(`dependencies: done (${((Date.now() - began) / 1000).toFixed(1)} s)\n`);
}

/** One at a time: a second start waits for the first one's `npm ci` instead of removing what it has just installed. */
function installOnce() {
  const self = fileURLToPath(import.meta.url);
  const locked = spawnSync('flock', [lockFile, process.execPath, self, '--install'], {
    stdio: ['ignore', 2, 2],
  });
  if (locked.error)
    install(); // no util-linux here
  else if (locked.status !== 0) process.exit(1);
}

const [file, ...rest] = process.argv.slice(2);
if (!file) fail('usage: node lab/start.mjs FILE [ARGUMENT...]');
if (file === '--install') {
  if (!isInstalled()) install();
  process.exit(0);
}
if (!isInstalled()) installOnce();

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
