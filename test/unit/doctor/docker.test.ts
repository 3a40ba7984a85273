import { describe, expect, it } from 'vitest';
import { judgeCompose, judgeDriver, judgeHaproxyNetwork, judgeNetwork } from '../../../src/doctor/docker.ts';

describe('docker', () => {
  it.each([
    ['2.20.0', 'ok'],
    ['2.26.1-4', 'ok'],
    ['v2.39.4', 'ok'],
    ['3.0.0', 'ok'],
    ['2.19.9', 'error'],
    ['v1.29.2', 'error'],
    ['', 'error'],
  ])('compose %j is %s', (version, state) => {
    expect(judgeCompose(version).state).toBe(state);
  });

  it('misses the network, or HAProxy on the host', () => {
    expect(judgeNetwork('cluster_default', true).state).toBe('ok');
    expect(judgeNetwork('cluster_default', false)).toMatchObject({
      state: 'error',
      hint: expect.stringContaining('node/install.sh'),
    });
    expect(judgeHaproxyNetwork('h', true).state).toBe('ok');
    expect(judgeHaproxyNetwork('h', false)).toMatchObject({
      state: 'error',
      found: "h is not in the host's network",
    });
    expect(judgeHaproxyNetwork('h', undefined)).toMatchObject({
      state: 'error',
      found: 'there is no container h',
    });
  });

  it('wants a volume driver under the name of ours', () => {
    expect(judgeDriver('any:1', ['VolumeDriver']).state).toBe('ok');
    expect(judgeDriver('any:1', ['NetworkDriver'])).toMatchObject({
      state: 'error',
      found: expect.stringContaining('NetworkDriver'),
    });
  });
});
