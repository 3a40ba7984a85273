import { type Directive, directive } from '../ast.ts';
import { prefix } from './matching.ts';
import { type Convert, only } from './site.ts';

/** v1's `internal PATH`: not there for visitors, but for an upstream's X-Accel-Redirect (see `accelLines`). */
export const convertInternal: Convert = (all) =>
  all.map((from) => {
    const path = only(from, 'one path');
    const pattern = prefix(path);
    return directive(['error', ...(pattern === '*' ? [] : [pattern]), '404'], undefined, from.name.position);
  });

/**
 * Lines of a `reverse_proxy` for answers with X-Accel-Redirect: what is named there is served in their place, by the
 * site's upstreams and files.
 * @param serve what comes behind `internal` in the site
 */
export function accelLines(serve: readonly Directive[]): Directive[] {
  const [proxies, files] = [
    serve.filter(({ name }) => name.text !== 'file_server'),
    serve.filter(({ name }) => name.text === 'file_server'),
  ];
  const inner = [
    directive(['rewrite', '*', '{http.reverse_proxy.header.X-Accel-Redirect}']),
    ...proxies,
    // a file goes with the upstream's own headers, such as its type and name
    ...(files.length === 0
      ? []
      : [
          directive(
            ['copy_response_headers'],
            [directive(['exclude', 'X-Accel-Redirect', 'Content-Length', 'Content-Encoding'])],
          ),
        ]),
    ...files,
  ];
  return [
    directive(['@accel', 'header', 'X-Accel-Redirect', '*']),
    directive(['handle_response', '@accel'], [directive(['route'], inner)]),
  ];
}
