/** How it stands: a warning does no harm yet, an error does. */
type State = 'ok' | 'warning' | 'error';

/** What a check found, for people, on one line. */
export interface Finding {
  state: State;
  found: string;
  /** How to mend it, with the exact command where there is one; empty where all is ok. */
  hint: string;
}

/** One look at one thing of a node. It changes nothing. */
export interface Check {
  name: string;
  /** How to mend what hinders the look itself. */
  hint: string;
  /** May throw, which is an error too. The signal is the check's deadline and the caller's. */
  look(signal: AbortSignal): Promise<Finding>;
}

export const ok = (found: string): Finding => ({ state: 'ok', found, hint: '' });
export const warning = (found: string, hint: string): Finding => ({ state: 'warning', found, hint });
export const error = (found: string, hint: string): Finding => ({ state: 'error', found, hint });

const gravity: Record<State, number> = { ok: 0, warning: 1, error: 2 };

/** One finding for several: what is not ok, with the gravest state; where all is ok, all of it. */
export function together(findings: readonly Finding[]): Finding {
  const wrong = findings.filter(({ state }) => state !== 'ok');
  const told = wrong.length > 0 ? wrong : findings;
  const states = told.map(({ state }) => state).toSorted((a, b) => gravity[b] - gravity[a]);
  const each = (texts: readonly string[]) => [...new Set(texts.filter((text) => text !== ''))].join('; ');
  return {
    state: states[0] ?? 'ok',
    found: each(told.map(({ found }) => found)),
    hint: each(told.map(({ hint }) => hint)),
  };
}
