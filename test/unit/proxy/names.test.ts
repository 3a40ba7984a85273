import { expect, it } from 'vitest';
import { addressesOf } from '../../../src/proxy/haproxy/names.ts';

const container = (name: string, address: string, aliases: string[] = [], network = 'net') => ({
  name,
  networks: { [network]: address },
  aliases: { [network]: aliases },
});

it('are those of containers on the network, and their aliases there', () => {
  const containers = [
    container('foo-Web-1', '10.1.0.2', ['web']),
    container('proxy.1.abc', '10.1.0.3', ['Swarm_Reverse']),
    container('elsewhere', '10.2.0.4', ['other'], 'other-net'),
    { name: 'stopped', networks: {}, aliases: {} },
  ];
  expect(addressesOf(containers, 'net')).toEqual(
    new Map([
      ['foo-web-1', '10.1.0.2'],
      ['proxy.1.abc', '10.1.0.3'],
      ['web', '10.1.0.2'],
      ['swarm_reverse', '10.1.0.3'],
    ]),
  );
});

it('give a name to the container that has it, whoever has it for an alias', () => {
  const containers = [
    container('a', '10.1.0.1', ['swarm_reverse', 'web']),
    container('b', '10.1.0.2', ['web']),
    container('swarm_reverse', '10.1.0.3'),
  ];
  for (const each of [containers, containers.toReversed()]) {
    const addresses = addressesOf(each, 'net');
    expect(addresses.get('swarm_reverse')).toBe('10.1.0.3');
    expect(addresses.get('web')).toBe('10.1.0.1');
  }
});
