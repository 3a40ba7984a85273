import type { TestSequencerConstructor } from 'vitest/node';
import { BaseSequencer } from 'vitest/node';

/** Files of integration tests that wait for long, the longest first. */
const SLOW = [
  'consul/departure',
  'peer/cli-drill',
  'plan/health',
  'consul/lock',
  'consul/cluster',
  'lease/keeper',
];

/**
 * Without times of an earlier run vitest begins with the largest files. Ours that take longest are small, and one of them alone
 * at the end is waited for by all. A class, since that is what vitest takes.
 */
export const SlowestFirst: TestSequencerConstructor = class extends BaseSequencer {
  override async sort(files: Parameters<BaseSequencer['sort']>[0]): ReturnType<BaseSequencer['sort']> {
    const place = (path: string) => {
      const index = SLOW.findIndex((name) => path.endsWith(`/test/integration/${name}.test.ts`));
      return index < 0 ? SLOW.length : index;
    };
    return (await super.sort(files)).toSorted((a, b) => place(a.moduleId) - place(b.moduleId));
  }
};
