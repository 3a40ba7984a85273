import { markdownTable } from '../../../docs/generate/markdown.ts';
import { CONDITIONS, type Condition, OUTCOMES, PROJECTS, type Project, TABLE, TRANSITIONS } from './table.ts';

const intro = `# Acceptance

What becomes of an app in each transition, when all is well and when it is not: the list by which operators judge covey, as
tested on a cluster of three nodes. \`npm run test:full\` runs every cell, \`npm test\` those with a star.

After each cell, on each of the three nodes:

- purge schedules: \`covey volumes --retention\` names master and slave and no other node, and both have the time of the
  next purge on disk; replication is scheduled from the master to its slave, and to nobody without one
- the Consul service with its checks, which only the master has
- the record in Consul, and that no operation has left anything to be undone or finished
- the deploy folder at the record's commit, which only master and slave have
- containers and live volumes, which only the master has; the data, byte by byte; an old master keeps a snapshot
- the release and the data, by a visitor through this node

Where nothing was to be stopped, the container is still the same one.
`;

const conditions = Object.keys(CONDITIONS) as Condition[];

/** docs/acceptance.md. */
export function acceptancePage(): string {
  const transitions = Object.values(TRANSITIONS).map(({ title, roles }) => [title, ...roles]);
  return [
    intro,
    '## Transitions\n',
    markdownTable(['', 'node A', 'node B', 'node C'], transitions),
    '## Outcomes\n',
    Object.entries(OUTCOMES)
      .map(([outcome, meaning]) => `- **${outcome}**: ${meaning}\n`)
      .join(''),
    ...(Object.keys(PROJECTS) as Project[]).flatMap((project) => [
      `## ${PROJECTS[project].replace(/^./, (first) => first.toUpperCase())}\n`,
      tableOf(project),
    ]),
  ].join('\n');
}

/** One line for each condition, since there are more of these than of transitions. */
function tableOf(project: Project): string {
  const rows = conditions.map((condition) => [
    CONDITIONS[condition],
    ...Object.values(TABLE[project]).map((row) => {
      const cell = row[condition];
      return 'never' in cell ? `– (${cell.never})` : `${cell.outcome}${cell.quick ? ' \\*' : ''}`;
    }),
  ]);
  return markdownTable(['', ...Object.values(TRANSITIONS).map(({ title }) => title)], rows);
}
