/** Directives whose blocks hold directives of the site again. */
export const containers: ReadonlySet<string> = new Set([
  'handle',
  'handle_path',
  'handle_errors',
  'handle_response',
  'route',
]);
