/** One request of a drill. Times are in milliseconds. */
export interface Sample {
  /** What was done to the app when it began. */
  readonly phase: string;
  readonly node: string;
  /** How it went there, such as "https, HTTP/2". */
  readonly way: string;
  /** When it began, since the load did. */
  readonly at: number;
  /** Until all of the answer was there, or it had failed. */
  readonly wait: number;
  /** Why it failed. */
  readonly problem?: string;
  /** It was sent again, as browsers do, since the connection was closed before it was taken up. */
  readonly retried: boolean;
}

/** What became of some requests. */
export interface Summary {
  requests: number;
  failed: number;
  retried: number;
  /** Of all of them, failed ones too; 0 where there is none. */
  p99Ms: number;
  longestMs: number;
}

export interface Failure {
  atMs: number;
  phase: string;
  node: string;
  way: string;
  problem: string;
}

/** How many failures are told one by one. */
const TOLD = 10;

/** Keeps what a drill has to tell: of each request its wait, of the first failures all. */
export interface Recorder {
  add(sample: Sample): void;
  /** Of one phase; of all without one. */
  summary(phase?: string): Summary;
  /** By the nodes that they went through. */
  nodes(): { node: string; requests: number; failed: number }[];
  /** The first ones, by when they began. */
  failures(): Failure[];
}

export function newRecorder(nodes: readonly string[]): Recorder {
  const phases = new Map<string, Counts>();
  const byNode = new Map(nodes.map((node) => [node, { node, requests: 0, failed: 0 }]));
  let first: Failure[] = [];
  return {
    add: ({ phase, node, way, at, wait, problem, retried }) => {
      const counts = phases.get(phase) ?? { waits: [], failed: 0, retried: 0 };
      phases.set(phase, counts);
      counts.waits.push(wait);
      if (retried) counts.retried += 1;
      const through = byNode.get(node) ?? { node, requests: 0, failed: 0 };
      byNode.set(node, through);
      through.requests += 1;
      if (problem === undefined) return;
      counts.failed += 1;
      through.failed += 1;
      // They end in another order than they began.
      first = [...first, { atMs: Math.round(at), phase, node, way, problem }]
        .toSorted((a, b) => a.atMs - b.atMs)
        .slice(0, TOLD);
    },
    summary: (phase) => {
      if (phase === undefined) return summaryOf([...phases.values()]);
      const counts = phases.get(phase);
      return summaryOf(counts ? [counts] : []);
    },
    nodes: () => [...byNode.values()].map((counts) => ({ ...counts })),
    failures: () => first,
  };
}

interface Counts {
  readonly waits: number[];
  failed: number;
  retried: number;
}

function summaryOf(all: readonly Counts[]): Summary {
  const waits = all.flatMap((counts) => counts.waits).sort((a, b) => a - b);
  const sum = (of: 'failed' | 'retried') => all.reduce((before, counts) => before + counts[of], 0);
  return {
    requests: waits.length,
    failed: sum('failed'),
    retried: sum('retried'),
    p99Ms: Math.round(atShare(waits, 0.99)),
    longestMs: Math.round(waits.at(-1) ?? 0),
  };
}

/** The nearest rank: the smallest of the values that `share` (0 to 1) of them do not exceed. */
function atShare(sorted: readonly number[], share: number): number {
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
}
