import { CoveyError } from '../errors.ts';
import { readYaml } from '../render/yaml.ts';

/**
 * Reads the CONSUL_CHECK_URLS variable of one service: a list of URLs in YAML or JSON, or one URL alone.
 * @throws CoveyError `invalid` naming what is no URL that Consul's agent can ask
 */
export function parseCheckUrls(source: string): string[] {
  const value = readYaml('CONSUL_CHECK_URLS', source);
  const items: unknown[] = Array.isArray(value) ? value : value === null ? [] : [value];
  const faults = items.flatMap((item) => {
    const fault = faultOf(item);
    return fault === undefined ? [] : [`CONSUL_CHECK_URLS ${JSON.stringify(item)}: ${fault}`];
  });
  // Every address of the list with what is wrong with it.
  if (faults.length > 0) throw new CoveyError('invalid', faults.join('; '));
  return items as string[];
}

/** Why this is no URL to check; undefined if it is one. */
function faultOf(item: unknown): string | undefined {
  if (typeof item !== 'string' || !URL.canParse(item)) return 'it is no URL';
  if (/\s/.test(item)) return 'it holds a blank';
  if (!/^https?:$/.test(new URL(item).protocol)) return 'only http and https can be checked';
  // The agent asks the host's resolver, which knows nothing of containers: such a check would fail for ever.
  if (item.includes('$CONTAINER'))
    return "Consul's agent does not know names of containers; give a site address";
  return undefined;
}
