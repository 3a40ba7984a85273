import { afterAll, beforeAll } from 'vitest';
import { createKv, type Kv } from '../../src/consul/kv.ts';
import { startConsul, type TestConsul } from './consul.ts';

export let consul: TestConsul;
export let kv: Kv;

/** For a file of tests: a Consul for all of them. */
export function useConsul(): void {
  beforeAll(async () => {
    consul = await startConsul();
    kv = createKv(consul.client);
  }, 120_000);
  afterAll(() => consul?.stop());
}
