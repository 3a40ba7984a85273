import { asCoveyError } from '../../errors.ts';
import type { ActionDeps, Performed } from './action.ts';

/**
 * Takes the certificates that another node has. There is nothing to undo: they are those of the app's hosts wherever it runs,
 * and Caddy looks at none that it has no site for. An app whose node cannot give any moves all the same, since Caddy gets
 * new ones by itself; but not from a node that does not answer, which the next steps need as well.
 */
export function certificates({ takeCertificates }: ActionDeps): Performed<'certificates'> {
  return {
    run: async ({ node, hosts }, { signal, report }) => {
      try {
        const taken = await takeCertificates(node, hosts, signal);
        for (const { host, issuer, outcome } of taken) report(-1, `${host} (${issuer}): ${outcome}`);
        if (taken.length === 0) report(-1, `${node} has none`);
      } catch (thrown) {
        const { code, message } = asCoveyError(thrown);
        if (code !== 'failed' && code !== 'refused') throw thrown;
        report(-1, `none is taken: ${message}`);
      }
    },
  };
}
