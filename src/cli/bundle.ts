import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { CoveyError } from '../errors.ts';
import { readIfThere, writeNew } from '../files.ts';

interface BundleOptions {
  name: string;
  address: string;
  /** `/etc/covey/node.env` of a node of the cluster. */
  like: string;
  /** Folder of the certificate authority. */
  dir: string;
  /** File to write. */
  out: string;
  force: boolean;
}

const address = z.ipv4();
const nodeEnv = z.object({
  ADDRESS: address,
  JOIN: z
    .string()
    .default('')
    .transform((text) => text.split(',').filter(Boolean))
    .pipe(z.array(address)),
  EXPECT: z.coerce.number().int().default(1),
  ENCRYPT: z.base64().default(''),
  CERTIFICATES: z.enum(['', 'acme', 'internal']).default(''),
});

/** Which files of `covey ca issue` a node has in `/etc/covey/tls`. */
const FILES = ['ca.pem', 'node.pem', 'node.key'];

/**
 * One file, of mode 0600, with all that a new node joins with: whom, the key of Consul's gossip, and a certificate that is made for
 * it. `node/install.sh --bundle` reads it.
 * @throws CoveyError `invalid`, `not-found`, `conflict`, and those of `issue`
 */
export async function makeBundle(options: BundleOptions): Promise<string> {
  const { name, dir, out, force } = options;
  if (!address.safeParse(options.address).success)
    throw new CoveyError('invalid', `"${options.address}" is no IPv4 address`, {
      hint: 'Give the one by which the other nodes reach the new one.',
    });
  const settings = settingsOf(options, await readSettings(options.like));
  const { issue } = await import('../rpc/ca.ts');
  const folder = await mkdtemp(join(tmpdir(), 'covey-bundle-'));
  try {
    await issue({ name, dir, out: folder, san: [options.address], role: 'peer' });
    const texts = FILES.map(async (file) => `== ${file}\n${await readIfThere(join(folder, file))}`);
    const text = [`# What ${name} joins the cluster with. It holds its key: keep it secret.`, ...settings];
    await writeNew(out, [...text, ...(await Promise.all(texts))].join('\n'), {
      mode: 0o600,
      overwrite: force,
    });
  } finally {
    await rm(folder, { recursive: true });
  }
  return out;
}

type NodeEnv = z.output<typeof nodeEnv>;

function settingsOf({ name, address: own }: BundleOptions, like: NodeEnv): string[] {
  const others = [like.ADDRESS, ...like.JOIN].filter((each) => each !== own);
  return [
    `NAME=${name}`,
    `ADDRESS=${own}`,
    `JOIN=${[...new Set(others)].join(',')}`,
    // Who joins must not elect itself.
    `EXPECT=${Math.max(2, like.EXPECT)}`,
    `ENCRYPT=${like.ENCRYPT}`,
    `CERTIFICATES=${like.CERTIFICATES}`,
  ];
}

async function readSettings(file: string): Promise<NodeEnv> {
  const text = await readIfThere(file);
  if (text === undefined)
    throw new CoveyError('not-found', `${file} is missing`, {
      hint: 'Copy /etc/covey/node.env of any node of the cluster.',
    });
  const pairs = text.split('\n').flatMap((line) => {
    const [, key = '', value = ''] = /^([A-Z_]+)=(.*)$/.exec(line) ?? [];
    // An option that was never given stands there empty.
    return value === '' ? [] : [[key, value]];
  });
  const parsed = nodeEnv.safeParse(Object.fromEntries(pairs));
  if (parsed.success) return parsed.data;
  const wrong = parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  // The value itself may be the key.
  throw new CoveyError('invalid', `${file} is no node.env of a node: ${wrong}`, {
    hint: 'Copy /etc/covey/node.env of any node of the cluster.',
  });
}
