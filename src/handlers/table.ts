import type { Handlers } from '../rpc/handler.ts';
import { app } from './app.ts';
import { apps } from './apps.ts';
import { certificates, internalRoot } from './certificates.ts';
import { containerExec } from './container-exec.ts';
import { containerLogs } from './container-logs.ts';
import { deploy } from './deploy.ts';
import type { Deps } from './deps.ts';
import { destroy } from './destroy.ts';
import { doctor, doctorHere } from './doctor.ts';
import { event, events } from './event.ts';
import { exec } from './exec.ts';
import { gossip } from './gossip.ts';
import { history } from './history.ts';
import { logs } from './logs.ts';
import { maintenance } from './maintenance.ts';
import { migrate } from './migrate.ts';
import { awaitGeneration, hello, type NodeDeps, observe } from './node.ts';
import { forgetHere } from './node-forget.ts';
import { leaveCluster, leaveHere } from './node-leave.ts';
import { removeNode } from './node-remove.ts';
import { nodes } from './nodes.ts';
import { plan } from './plan.ts';
import { type ReleaseDeps, release } from './release.ts';
import { releases } from './releases.ts';
import { render, renderHere } from './render.ts';
import { restore } from './restore.ts';
import { retentionHere } from './retention.ts';
import { rollback } from './rollback.ts';
import { rootCertificate } from './root-certificate.ts';
import { clone, snapshot } from './snapshot.ts';
import { snapshots, snapshotsHere } from './snapshots.ts';
import { status } from './status.ts';
import { runStep, type StepDeps, undoStep } from './steps.ts';
import { volumes } from './volumes.ts';
import { watch } from './watch.ts';

/** Every operation that a peer answers. */
export function handlers(cluster: Deps, node: NodeDeps, step: StepDeps, folders: ReleaseDeps): Handlers {
  const operations = {
    Deploy: deploy(cluster),
    Destroy: destroy(cluster),
    Migrate: migrate(cluster),
    Snapshot: snapshot(cluster),
    Restore: restore(cluster),
    Rollback: rollback(cluster),
    Clone: clone(cluster),
  };
  return {
    Cluster: {
      ...operations,
      Plan: plan(operations),
      Maintenance: maintenance(cluster),
      Apps: apps(cluster),
      App: app(cluster),
      Nodes: nodes(cluster),
      Leave: leaveCluster(cluster),
      RemoveNode: removeNode(cluster),
      Status: status(cluster),
      Watch: watch(cluster),
      Volumes: volumes(cluster),
      Snapshots: snapshots(cluster),
      Releases: releases(cluster),
      History: history(cluster),
      Event: event(cluster),
      Events: events(cluster),
      Logs: logs(cluster),
      Exec: exec(cluster),
      Render: render(cluster),
      RootCertificate: rootCertificate(cluster),
      Doctor: doctor({ ...cluster, examine: node.examine }),
    },
    Peer: {
      RunStep: runStep(step),
      UndoStep: undoStep(step),
      AwaitGeneration: awaitGeneration(node),
      Release: release(folders),
      Certificates: certificates(node.caddy),
      InternalRoot: internalRoot(node.caddy),
      Observe: observe(cluster),
      Retention: retentionHere(node),
      Snapshots: snapshotsHere(node),
      ContainerLogs: containerLogs(node),
      ContainerExec: containerExec({ ...node, logger: cluster.logger }),
      Render: renderHere(node),
      Doctor: doctorHere(node),
      Leave: leaveHere(node),
      Forget: forgetHere(cluster),
      Gossip: gossip(node),
      Hello: hello(node),
    },
  };
}
