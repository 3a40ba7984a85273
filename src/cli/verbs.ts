import type { Command } from 'commander';
import { app } from './app.ts';
import { apps } from './apps.ts';
import { ca } from './ca.ts';
import { check } from './check.ts';
import { clone } from './clone.ts';
import { completion } from './completion.ts';
import { deploy } from './deploy.ts';
import { destroy } from './destroy.ts';
import { doctor } from './doctor.ts';
import { drain } from './drain.ts';
import { drill } from './drill.ts';
import { event } from './event.ts';
import { exec } from './exec.ts';
import { health } from './health.ts';
import { history } from './history.ts';
import { leave } from './leave.ts';
import { logs } from './logs.ts';
import { maintenance } from './maintenance.ts';
import { migrate } from './migrate.ts';
import { move } from './move.ts';
import { nodes } from './nodes.ts';
import { releases } from './releases.ts';
import { remove } from './remove.ts';
import { render } from './render.ts';
import { restore } from './restore.ts';
import { rollback } from './rollback.ts';
import { snapshot } from './snapshot.ts';
import { snapshots } from './snapshots.ts';
import { status } from './status.ts';
import { version } from './version.ts';
import { volumes } from './volumes.ts';
import { watch } from './watch.ts';

/** All verbs of the command, in the order in which its help shows them. */
export function verbs(): Command[] {
  return [
    deploy(),
    destroy(),
    move(),
    drain(),
    drill(),
    leave(),
    remove(),
    maintenance(),
    apps(),
    app(),
    nodes(),
    status(),
    watch(),
    logs(),
    exec(),
    volumes(),
    snapshots(),
    snapshot(),
    restore(),
    clone(),
    migrate(),
    releases(),
    rollback(),
    history(),
    event(),
    render(),
    doctor(),
    health(),
    check(),
    ca(),
    completion(),
    version(),
  ];
}
