/** Runs a command in a proxy's container, with `input` on its standard input. */
export type Exec = (
  argv: readonly string[],
  signal: AbortSignal,
  input?: string,
) => Promise<{ exitCode: number; stdout: string; stderr: string }>;
