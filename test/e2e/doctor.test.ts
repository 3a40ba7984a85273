import { afterEach, describe, expect, it } from 'vitest';
import { covey, eventually, must, NODES } from './support.ts';

interface Finding {
  node: string;
  check: string;
  state: string;
  found: string;
  hint: string;
}

/** What the doctor finds, asked of one node, and its exit status. */
async function examine(node: string, ...args: string[]): Promise<{ exitCode: number; findings: Finding[] }> {
  const { exitCode, stdout, stderr } = await covey(node, 'doctor', ...args, '--json');
  if (stdout === '') throw new Error(`covey doctor on ${node} ended with ${exitCode}: ${stderr}`);
  return { exitCode, findings: (JSON.parse(stdout) as { findings: Finding[] }).findings };
}

const notOk = (findings: readonly Finding[]) => findings.filter(({ state }) => state !== 'ok');

/** All is well on all nodes; what a test before has stopped may still be on its way up. */
const allWell = () =>
  eventually(
    async () => {
      const { exitCode, findings } = await examine('node1', '--all');
      return { exitCode, wrong: notOk(findings), nodes: [...new Set(findings.map(({ node }) => node))] };
    },
    ({ exitCode, wrong }) => exitCode === 0 && wrong.length === 0,
    90_000,
  );

describe('covey doctor', () => {
  afterEach(async () => {
    await must('node2', 'chmod', '600', '/etc/covey/tls/node.key');
    for (const name of ['covey-caddy', 'covey-peer']) await must('node2', 'docker', 'start', name);
  });

  it('finds nothing on nodes that are well', async () => {
    expect((await allWell()).nodes).toEqual([...NODES]);
    const { exitCode, stdout } = await covey('node3', 'doctor');
    expect({ exitCode, stdout }).toEqual({
      exitCode: 0,
      stdout: expect.stringMatching(/\n\nAll is well\.\n$/),
    });
    expect(stdout).toMatch(
      /^node3 +ports +ok +80 haproxy; 443 haproxy; 1080 haproxy; 1443 haproxy; 7700 peer; 7702 peer$/m,
    );
  });

  it('names a key that others can read, and its mend mends it', async () => {
    await must('node2', 'chmod', '644', '/etc/covey/tls/node.key');
    const { exitCode, findings } = await examine('node1', 'node2');
    expect({ exitCode, wrong: notOk(findings) }).toEqual({
      exitCode: 1,
      wrong: [
        {
          node: 'node2',
          check: 'certificate key',
          state: 'error',
          found: '/etc/covey/tls/node.key has mode 644: others than root may read it',
          hint: 'chmod 600 /etc/covey/tls/node.key',
        },
      ],
    });
    await must('node2', ...(notOk(findings)[0]?.hint.split(' ') ?? []));
    await allWell();
  });

  it('names a Caddy that is stopped, and what starts it', async () => {
    await must('node2', 'docker', 'stop', 'covey-caddy');
    const { exitCode, findings } = await examine('node1', '--all');
    expect(exitCode).toBe(1);
    const wrong = notOk(findings);
    expect(wrong.map(({ node, check }) => `${node} ${check}`)).toEqual([
      'node2 caddy',
      'node2 caddy version',
    ]);
    expect(wrong[0]).toMatchObject({ found: 'covey-caddy is exited' });
    const command = /^docker start covey-caddy/.exec(wrong[0]?.hint ?? '')?.[0] ?? '';
    await must('node2', ...command.split(' '));
    await allWell();
  });

  it('names a peer that does not answer: by itself, and as the others see it', async () => {
    await must('node2', 'docker', 'stop', 'covey-peer');
    const { exitCode, findings } = await examine('node1', '--all');
    expect(exitCode).toBe(1);
    const wrong = notOk(findings);
    expect(wrong.map(({ node, check }) => `${node} ${check}`)).toEqual([
      'node1 peers',
      'node2 peer',
      'node3 peers',
    ]);
    for (const { hint } of wrong) expect(hint).toContain('on node2: docker start covey-peer');
    await must('node2', 'docker', 'start', 'covey-peer');
    await allWell();
  });
});
