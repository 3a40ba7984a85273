import { load, YAML11_SCHEMA } from 'js-yaml';
import { CoveyError } from '../errors.ts';

/**
 * The value of a variable in YAML, or in JSON, which is YAML too; null where it holds nothing but comments. It is YAML 1.1,
 * which apps were written for: with merge keys (`<<`), and octal numbers that begin with 0.
 * @throws CoveyError `invalid` naming the variable, line and column
 */
export function readYaml(variable: string, source: string): unknown {
  // js-yaml takes a text without a document for an error
  if (source.split('\n').every((line) => /^\s*(#.*)?$/.test(line))) return null;
  try {
    return load(source, { schema: YAML11_SCHEMA });
  } catch (cause) {
    // behind the first line, which ends with line and column, it draws the place
    const message = (cause instanceof Error ? cause.message : String(cause)).split('\n', 1)[0];
    throw new CoveyError('invalid', `${variable} is neither YAML nor JSON: ${message}`, { cause });
  }
}
