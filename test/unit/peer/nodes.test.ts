import { expect, it } from 'vitest';
import { assertSameAddress } from '../../../src/peer/address.ts';
import { createNodes } from '../../../src/peer/nodes.ts';
import { assertThere } from '../../../src/peer/proxies.ts';
import { createReleaseTaker } from '../../../src/peer/releases.ts';
import type { View } from '../../../src/proxy/view.ts';
import { createChannels } from '../../../src/rpc/channels.ts';

const { signal } = new AbortController();
const deps = { channels: createChannels({ tls: undefined }), port: 1, address: async () => undefined };
const unknown = {
  code: 'not-found',
  message: 'No node is named node7.',
  hint: 'covey nodes lists them.',
};

it('a node that is none is asked nothing', async () => {
  await expect(createNodes(deps).version('node7', signal)).rejects.toMatchObject(unknown);
  const options = { signal, report: () => undefined, mandate: { app: 'shop', fence: 1, operation: 'o' } };
  const taking = createReleaseTaker(deps)('node7', { app: 'shop', folder: 'shop-1' }, '/nowhere', options);
  await expect(taking).rejects.toMatchObject(unknown);
});

it('a peer does not start under another address than the one of Consul', () => {
  expect(() => assertSameAddress('10.0.0.1', '10.0.0.2')).toThrow(
    'Consul advertises 10.0.0.1, but the settings say 10.0.0.2.',
  );
  assertSameAddress('10.0.0.1', '10.0.0.1');
});

it.each([
  ['app2', 'There is no app app2.'],
  ['swarm/mail2', 'There is no key swarm/mail2 in Consul.'],
])('nothing is shown of %s, which is not there', (name, message) => {
  const view = { apps: [{ name: 'app1' }], swarm: [{ key: 'mail' }] } as unknown as View;
  expect(() => assertThere(name, view)).toThrow(message);
  assertThere('app1', view);
  assertThere('swarm/mail', view);
});
