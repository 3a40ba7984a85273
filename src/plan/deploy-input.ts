import type { Identity } from '../app/identity.ts';
import type { AppRecord } from '../app/record.ts';
import type { Release } from '../app/release.ts';
import type { PastRelease } from '../app/releases.ts';
import type { Balancing } from './balanced.ts';
import type { FenceAction } from './fence-action.ts';
import type { Survey } from './results.ts';

/** A record, its key and its version in Consul. */
export interface Existing {
  name: string;
  record: AppRecord;
  /** Consul's ModifyIndex. */
  index: number;
}

export interface DeployInput extends Pick<Balancing, 'further'> {
  /** Node that runs the operation. */
  coordinator: string;
  identity: Identity;
  /** Folder of the new deployment, the same on every node. */
  folder: string;
  /** Root of all deployments. */
  root: string;
  existing: Existing | undefined;
  /** What is to be committed. */
  record: AppRecord;
  release: Release;
  /** What the new master holds of the app now. */
  survey: Survey;
  /** What the old master holds, where it is another one. */
  oldSurvey: Survey | undefined;
  update: boolean;
  inMaintenance: boolean;
  /** The releases that are known of the app. */
  releases: readonly PastRelease[];
  /** Names of the live members. */
  live: readonly string[];
  /** The old master is lost, and the new one takes over from the replicas that its survey has found. */
  fromReplica: boolean;
  /** It does so by itself: what takes the old master's lease from it. */
  fence?: FenceAction | undefined;
  /** Milliseconds since the epoch. */
  now: number;
}
