import { certificateChecks } from '../../doctor/certificates.ts';
import { consulChecks } from '../../doctor/consul.ts';
import { dockerChecks } from '../../doctor/docker.ts';
import { type Examine, examine } from '../../doctor/examine.ts';
import { gitChecks } from '../../doctor/git.ts';
import { internalRootChecks } from '../../doctor/internal-root.ts';
import { peerChecks } from '../../doctor/peers.ts';
import { portChecks } from '../../doctor/ports.ts';
import { caddyChecks, haproxyChecks } from '../../doctor/proxies.ts';
import { storeChecks } from '../../doctor/store.ts';
import type { ExaminerDeps } from './deps.ts';
import { certificates, git, store } from './disk.ts';
import { consul, peers } from './others.ts';
import { ports } from './ports.ts';
import { caddy, docker, haproxy } from './programs.ts';

/** All checks of this node, in the order in which they are shown. */
export function examiner(deps: ExaminerDeps): Examine {
  const checks = [
    ...storeChecks(store(deps)),
    ...certificateChecks(certificates(deps)),
    ...peerChecks(peers(deps)),
    ...dockerChecks(docker(deps)),
    ...consulChecks(consul(deps)),
    ...haproxyChecks(haproxy(deps)),
    ...caddyChecks(caddy(deps)),
    ...internalRootChecks(deps.certificates.roots),
    ...portChecks(ports(deps)),
    ...gitChecks(git(deps)),
  ];
  return (signal) => examine(checks, signal);
}
