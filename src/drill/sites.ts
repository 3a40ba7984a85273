/** A site of an app, as visitors ask for it. */
export interface Site {
  readonly scheme: 'http' | 'https';
  /** In lower case and without a port, which routes do not look at. */
  readonly host: string;
  /** What is asked for there. */
  readonly path: string;
}

/**
 * Of an app's site addresses the first by HTTP and the first by HTTPS. Without `path` what the address itself names. An address
 * that no visitor could ask for by name, such as a bare IP by HTTPS, is passed over; none may be left.
 */
export function sitesOf(urls: readonly string[], path?: string): Site[] {
  const all = urls.flatMap((url) => siteOf(url, path) ?? []);
  return (['http', 'https'] as const).flatMap((scheme) => all.find((site) => site.scheme === scheme) ?? []);
}

export const urlOf = ({ scheme, host, path }: Site): string => `${scheme}://${host}${path}`;

function siteOf(text: string, path: string | undefined): Site | undefined {
  // Records that the original wrote have addresses without a scheme too, which are HTTPS.
  const url = URL.parse(text.includes('://') ? text : `https://${text}`);
  if (url === null || !/^[a-z0-9._-]+$/.test(url.hostname)) return undefined;
  // A name in the handshake is never an address.
  if (/^[\d.]+$/.test(url.hostname)) return undefined;
  const scheme = url.protocol === 'http:' ? 'http' : url.protocol === 'https:' ? 'https' : undefined;
  return scheme && { scheme, host: url.hostname, path: path ?? url.pathname };
}
