import type { AppRecord } from '../app/record.ts';
import { siteHosts } from '../app/site-hosts.ts';
import type { Steps } from './step-list.ts';

/** The new master has the certificates of the app's sites before anybody comes there: none has to be issued anew. */
export function addCertificates(
  steps: Steps,
  about: { name: string; record: Pick<AppRecord, 'master' | 'domains'>; from: string },
): void {
  const { name, record, from } = about;
  const hosts = siteHosts(name, record);
  if (hosts.length === 0) return;
  steps.add(record.master, `take its certificates from ${from}`, { kind: 'certificates', node: from, hosts });
}
