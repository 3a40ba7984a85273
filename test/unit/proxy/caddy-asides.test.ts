import { describe, expect, it } from 'vitest';
import { withAsides } from '../../../src/proxy/caddy/asides.ts';

const paths = { run: '/run/covey', pages: '/srv' };
const mark = { handler: 'vars', covey_aside: 'ca978112ca1b' };
const encode = { handler: 'encode' };
const answer = { handler: 'static_response' };
const invoke = { handler: 'invoke', name: 'covey-aside' };
const site = (...routes: object[]) => ({
  match: [{ host: ['a.example.com'] }],
  handle: [{ handler: 'subroute', routes }],
  terminal: true,
});
const routesOf = (routes: unknown[]) => withAsides({ routes }, 'http', paths).routes;

describe('the way out of a site', () => {
  it('comes before all that its CADDYFILE says, with the mark that tells the app', () => {
    const own = site({ match: [{ path: ['/x'] }], handle: [encode] }, { handle: [encode, mark, answer] });
    expect(routesOf([own])).toEqual([
      site(
        { handle: [mark, invoke] },
        { match: [{ path: ['/x'] }], handle: [encode] },
        { handle: [encode, answer] },
      ),
    ]);
    expect(routesOf([site({ handle: [mark] }, { handle: [answer] })])).toEqual([
      site({ handle: [mark, invoke] }, { handle: [answer] }),
    ]);
  });

  it('is none where there is no mark', () => {
    const other = [site({ handle: [{ handler: 'vars', x: 'y' }] }), { terminal: true }, { handle: [answer] }];
    expect(routesOf(other)).toEqual(other);
  });

  it("leads to the app's own socket as long as its file is there", () => {
    const { named_routes } = withAsides({ routes: [], named_routes: { other: {} } }, 'https', paths);
    expect(named_routes).toMatchObject({
      other: {},
      'covey-aside': {
        match: [{ file: { root: '/run/covey', try_files: ['/aside-{http.vars.covey_aside}'] } }],
        terminal: true,
      },
    });
    expect(JSON.stringify(named_routes)).toContain(
      '"dial":"unix//run/covey/hold-{http.vars.covey_aside}-https.sock"',
    );
  });
});
