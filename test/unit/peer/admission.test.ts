import { describe, expect, it } from 'vitest';
import { CoveyError } from '../../../src/errors.ts';
import { admission } from '../../../src/peer/admission.ts';

const record = { repo_url: 'r', branch: 'b', master: 'node1', slave: 'node2', volumes: ['db'] };
const replica = { app: 'shop', fence: null, operation: 'o', volume: 'db', snapshot: 'db@x', from: 'node1' };

/** The receiver node2, with what Consul answers. */
function receiver(value: unknown) {
  const asked: { key: string; consistent: boolean | undefined }[] = [];
  const passed: [string, number][] = [];
  const admit = admission({
    node: 'node2',
    kv: {
      get: async (key, options) => {
        asked.push({ key, consistent: options?.consistent });
        if (value instanceof Error) throw value;
        if (value === undefined) return undefined;
        return { key, value: JSON.stringify(value), modifyIndex: 1, createIndex: 1 };
      },
    },
    fences: {
      pass: async (app, fence) => {
        passed.push([app, fence]);
      },
    },
  });
  return { admit, asked, passed };
}

describe('a replica', () => {
  it("is admitted from the master of the record to its slave, as Consul's leader knows it", async () => {
    const { admit, asked, passed } = receiver(record);
    await admit(replica);
    expect(asked).toEqual([{ key: 'app/shop', consistent: true }]);
    expect(passed).toEqual([]);
  });

  it.each<[string, unknown, string, RegExp]>([
    ['of an app without a record', undefined, 'refused', /There is no app shop/],
    ['of another master', { ...record, master: 'node3' }, 'refused', /master of shop is node3, not node1/],
    [
      'for another slave',
      { ...record, slave: 'node3' },
      'refused',
      /^The slave of shop is node3, not node2$/,
    ],
    ['for no slave', { ...record, slave: null }, 'refused', /slave of shop is no node/],
    ['of a volume that is not the app’s', { ...record, volumes: ['x'] }, 'refused', /db is no replicated/],
    ['of an unreadable record', { ...record, master: 1 }, 'invalid', /app\/shop is not usable/],
    ['without Consul', new CoveyError('unavailable', 'no leader'), 'unavailable', /no leader/],
  ])('is refused %s', async (_, value, code, message) => {
    await expect(receiver(value).admit(replica)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
  });
});

it('an operation with a fencing number is judged by that alone', async () => {
  const { admit, asked, passed } = receiver(undefined);
  await admit({ ...replica, fence: 7 });
  expect(asked).toEqual([]);
  expect(passed).toEqual([['shop', 7]]);
});
