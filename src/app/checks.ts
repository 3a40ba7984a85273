import { type AppRecord, siteUrls } from './record.ts';

/** What is registered with Consul for an app, on its master. */
export interface Checks {
  /** What an HTTP check each is made of. */
  urls: string[];
  /** The app's `service.json`, which stands in for all of that; empty where there is none. */
  definition: string;
}

/** The checks of a record: its site addresses, and what CONSUL_CHECK_URLS names besides, each once. */
export function checksOf(record: Pick<AppRecord, 'urls' | 'check_urls' | 'service_json'>): Checks {
  return {
    urls: [...new Set([...siteUrls(record), ...(record.check_urls ?? [])])],
    definition: record.service_json ?? '',
  };
}
