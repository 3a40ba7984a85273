import { type Check, error, type Finding, ok, together, warning } from './check.ts';

/** A certificate's file, and from when to when it is valid. */
export interface Validity {
  file: string;
  from: Date;
  to: Date;
}

/** The certificates of a node, as they lie on its disk. */
export interface CertificateSource {
  node: string;
  /** Address that the others use, for the command that issues anew. */
  address: string | undefined;
  keyFile: string;
  /**
   * The node's certificate, PEM, once authority, certificate and key have been read, belong together, and name this node as
   * a peer. Throws for what is wrong.
   */
  load(): Promise<string>;
  /** Of the authority and of the node. */
  validity(): Promise<readonly Validity[]>;
  /** Permission bits of the key's file. */
  keyMode(): Promise<number>;
  /** The certificate that the peer runs with, PEM. */
  running: string;
}

const DAY = 24 * 60 * 60 * 1000;
const SOON = 30 * DAY;

/** @param source undefined: the settings switch certificates off */
export function certificateChecks(source: CertificateSource | undefined): Check[] {
  if (source === undefined) {
    const hint =
      'take insecure and tls.enabled out of /etc/covey/covey.yml; see docs/operations.md, Certificates';
    const finding = warning('the peer speaks plaintext: whoever reaches its port controls it', hint);
    return [{ name: 'certificates', hint, look: async () => finding }];
  }
  const issue = reissue(source);
  return [
    {
      name: 'certificates',
      hint: issue,
      look: async () => judgeRunning(source.node, (await source.load()) === source.running),
    },
    {
      name: 'certificate dates',
      hint: issue,
      look: async () => judgeDates(await source.validity(), new Date(), issue),
    },
    {
      name: 'certificate key',
      hint: issue,
      look: async () => judgeKeyMode(source.keyFile, await source.keyMode()),
    },
  ];
}

function reissue({ node, address }: CertificateSource): string {
  const san = address === undefined ? '' : ` --san ${address}`;
  return (
    `where ca.key is: covey ca issue ${node} --dir DIR --out OUT${san} --force, copy OUT to /etc/covey/tls, ` +
    'then docker restart covey-peer'
  );
}

export function judgeRunning(node: string, isLoaded: boolean): Finding {
  if (isLoaded) return ok(`authority, certificate and key belong together, and are those of ${node}`);
  return warning('the peer still runs with an older certificate', 'docker restart covey-peer');
}

export function judgeDates(all: readonly Validity[], now: Date, hint: string): Finding {
  return together(all.map((one) => judgeDate(one, now, hint)));
}

function judgeDate({ file, from, to }: Validity, now: Date, hint: string): Finding {
  const day = (date: Date) => date.toISOString().slice(0, 10);
  if (to <= now) return error(`${file} expired on ${day(to)}`, hint);
  if (from > now) {
    const clock = `set the clock if it is wrong (date), else ${hint}`;
    return error(
      `${file} is valid only from ${from.toISOString()}; the clock says ${now.toISOString()}`,
      clock,
    );
  }
  const left = to.getTime() - now.getTime();
  if (left < SOON) return warning(`${file} expires in ${Math.floor(left / DAY)} days, on ${day(to)}`, hint);
  return ok(`${file} is valid until ${day(to)}`);
}

/** A key that others can read is theirs too. */
export function judgeKeyMode(file: string, mode: number): Finding {
  const digits = (mode & 0o777).toString(8).padStart(3, '0');
  if ((mode & 0o077) === 0) return ok(`${file} has mode ${digits}`);
  return error(`${file} has mode ${digits}: others than root may read it`, `chmod 600 ${file}`);
}
