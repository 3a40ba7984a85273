import { furtherNodes, servicesOn } from '../app/balanced.ts';
import type { AppRecord } from '../app/record.ts';
import { upstreamsOf } from '../app/sites.ts';
import type { ContainerStatus } from '../generated/covey/v1/ContainerStatus.ts';
import type { NodeStatus } from '../generated/covey/v1/NodeStatus.ts';
import type { Existing } from '../plan/deploy-input.ts';
import type { ViewedApp } from '../proxy/view.ts';
import { recordsOf } from './records.ts';

/** How a service is on a node. */
export interface Soundness {
  state: 'up' | 'starting' | 'down';
  /** What is wrong with it; undefined: nothing is. */
  fault?: string;
  /** Whether something of it runs, in whatever health, or is between two starts; or it has done its work. */
  runs: boolean;
}

/** A service on the node where it belongs. */
export interface ServiceHere {
  app: string;
  service: string;
  runs: boolean;
}

/** Whether a container is a problem by itself, whatever it is part of. */
export const isUnwell = ({ state, health }: ContainerStatus): boolean =>
  state === 'restarting' || state === 'dead' || health === 'unhealthy';

/** All services that belong on the node, and whether they run there, by the containers of apps that it has. */
export function servicesHere(
  node: string,
  apps: readonly ViewedApp[],
  containers: readonly ContainerStatus[],
): ServiceHere[] {
  return recordsOf(apps).readable.flatMap(({ name, record }) => {
    const services = wantedOn(node, record);
    if (services.length === 0) return [];
    const its = containersOf(name, containers);
    return services.map((service) => ({ app: name, service, runs: soundness(record, service, its).runs }));
  });
}

/** What is wrong with the services of an app on its nodes, one line each; of a container that is unwell by itself others tell. */
export function serviceProblems({ name, record }: Existing, nodes: readonly NodeStatus[]): string[] {
  return [record.master, ...furtherNodes(record)].flatMap((node) => {
    const status = nodes.find((each) => each.name === node);
    if (status?.reachable !== true) return [];
    const its = containersOf(name, status.containers);
    if (node === record.master && !its.some(({ state }) => state === 'running'))
      return [`${name} does not run on its master ${node}`];
    return wantedOn(node, record).flatMap((service) => {
      const { state, fault } = soundness(record, service, its);
      const isTold = its.some((each) => each.service === service && isUnwell(each));
      return state === 'down' && !isTold ? [`${name} on ${node}: ${fault}`] : [];
    });
  });
}

/** What a node has of the app itself; a task that somebody runs by hand beside it is no part of it. */
export const containersOf = (
  app: string,
  containers: readonly ContainerStatus[] = [],
): readonly ContainerStatus[] =>
  containers.filter((container) => container.app === app && container.oneOff !== true);

/**
 * A service is as the best of its containers is: an old one may still be there beside the new one.
 * @param containers those of the app on the node
 */
export function soundness(
  record: AppRecord,
  service: string,
  containers: readonly ContainerStatus[],
): Soundness {
  const its = containers.filter((container) => container.service === service);
  const running = its.filter(({ state }) => state === 'running');
  if (running.some(({ health }) => !health || health === 'healthy')) return { state: 'up', runs: true };
  if (running.some(({ health }) => health === 'starting'))
    return { state: 'starting', fault: `${service} is starting`, runs: true };
  if (running.length > 0) return { state: 'down', fault: `${service} is unhealthy`, runs: true };
  const isDone = its.some(({ state, down }) => state === 'exited' && down !== true);
  if (isDone && !isAsked(record, service)) return { state: 'up', runs: true };
  // Of one that has ended Docker still tells a health, which says nothing.
  const how = its[0]?.state;
  const fault = how === undefined ? `${service} does not run` : `${service} is ${how}`;
  return { state: 'down', fault, runs: its.some(({ state }) => state === 'restarting') };
}

/** The services of the app that belong on the node; those without a container are not in the record. */
function wantedOn(node: string, record: AppRecord): readonly string[] {
  return node === record.master ? Object.keys(record.ct) : servicesOn(node, record);
}

/** Whether sites send requests to the service, so that it is no task. */
function isAsked(record: AppRecord, service: string): boolean {
  if (record.balanced?.services.includes(service)) return true;
  return upstreamsOf(record).some(({ container }) => container === record.ct[service]);
}
