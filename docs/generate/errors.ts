// `npm run errors`: writes docs/errors.md from the sources. `npm test` fails where that was forgotten.
import { writeFileSync } from 'node:fs';
import { errorsPage } from './page.ts';
import { readProgram, root } from './program.ts';
import { sitesOf } from './sites.ts';

writeFileSync(`${root}docs/errors.md`, errorsPage(sitesOf(readProgram())));
