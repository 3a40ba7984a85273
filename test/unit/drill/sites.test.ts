import { expect, test } from 'vitest';
import { sitesOf, urlOf } from '../../../src/drill/sites.ts';

test.each<[string[], string | undefined, string[]]>([
  [['http://shop.lab', 'https://shop.lab'], undefined, ['http://shop.lab/', 'https://shop.lab/']],
  [['https://shop.lab', 'https://other.lab'], undefined, ['https://shop.lab/']],
  [['https://shop.lab:8443/wiki'], undefined, ['https://shop.lab/wiki']],
  [['https://shop.lab/wiki'], '/up?all=1', ['https://shop.lab/up?all=1']],
  [['Shop.Lab', 'http://10.0.0.1', 'http://shop.lab'], '/', ['http://shop.lab/', 'https://shop.lab/']],
  [['http://[::1]', 'ftp://shop.lab', '//', ''], undefined, []],
])('%j with the path %s', (urls, path, sites) => {
  expect(sitesOf(urls, path).map(urlOf)).toEqual(sites);
});
