import { expect, it } from 'vitest';
import { verbs } from '../../../src/cli/verbs.ts';

/** The verb, or those that it consists of: `ca init`, `ca issue`. */
const all = verbs().flatMap((verb) => (verb.commands.length > 0 ? verb.commands : [verb]));

it.each(all.map((verb) => [verb.name(), verb] as const))(
  '%s says what it does, with an example',
  (_, verb) => {
    expect(verb.description()).not.toBe('');
    let help = '';
    verb.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
    expect(help).toMatch(/Examples?:\n {2}covey /);
  },
);
