import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { aptInstall } from '../../../lab/host/apt.ts';
import { at, certificates, covey, main, start, useCertificates } from './cli-runs.ts';

useCertificates();

const apps = [
  { name: 'shop_master.ddb14', master: 'node1' },
  { name: 'shop_qualif.4f94d', master: 'node2' },
  { name: 'blog_master.c83c5', master: 'node1' },
];
const nodes = [
  { name: 'node1', state: 'alive' },
  { name: 'node2', state: 'failed' },
];
const answering = () => start({ Apps: async () => ({ apps }), Nodes: async () => ({ nodes }) });

describe('covey complete', () => {
  test('asks the peer that the line names', async () => {
    const served = await answering();
    const { stdout } = await covey(['complete', '--', ...at(served), 'volumes', 'shop']);
    expect(stdout).toBe('shop_master.ddb14\ton node1\nshop_qualif.4f94d\ton node2');
    const equals = await covey(['complete', '--', 'deploy', ...at(served), '--master=no']);
    expect(equals.stdout).toBe('--master=node1\talive\n--master=node2\tfailed');
    for (const verb of ['logs', 'exec']) {
      const named = await covey(['complete', '--', verb, ...at(served), '--node', 'node2']);
      expect(named.stdout).toBe('node2\tfailed');
    }
  });

  test.each([
    ['nobody answers', ['--peer', '127.0.0.1:1']],
    ['certificates are not there', ['--tls-dir', '/nowhere']],
    ['the line is wrong before', ['--peer', 'a:b']],
  ])('says nothing where %s', async (_, options) => {
    const silent = { exitCode: 0, stdout: '', stderr: '' };
    expect(await covey(['complete', '--', ...options, 'volumes', ''])).toMatchObject(silent);
  });

  test('says nothing where the peer refuses', async () => {
    const served = await start({});
    const result = await covey(['complete', '--', ...at(served), 'volumes', '']);
    expect(result).toMatchObject({ exitCode: 0, stdout: '', stderr: '' });
  });
});

describe('bash', () => {
  let bin: string;
  beforeAll(async () => {
    bin = certificates.dir('bin');
    await mkdir(bin);
    await writeFile(`${bin}/covey`, `#!/bin/sh\nexec '${process.execPath}' '${main}' "$@"\n`);
    await chmod(`${bin}/covey`, 0o755);
  });

  /** What the tab key gives at the end of a line. */
  async function tab(line: string): Promise<string[]> {
    // As bash calls it, words cut as bash cuts them.
    const script = `eval "$(covey completion bash)"
COMP_LINE=$1 COMP_POINT=\${#1} COMP_WORDS=($1) COMP_CWORD=\${#COMP_WORDS[@]}
$(complete -p covey | sed -E 's/.*-F ([^ ]+) .*/\\1/') covey '' ''
printf '%s\\n' "\${COMPREPLY[@]}"`;
    const { stdout } = await execa('bash', ['-c', script, 'bash', line], {
      cwd: fileURLToPath(new URL('../../..', import.meta.url)),
      env: {
        PATH: `${bin}:${dirname(process.execPath)}:/usr/bin:/bin`,
        COVEY_TLS_DIR: certificates.dir('alice'),
      },
      extendEnv: false,
    });
    return stdout.split('\n');
  }

  test('completes verbs, options, choices and folders', async () => {
    expect(await tab('covey s')).toEqual(['status', 'snapshots', 'snapshot']);
    expect(await tab('covey deploy --m')).toEqual(['--master']);
    expect(await tab('covey maintenance ')).toEqual(['on', 'off']);
    expect(await tab('covey check do')).toEqual(['docs']);
    expect(await tab('covey apps --ca packa')).toEqual(
      expect.arrayContaining(['package.json', 'package-lock.json']),
    );
  });

  test('completes names, and what stands behind ":" and "=", where bash cuts words', async () => {
    const served = await answering();
    const [option, peer] = at(served);
    expect(await tab(`covey ${option} ${peer} volumes blog`)).toEqual(['blog_master.c83c5']);
    expect(await tab(`covey ${option} ${peer} deploy repo main --master=`)).toEqual(['node1', 'node2']);
  });
});

describe.each([
  ['zsh', '-n'],
  ['fish', '--no-execute'],
])('%s', (shell, onlyParse) => {
  beforeAll(() => aptInstall([shell]), 300_000);

  test('its script can be read', async () => {
    const { stdout } = await covey(['completion', shell]);
    const file = certificates.dir(`covey.${shell}`);
    // As a file: fish reads nothing from the kind of pipe that Node makes.
    await writeFile(file, stdout);
    await execa(shell, [onlyParse, file]);
  });
});
