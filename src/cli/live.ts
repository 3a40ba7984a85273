import type { WriteStream } from 'node:tty';
import { styleText } from 'node:util';
import { createLogUpdate } from 'log-update';
import type { Progress__Output as Progress } from '../generated/covey/v1/Progress.ts';
import type { StepProgress__Output as StepProgress } from '../generated/covey/v1/StepProgress.ts';
import { clock, progressText, stepText } from './progress-text.ts';

/** A step that runs, or is being undone, and when that began (in milliseconds of the operation). */
interface Running {
  readonly step: StepProgress;
  readonly since: number;
}

/** Colours of what stays on the screen; none where the terminal or NO_COLOR wants none. */
const colours = { DONE: 'green', FAILED: 'red', UNDONE: 'yellow' } as const;

const spinner = ['-', '\\', '|', '/'];
const beat = 120;

/** Shows an operation on a terminal: what has ended stays, line for line, and below it is what runs now. */
export function liveView(
  terminal: WriteStream,
  elapsed: () => number,
): { show(progress: Progress): void; close(): void } {
  const update = createLogUpdate(terminal);
  const running = new Map<string, Running>();
  const done = new Set<string>();
  let total = 0;

  const draw = () => {
    const lines = frame([...running.values()], done.size, total, elapsed(), terminal.columns);
    if (lines.length === 0) update.clear();
    else update(lines.join('\n'));
  };
  const keep = (text: string) => {
    // Its own `persist` cuts off what is higher than the terminal, such as a long plan.
    update.clear();
    terminal.write(`${text}\n`);
  };
  const timer = setInterval(draw, beat);

  return {
    show(progress) {
      const { plan, step } = progress;
      if (plan) total = plan.steps.length;
      if (step && isGoingOn(step)) {
        running.set(step.id, { step, since: running.get(step.id)?.since ?? elapsed() });
      } else {
        if (step) {
          running.delete(step.id);
          if (step.state === 'DONE') done.add(step.id);
          else done.delete(step.id);
        }
        for (const text of progressText(progress, elapsed())) keep(painted(text, step, terminal));
      }
      draw();
    },
    close() {
      clearInterval(timer);
      update.clear();
      update.done();
    },
  };
}

const isGoingOn = ({ state }: StepProgress): boolean => state === 'RUNNING' || state === 'UNDOING';

/** What runs, a line each, no wider than the terminal; then how far the plan has come. */
export function frame(
  running: readonly Running[],
  done: number,
  total: number,
  elapsed: number,
  width: number,
): string[] {
  if (running.length === 0) return [];
  const turn = spinner[Math.floor(elapsed / beat) % spinner.length] ?? '';
  const lines = running.map(({ step, since }) => `${clock(elapsed - since)} ${turn} ${stepText(step)}`);
  const count = total === 0 ? [] : [`${done} of ${total} steps done`];
  return [...lines, ...count].map((line) => line.slice(0, Math.max(1, width - 1)));
}

function painted(text: string, step: StepProgress | null, terminal: WriteStream): string {
  const state = step?.state;
  if (state !== 'DONE' && state !== 'FAILED' && state !== 'UNDONE') return text;
  return styleText(colours[state], text, { stream: terminal });
}
