/** How far a transfer is. */
export interface TransferProgress {
  /** Sent so far. */
  bytes: number;
  /** Bytes a second, of the last moments. */
  rate: number;
  elapsedMs: number;
}

const INTERVAL = 250;
/** Share of the newest interval in the rate: it follows within a second and does not jump. */
const WEIGHT = 0.4;

/** Counts bytes and reports a few times a second, and once more at the end. */
export function createMeter(onProgress: (progress: TransferProgress) => void): {
  add(bytes: number): void;
  bytes(): number;
  elapsedMs(): number;
  stop(): void;
} {
  const began = performance.now();
  let bytes = 0;
  let last = { bytes: 0, at: began };
  let rate: number | undefined;

  function report(): void {
    const now = performance.now();
    const current = ((bytes - last.bytes) * 1000) / Math.max(1, now - last.at);
    rate = rate === undefined ? current : rate + WEIGHT * (current - rate);
    last = { bytes, at: now };
    onProgress({ bytes, rate: Math.round(rate), elapsedMs: Math.round(now - began) });
  }

  const timer = setInterval(report, INTERVAL);
  return {
    add: (more) => {
      bytes += more;
    },
    bytes: () => bytes,
    elapsedMs: () => Math.round(performance.now() - began),
    stop: () => {
      clearInterval(timer);
      report();
    },
  };
}
