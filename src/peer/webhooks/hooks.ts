import { readFile } from 'node:fs/promises';
import type { Config } from '../../config/schema.ts';
import { CoveyError } from '../../errors.ts';
import { readKinds, type Wanted } from '../../occurrences/wanted.ts';
import type { Receiver } from './post.ts';

/** One webhook of the settings. */
export interface Hook {
  receiver: Receiver;
  wanted: Wanted;
}

/** The webhooks of the settings, with what their files hold. Errors: `invalid`. */
export async function readHooks(settings: Config['webhooks']): Promise<Hook[]> {
  const hooks: Hook[] = [];
  for (const { url, kinds, secret, secretFile, ca } of settings) {
    const receiver = {
      url: new URL(url),
      secret: secretFile === undefined ? secret : (await read(secretFile)).trim(),
      ca: ca === undefined ? undefined : await read(ca),
    };
    hooks.push({ receiver, wanted: { app: '', node: '', kinds: readKinds(kinds) } });
  }
  return hooks;
}

async function read(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new CoveyError('invalid', `A webhook's file cannot be read: ${(cause as Error).message}`, {
      cause,
      hint: 'Put it there, or correct webhooks in the settings; docs/webhooks.md explains them.',
    });
  }
}
