import { capture, type RunOptions, run } from './run.ts';

/** Runs the Docker client; throws if it fails. Returns its standard output without the final newline. */
export function docker(args: readonly string[], options: RunOptions = {}): Promise<string> {
  return run(['docker', ...args], options);
}

/** One value of `docker TYPE inspect` by Go template, or undefined if there is no such object. */
export async function inspect(
  type: 'image' | 'container' | 'network' | 'volume',
  name: string,
  format: string,
): Promise<string | undefined> {
  const result = await capture(['docker', type, 'inspect', '--format', format, name]);
  return result.exitCode === 0 ? result.stdout.trim() : undefined;
}

/** Names of all containers (running or not) with this label. */
export async function containersLabelled(label: string): Promise<string[]> {
  const out = await docker(['ps', '-a', '--filter', `label=${label}`, '--format', '{{.Names}}']);
  return out.split('\n').filter(Boolean).sort();
}
