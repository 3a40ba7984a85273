import type { Config } from '../../config/schema.ts';
import type { ConsulClient } from '../../consul/client.ts';
import type { Members } from '../../consul/members.ts';
import type { Compose } from '../../docker/compose.ts';
import type { Engine } from '../../docker/engine.ts';
import type { Nodes } from '../../handlers/deps.ts';
import type { TlsMaterial } from '../../rpc/tls.ts';
import type { Store } from '../../volumes/store.ts';
import type { Certificates } from '../certificates/certificates.ts';

/** The parts of a node that its doctor looks at. */
export interface ExaminerDeps {
  config: Config;
  /** With what the peer runs; undefined: plaintext. */
  tls: TlsMaterial | undefined;
  engine: Engine;
  compose: Pick<Compose, 'version'>;
  store: Pick<Store, 'root' | 'snapshots'>;
  consul: ConsulClient;
  members: Members;
  nodes: Pick<Nodes, 'time'>;
  certificates: Pick<Certificates, 'roots'>;
}
