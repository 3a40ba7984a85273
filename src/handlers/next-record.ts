import { placeBalanced } from '../app/balanced.ts';
import { formatDeployDate } from '../app/dates.ts';
import type { Identity } from '../app/identity.ts';
import type { AppRecord } from '../app/record.ts';
import type { Release } from '../app/release.ts';
import { schedulesOf } from '../app/schedules.ts';
import type { Member } from '../consul/members.ts';
import type { Existing } from '../plan/deploy-input.ts';

/** What the cluster is to know of the app from now on. Fields that we do not know are carried over. */
export function nextRecord(about: {
  identity: Identity;
  master: Member;
  /** Empty: none. */
  slave: string;
  release: Release;
  existing: Existing | undefined;
  deployId: string;
  members: readonly Member[];
}): AppRecord {
  const { identity, master, slave, release, existing, deployId, members } = about;
  return {
    ...existing?.record,
    repo_url: identity.repoUrl,
    branch: identity.branch,
    master: master.name,
    slave: slave || null,
    ip: master.address,
    deploy_id: deployId,
    previous_deploy_id: existing?.record.deploy_id ?? null,
    deploy_date: formatDeployDate(new Date()),
    domains: release.domains,
    urls: release.urls.join(','),
    caddyfile: release.caddyfile,
    haproxy: release.haproxy,
    ct: release.containers,
    volumes: release.volumes.filter((volume) => volume.replicated).map((volume) => volume.full),
    schedules: schedulesOf(release.volumes),
    takeover: release.takeover ?? null,
    balanced: placeBalanced(release.balanced, master.name, members),
    check_urls: release.checkUrls,
    service_json: release.serviceJson || null,
    commit: release.commit,
  };
}
