import type { Answer } from '../expected.ts';
import type { Site } from '../sites.ts';

/** One node, and the site that is asked for there as if DNS had named it. */
export interface Target {
  readonly node: string;
  /** An IP address. */
  readonly address: string;
  readonly port: number;
  readonly site: Site;
}

/** One way in which visitors reach a site. */
export interface Asker {
  readonly target: Target;
  /** For people, such as "https, HTTP/2". */
  readonly way: string;
  /**
   * One GET, and all of its answer. A request that the other side had no time to take up goes again on a new connection,
   * as often as in browsers. Errors: whatever the connection met with; the signal's reason.
   */
  ask(signal: AbortSignal): Promise<Answer & { readonly retried: boolean }>;
  /** Ends what is kept. */
  close(): void;
}

/** The most that a page may have. What is longer is no page to try an app by. */
const LONGEST = 8 * 1024 * 1024;

/** All of a body. Errors: it is too long, or is not what its length says. */
export async function wholeBody(
  stream: AsyncIterable<Buffer>,
  contentLength: string | undefined,
): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream) {
    length += chunk.length;
    if (length > LONGEST) throw new Error(`more than ${LONGEST} bytes`);
    chunks.push(chunk);
  }
  if (contentLength !== undefined && Number(contentLength) !== length)
    throw new Error(`${length} bytes came of ${contentLength}`);
  return Buffer.concat(chunks);
}
