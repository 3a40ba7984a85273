/** What was started, to be stopped last first: at the end, on a failure, and when the bench is told to stop. */
export interface Cleanup {
  add(undo: () => unknown): void;
  run(): Promise<void>;
}

export function createCleanup(): Cleanup {
  const undos: (() => unknown)[] = [];
  const run = async () => {
    const failures: unknown[] = [];
    for (let undo = undos.pop(); undo; undo = undos.pop()) {
      try {
        await undo();
      } catch (thrown) {
        failures.push(thrown);
      }
    }
    if (failures.length > 0) throw new AggregateError(failures, 'Not everything was stopped.');
  };
  return { add: (undo) => undos.push(undo), run };
}

/** Aborts on SIGINT and SIGTERM, once: what runs ends by the signal, and stops what it started. */
export function stopSignal(): AbortSignal {
  const stopping = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => stopping.abort(new Error(`stopped by ${name}`)));
  return stopping.signal;
}
