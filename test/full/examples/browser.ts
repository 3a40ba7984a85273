import * as lab from '../../../lab/lab.ts';
import { type Page, type Visit, visit } from '../../../lab/visitor.ts';
import { NODES, type NodeName, rootCertificate } from '../../e2e/support.ts';

/** Someone who visits one site over HTTPS and keeps its cookies. */
export interface Browser {
  host: string;
  /** One request through a node, whatever comes of it; redirects are not followed. */
  visit(node: NodeName, path: string, request?: Pick<Visit, 'form' | 'body' | 'headers'>): Promise<Page>;
  /** The same, where it has to succeed. */
  ask(node: NodeName, path: string, request?: Pick<Visit, 'form' | 'body' | 'headers'>): Promise<Page>;
}

/** A browser that trusts the authorities of all machines, and no other. */
export async function browser(host: string): Promise<Browser> {
  const ca = (await Promise.all(NODES.map(rootCertificate))).join('\n');
  const cookies = new Map<string, string>();

  const open: Browser['visit'] = async (node, path, { headers, ...request } = {}) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const page = await visit({
      via: await lab.address(node),
      host,
      path,
      ca,
      headers: { ...headers, ...(cookie && { cookie }) },
      ...request,
    });
    for (const each of [page.headers['set-cookie'] ?? []].flat()) {
      const [, name, value] = /^([^=]+)=([^;]*)/.exec(each) ?? [];
      if (name !== undefined && value !== undefined) cookies.set(name, value);
    }
    return page;
  };
  return {
    host,
    visit: open,
    ask: async (node, path, request) => {
      const page = await open(node, path, request);
      if (page.status < 400) return page;
      throw new Error(`https://${host}${path} through ${node}: ${page.status} ${page.body.slice(0, 500)}`);
    },
  };
}
