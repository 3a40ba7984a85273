/** How far a transfer is. */
export interface TransferProgress {
  /** Sent so far. */
  bytes: number;
  /** About how many it will be in the end; null as long as that is not known. */
  total: number | null;
  /** Bytes a second, of the last moments. */
  rate: number;
  elapsedMs: number;
}

const INTERVAL = 250;
/** Share of the newest interval in the rate: it follows within a second and does not jump. */
const WEIGHT = 0.4;

export interface Meter {
  add(bytes: number): void;
  /** What is now known of the whole. */
  expect(total: number): void;
  bytes(): number;
  elapsedMs(): number;
  stop(): void;
}

/** Counts bytes and reports a few times a second, and once more at the end. */
export function createMeter(onProgress: (progress: TransferProgress) => void): Meter {
  const began = performance.now();
  let bytes = 0;
  let total: number | null = null;
  let last = { bytes: 0, at: began };
  let rate: number | undefined;

  function report(): void {
    const now = performance.now();
    const current = ((bytes - last.bytes) * 1000) / Math.max(1, now - last.at);
    rate = rate === undefined ? current : rate + WEIGHT * (current - rate);
    last = { bytes, at: now };
    onProgress({ bytes, total, rate: Math.round(rate), elapsedMs: Math.round(now - began) });
  }

  const timer = setInterval(report, INTERVAL);
  return {
    add: (more) => {
      bytes += more;
    },
    expect: (expected) => {
      total = expected;
    },
    bytes: () => bytes,
    elapsedMs: () => Math.round(performance.now() - began),
    stop: () => {
      clearInterval(timer);
      report();
    },
  };
}
