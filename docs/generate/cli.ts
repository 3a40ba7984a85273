// `npm run docs`: writes docs/cli.md from the verbs of the command. `npm test` fails where that was forgotten.
import { writeFileSync } from 'node:fs';
import { cliPage } from './cli-page.ts';
import { root } from './program.ts';

writeFileSync(`${root}docs/cli.md`, cliPage());
