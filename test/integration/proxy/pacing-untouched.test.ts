import { describe, expect, it } from 'vitest';
import { host } from '../../support/records.ts';
import { openAll, processes } from './pacing-connections.ts';
import { domainsMap, none, PORT, setUp, signal } from './pacing-node.ts';

describe('without a reload, and without touching a connection', () => {
  const begin = async () => {
    const all = await setUp({ pace: { haproxy: none(), caddy: none() } });
    all.put('mine');
    all.put('other', { haproxy: all.port(PORT) });
    await all.follow();
    const connections = await openAll(all.node);
    const before = { pid: await all.node.info('Pid'), ...(await processes(all.node)) };
    return {
      ...all,
      untouched: async () => {
        await connections.echo();
        await connections.again();
        expect({ pid: await all.node.info('Pid'), ...(await processes(all.node)) }).toEqual(before);
      },
      finish: () => connections.finish(all.http.finish),
    };
  };

  it('an app moves to another node and back', async () => {
    const { node, put, follow, untouched, finish } = await begin();
    put('mine', { master: 'n2', ip: '192.0.2.8' });
    await follow();
    expect(await node.runtime(`show map ${domainsMap}`, signal)).toContain(`${host('mine')} node-n2`);
    await untouched();
    put('mine');
    await follow();
    expect((await node.visit(host('mine'))).body).toBe('at once');
    await untouched();
    await finish();
  });

  it('an app gets a new domain', async () => {
    const { node, put, site, follow, untouched, finish } = await begin();
    expect((await node.visit(host('new'))).status).toBe(503);
    put('mine', { domains: [host('mine'), host('new')], caddyfile: site('mine', host('new')) });
    await follow();
    expect((await node.visit(host('new'))).body).toBe('at once');
    await untouched();
    await finish();
  });

  it('an app with domains only goes into maintenance and comes back', async () => {
    const { node, maintenance, follow, untouched, finish } = await begin();
    maintenance.add('mine');
    await follow();
    expect((await node.visit(host('mine'))).status).toBe(503);
    expect((await node.visit(host('other'))).body).toBe('at once');
    await untouched();
    maintenance.delete('mine');
    await follow();
    expect((await node.visit(host('mine'))).body).toBe('at once');
    await untouched();
    await finish();
  });
});
