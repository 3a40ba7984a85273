/** What came in place of an answer, in a few words. */
export function whatCame(thrown: unknown): string {
  if (!(thrown instanceof Error)) return String(thrown);
  const { code } = thrown as Error & { code?: string };
  if (code === 'ECONNREFUSED') return 'the connection was refused';
  if (code === 'ECONNRESET') return 'the connection was cut';
  return thrown.message || (code ?? thrown.name);
}

/** The same where nothing came; `patience` in milliseconds. */
export const nothingCame = (patience: number): string => `no answer within ${patience / 1000} s`;
