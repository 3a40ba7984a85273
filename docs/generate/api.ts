// `npm run docs`: writes docs/api.md from the comments of proto. `npm test` fails where that was forgotten.
import { writeFileSync } from 'node:fs';
import { apiPage } from './api-page.ts';
import { root } from './program.ts';
import { readProtos } from './protos.ts';

writeFileSync(`${root}docs/api.md`, apiPage(readProtos()));
