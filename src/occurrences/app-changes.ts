import type { ViewedApp } from '../proxy/view.ts';
import type { Occurrence } from './occurrence.ts';
import { lostNodes } from './presence.ts';
import type { Seen } from './seen.ts';

/** What has become of the records, and of maintenance. */
export function appChanges(before: Seen, after: Seen): Occurrence[] {
  const { at } = after;
  if (before.view === undefined || after.view === undefined) return [];
  const were = new Map(before.view.apps.map((app) => [app.name, app]));
  const are = new Set(after.view.apps.map(({ name }) => name));
  const wereOff = before.view.maintenance;
  const areOff = after.view.maintenance;
  const lost = new Set([...lostNodes(before).keys(), ...lostNodes(after).keys()]);
  const isLost = (node: string) => lost.has(node);
  return [
    ...after.view.apps.flatMap((app) => changeOf(were.get(app.name), app, { at, isLost })),
    ...[...were.keys()]
      .filter((app) => !are.has(app))
      .map((app): Occurrence => ({ kind: 'app.gone', at, app, text: `${app} is gone`, details: {} })),
    ...[...areOff]
      .filter((app) => !wereOff.has(app))
      .map((app): Occurrence => {
        return { kind: 'maintenance.on', at, app, text: `${app} is in maintenance`, details: {} };
      }),
    ...[...wereOff]
      .filter((app) => !areOff.has(app))
      .map((app): Occurrence => {
        return { kind: 'maintenance.off', at, app, text: `${app} is in maintenance no more`, details: {} };
      }),
  ];
}

function changeOf(
  before: ViewedApp | undefined,
  after: ViewedApp,
  { at, isLost }: { at: number; isLost: (node: string) => boolean },
): Occurrence[] {
  const { name: app, index } = after;
  if (before?.index === index) return [];
  const was = before && 'record' in before ? before.record : undefined;
  const is = 'record' in after ? after.record : undefined;
  const isRelease =
    is !== undefined &&
    (before === undefined ||
      (was !== undefined &&
        (was.deploy_id !== is.deploy_id ||
          was.master !== is.master ||
          was.slave !== is.slave ||
          was.commit !== is.commit)));
  // Also where one of both cannot be read: what it says is not known then.
  if (!isRelease) {
    const text = `the record of ${app} has changed`;
    return [{ kind: 'app.changed', at, app, text, details: { generation: `${index}` } }];
  }
  const { master, slave, commit = '', deploy_id: deployId = '' } = is;
  const details = {
    ...{ generation: `${index}`, master, slave: slave ?? '', commit, deployId },
    ...{ fromMaster: was?.master ?? '', fromSlave: was?.slave ?? '' },
  };
  const where = slave === null ? `on ${master}` : `on ${master}, with its replica on ${slave}`;
  const about = { at, app, node: master, details };
  if (was !== undefined && was.master !== master && isLost(was.master))
    return [
      { kind: 'app.takeover', ...about, text: `${app} was taken over from ${was.master}: it runs ${where}` },
    ];
  const from = was === undefined || was.master === master ? '' : `, before on ${was.master}`;
  return [{ kind: 'app.deployed', ...about, text: `${app} is deployed ${where}${from}` }];
}
