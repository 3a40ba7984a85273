/** Where Consul has the records, by the app's name. */
export const APP_PREFIX = 'app/';

/** Where a key, whatever its value, puts the app of that name into maintenance. */
export const MAINTENANCE_PREFIX = 'maintenance/';

/** Where an operator says what goes to services of a swarm: `swarm/<any name>`. */
export const SWARM_PREFIX = 'swarm/';

/** Where the journals of operations are, by the app's name. */
export const JOURNAL_PREFIX = 'covey/journal/';

/** Where the cluster says which root the internal certificates of all its nodes end in. The root's key is not in Consul. */
export const INTERNAL_ROOT_KEY = 'covey/internal-root';

/** Consul's keys of what is kept of releases, each followed by the app's name. */
export const RELEASES_PREFIX = 'covey/releases/';

/** Consul's keys of what was done to each app, followed by the app's name. Followed only while somebody watches. */
export const OPERATIONS_PREFIX = 'covey/history/';

/** Where a node says, again and again, that it has the apps which others may take over by themselves; its name follows. */
export const LEASE_PREFIX = 'covey/lease/';

/** Where the requests of an app wait while it is stopped for its cutover; its name follows. */
export const HOLD_PREFIX = 'covey/hold/';

/** What an operation on an app holds. */
export const lockKey = (app: string): string => `lock/app/${app}`;
