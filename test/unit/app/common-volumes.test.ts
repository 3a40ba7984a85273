import { expect, it } from 'vitest';
import { commonVolumes } from '../../../src/app/common-volumes.ts';
import type { Volume } from '../../../src/app/release.ts';

const NONMIGRABLE = 'com.github.mlfmonde.cluster.nonmigrable';
const app = (project: string, volumes: Record<string, Partial<Volume>>) => ({
  volumes: Object.entries(volumes).map(([short, more]) => ({
    short,
    full: `${project}_${short}`,
    driver: 'ours',
    replicated: true,
    labels: {},
    ...more,
  })),
});

it('volumes go over by their names in the compose files, whatever they are called on the nodes', () => {
  const source = app('prod', {
    db: {},
    files: { full: 'shared-files' },
    logs: {},
    cache: { replicated: false },
  });
  const target = app('qualif', { db: {}, files: {}, conf: {}, cache: {}, tmp: { replicated: false } });
  expect(commonVolumes(source, target)).toEqual({
    pairs: [
      { source: 'prod_db', target: 'qualif_db' },
      { source: 'shared-files', target: 'qualif_files' },
    ],
    nonmigrable: [],
    missing: ['qualif_conf', 'qualif_cache'],
    unwanted: ['prod_logs'],
  });
});

it.each([
  ['True', true],
  ['true', true],
  ['1', true],
  [' TRUE ', true],
  ['false', false],
  ['0', false],
  ['', false],
  ['yes', false],
])('the label "%s" of the target keeps a volume to itself: %s', (value, keeps) => {
  const labels = { [NONMIGRABLE]: value };
  const { pairs, nonmigrable } = commonVolumes(app('s', { db: {} }), app('t', { db: { labels } }));
  expect([pairs.length, nonmigrable]).toEqual(keeps ? [0, ['t_db']] : [1, []]);
  // That of the source says what may be done to the source.
  expect(commonVolumes(app('s', { db: { labels } }), app('t', { db: {} })).pairs).toHaveLength(1);
});
