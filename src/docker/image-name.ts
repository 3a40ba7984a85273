import { CoveyError } from '../errors.ts';

/** `host:5000/a/b:1` into what Docker's API wants apart. Errors: `invalid` for a name by digest, which no tag gives. */
export function splitImageName(name: string): { repo: string; tag: string } {
  if (name.includes('@'))
    throw new CoveyError('invalid', `${name} names an image by its digest; it cannot be given`);
  const colon = name.lastIndexOf(':');
  // A colon before the last slash is a registry's port.
  if (colon <= name.lastIndexOf('/')) return { repo: name, tag: 'latest' };
  return { repo: name.slice(0, colon), tag: name.slice(colon + 1) };
}
