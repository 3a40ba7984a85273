import { expect, test } from 'vitest';
import { chooseMirror, parseDeb822, parseOneLine } from '../../../lab/host/apt.ts';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

test('sources in deb822 form: several suites, continued lines, comments, disabled and source-only stanzas', () => {
  const text = `# a comment
Types: deb deb-src
URIs: http://mirror.test/debian/
Suites: bookworm
 bookworm-updates
Components: main contrib
Signed-By: ${keyring}

Types: deb-src
URIs: http://mirror.test/sources
Suites: bookworm

Types: deb
# another comment
Enabled: no
URIs: http://mirror.test/off
Suites: bookworm
`;
  expect(parseDeb822(text)).toEqual([
    {
      uri: 'http://mirror.test/debian',
      suites: ['bookworm', 'bookworm-updates'],
      components: ['main', 'contrib'],
      signedBy: keyring,
    },
  ]);
});

test.each([
  [
    'deb http://m/debian bookworm main',
    { uri: 'http://m/debian', suites: ['bookworm'], components: ['main'] },
  ],
  [
    'deb [arch=amd64 signed-by=/k.gpg] http://m/debian/ trixie main contrib # why',
    { uri: 'http://m/debian', suites: ['trixie'], components: ['main', 'contrib'], signedBy: '/k.gpg' },
  ],
  ['# deb http://m/debian bookworm main', undefined],
  ['deb-src http://m/debian bookworm main', undefined],
])('sources in one-line form: %s', (line, expected) => {
  expect(parseOneLine(line)).toEqual(expected ? [{ signedBy: undefined, ...expected }] : []);
});

test('the mirror is the one of a Debian release, whatever else the machine uses', () => {
  const sources = [
    ...parseOneLine('deb https://vendor.test/node nodistro main'),
    ...parseOneLine('deb http://m/debian-security bookworm-security main'),
    ...parseOneLine('deb http://m/debian bookworm main'),
  ];
  expect(chooseMirror(sources)).toEqual({
    archive: 'http://m/debian',
    security: 'http://m/debian-security',
    components: ['main'],
    keyring,
  });
  expect(chooseMirror(parseOneLine('deb http://ubuntu.test/ubuntu noble main'))).toBeUndefined();
});
