import { readFileSync } from 'node:fs';
import { load } from 'js-yaml';
import { CoveyError } from '../errors.ts';

export type Values = Record<string, unknown>;

/** What a file says; nothing where it is not there and need not be. Errors: `invalid`. */
export function fromFile(
  file: string,
  readFile: (path: string) => string | undefined,
  required: boolean,
): Values {
  const content = readFile(file);
  if (content === undefined) {
    if (!required) return {};
    throw new CoveyError('invalid', `The configuration file ${file}, named by COVEY_CONFIG, does not exist`);
  }
  let parsed: unknown;
  try {
    parsed = content.trim() === '' ? {} : load(content, { filename: file });
  } catch (cause) {
    throw new CoveyError('invalid', `${file} is not valid YAML: ${String(cause)}`, { cause });
  }
  if (parsed === null || parsed === undefined) return {};
  if (isGroup(parsed)) return structuredClone(parsed);
  throw new CoveyError('invalid', `${file}: expected keys and values, got ${JSON.stringify(parsed)}`);
}

/** The text of a file, if there is one. Errors: `invalid`. */
export function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    if (cause instanceof Error && 'code' in cause && cause.code === 'ENOENT') return undefined;
    throw new CoveyError('invalid', `Can't read ${file}: ${String(cause)}`, { cause });
  }
}

function isGroup(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Sets the value of a key, groups and all. */
export function assign(values: Values, key: string[], value: unknown): void {
  const [first = '', ...rest] = key;
  if (rest.length === 0) {
    values[first] = value;
    return;
  }
  const present = values[first];
  const inner = isGroup(present) ? present : {};
  values[first] = inner;
  assign(inner, rest, value);
}

/** The value of a key. */
export function at(values: unknown, key: PropertyKey[]): unknown {
  return key.reduce((value, part) => (isGroup(value) ? value[String(part)] : undefined), values);
}
