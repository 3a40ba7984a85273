import type { AppRecord } from '../../app/record.ts';
import type { Registration } from '../../consul/registration.ts';
import type { Compose } from '../../docker/compose.ts';
import type { Engine } from '../../docker/engine.ts';
import type { Git } from '../../docker/git.ts';
import type { LogBounds } from '../../docker/logging.ts';
import type { BalanceControl } from '../../proxy/balance.ts';
import type { Requests } from '../../proxy/caddy/requests.ts';
import type { StandIn } from '../../proxy/stand-ins.ts';
import type { Store } from '../../volumes/store.ts';
import type { Mandate } from '../../volumes/transfer/send.ts';
import type { MountGuard } from '../mounts.ts';
import type { Report } from '../runner.ts';
import type { Action, ActionKind } from '../steps.ts';

/** What the actions of a node work with. */
export interface ActionDeps {
  git: Git;
  compose: Compose;
  engine: Engine;
  store: Store;
  registration: Registration;
  /** Sends the present state of a volume, or a snapshot of it, to another node; it has landed there when this resolves. */
  handOff(
    volume: string,
    to: string,
    options: ActionOptions & { snapshot?: string | undefined; passing?: boolean | undefined },
  ): Promise<{ snapshot: string; bytes: number }>;
  /** Whether another node has the snapshot too, as far as this one knows. */
  isShared(snapshot: string, node: string): boolean;
  /** Whether a transfer needs the snapshot, now or the next time. */
  isPinned(snapshot: string): boolean;
  /** Takes a release of an app that another node has into the folder `into`, which it makes. Errors: it was cut, or is not there. */
  takeRelease(
    node: string,
    release: { app: string; folder: string },
    into: string,
    options: ActionOptions,
  ): Promise<void>;
  /**
   * Takes what another node keeps of certificates of these hosts, and says of each what became of it; none is no error.
   * Errors: `failed`, `refused` where it gives none, `unavailable`.
   */
  takeCertificates(
    node: string,
    hosts: readonly string[],
    signal: AbortSignal,
  ): Promise<{ host: string; issuer: string; outcome: string }[]>;
  /** May let volumes be mounted here before the record names this node their master. */
  mounts: Pick<MountGuard, 'allow' | 'revoke'>;
  /** Lets the node's proxies judge an app's part of the configuration. Errors: `invalid`. */
  checkRoutes(name: string, record: AppRecord, signal: AbortSignal): Promise<void>;
  /** Sites have certificates of the cluster's own CA, which Consul's agent does not know. */
  internalCertificates: boolean;
  /** Root of all deployments. */
  deployRoot: string;
  /** Name of our volume driver. */
  driver: string;
  /** Folder of the operator's Docker login. */
  dockerConfig: string;
  /** Of the logs of containers whose compose file sets none; undefined: as Docker keeps them. */
  logBounds: LogBounds | undefined;
  /** How long containers may take to become healthy, and run to count as up without a healthcheck, in milliseconds. */
  health: { timeout: number; steady: number };
  /** Whether requests wait while an app is stopped, and how long those under way may go on before; milliseconds, 0: no. */
  cutover: { hold: number; drain: number };
  /** Name of Caddy's container. */
  caddyContainer: string;
  /** Resolves once Caddy lets go of the configuration before. */
  proxiesIdle(): Promise<void>;
  /** The requests that Caddy has under way. @throws CoveyError `unavailable` */
  caddyRequests(signal: AbortSignal): Promise<Requests[]>;
  balance: BalanceControl;
  standIn: StandIn;
}

export interface ActionOptions {
  signal: AbortSignal;
  report: Report;
  /** On whose behalf it is done: another node asks for it before it takes data. */
  mandate: Mandate;
}

type Of<K extends ActionKind> = Extract<Action, { kind: K }>;

/** One kind of action, as a node does it. Both functions may run twice without harm. */
export interface Performed<K extends ActionKind> {
  /** Its result is plain data, see `results.ts`. */
  run(action: Of<K>, options: ActionOptions): Promise<unknown>;
  /** Undoes what `run` did, or began, or never did. Not there: there is nothing to undo. */
  undo?(action: Of<K>, result: unknown, options: ActionOptions): Promise<void>;
}

/** The actions that are the coordinator's. */
export const COORDINATOR_KINDS = [
  'hold',
  'commit',
  'acknowledge',
  'maintenance',
  'fence',
  'unlock',
] as const satisfies ActionKind[];
type CoordinatorKind = (typeof COORDINATOR_KINDS)[number];

/** The actions that nodes do. */
type NodeActionKind = Exclude<ActionKind, CoordinatorKind>;
export type ActionTable = { [K in NodeActionKind]: Performed<K> };

/** Where an action says line by line what its command prints. */
export const lines =
  (report: Report) =>
  (line: string): void =>
    report(-1, line);

/** Percent between two reports of one phase. */
const PACE = 25;

/** The same for git, which counts up to 100 % in each of its phases: as a percentage, and not every one. */
export function percents(report: Report): (line: string) => void {
  let last = { phase: '', percent: -1 };
  return (line) => {
    const [, phase = '', number] = /^(?:remote: )?([^:]+):\s+(\d+)%/.exec(line) ?? [];
    const percent = Number(number);
    if (number === undefined) return report(-1, line);
    if (phase === last.phase && percent < last.percent + PACE) return;
    last = { phase, percent };
    report(percent, phase);
  };
}
