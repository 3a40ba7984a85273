import { expect, it } from 'vitest';
import { viewOf } from '../../../src/proxy/view.ts';

const record = (repo: string) =>
  JSON.stringify({ repo_url: `https://git.example.com/${repo}`, branch: 'master', master: 'n1' });

it('reads records, maintenance keys and members', () => {
  const members = [{ name: 'n1', address: '10.0.0.1' }];
  const view = viewOf({
    apps: [{ key: 'app/foo_master.12345', value: record('foo'), modifyIndex: 7 }],
    maintenance: ['maintenance/foo_master.12345', 'maintenance/nobody'],
    members,
  });
  expect(view.apps).toMatchObject([
    { name: 'foo_master.12345', index: 7, record: { master: 'n1', slave: null } },
  ]);
  expect([...view.maintenance]).toEqual(['foo_master.12345', 'nobody']);
  expect(view.members).toEqual(members);
});

it('keeps a record that cannot be read as the error of that app alone', () => {
  const view = viewOf({
    apps: [
      { key: 'app/bad', value: '{"repo_url":', modifyIndex: 8 },
      { key: 'app/good', value: record('good'), modifyIndex: 9 },
    ],
    maintenance: [],
    members: [],
  });
  expect(view.apps).toMatchObject([
    { name: 'bad', index: 8, error: expect.stringContaining('app/bad') },
    { name: 'good', index: 9, record: { master: 'n1' } },
  ]);
});

it('reads swarm keys; one that cannot be read is its own error alone', () => {
  const view = viewOf({
    apps: [],
    maintenance: [],
    members: [],
    swarm: [
      { key: 'swarm/', value: '', modifyIndex: 1 },
      { key: 'swarm/bad', value: '{', modifyIndex: 2 },
      { key: 'swarm/good', value: '{"domains": ["a.example.com"]}', modifyIndex: 3 },
    ],
  });
  expect(view.swarm).toEqual([
    { key: 'bad', index: 2, error: expect.stringContaining('swarm/bad') },
    { key: 'good', index: 3, value: { key: 'good', domains: ['a.example.com'], haproxy: {} } },
  ]);
  expect(viewOf({ apps: [], maintenance: [], members: [] }).swarm).toEqual([]);
});

it('takes no app from the folder’s own key, as the web page of Consul makes it', () => {
  const apps = [{ key: 'app/', value: '', modifyIndex: 1 }];
  expect(viewOf({ apps, maintenance: [], members: [] }).apps).toEqual([]);
});

it('knows masters from records, but none that is no node or has no address', () => {
  const entry = (name: string, master: string, ip: string) => ({
    key: `app/${name}`,
    value: JSON.stringify({ repo_url: 'r', branch: 'b', master, ip }),
    modifyIndex: 1,
  });
  const apps = [entry('a', 'n 1', '192.0.2.1'), entry('b', 'n2', 'nowhere'), entry('c', 'n3', '192.0.2.3')];
  expect(viewOf({ apps, maintenance: [], members: [] }).members).toEqual([
    { name: 'n3', address: '192.0.2.3' },
  ]);
});
