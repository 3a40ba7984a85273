/** What is read of a container to answer for its names. */
interface Named {
  name: string;
  /** Network -> IPv4 address. */
  networks: Readonly<Record<string, string>>;
  /** Network -> further names there. */
  aliases: Readonly<Record<string, readonly string[]>>;
}

/**
 * The addresses of containers on one network, by names in lower case: their own names, and besides those the aliases that
 * they have there. Where two containers have an alias, the first by name has it, and a container's own name is nobody
 * else's alias: an app's `web` says nothing of who is meant.
 */
export function addressesOf(containers: readonly Named[], network: string): Map<string, string> {
  const there = containers
    .flatMap(({ name, networks, aliases }) => {
      const address = networks[network];
      return address ? [{ name: name.toLowerCase(), address, aliases: aliases[network] ?? [] }] : [];
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
  const addresses = new Map(there.map(({ name, address }) => [name, address]));
  for (const { address, aliases } of there) {
    for (const alias of aliases.map((one) => one.toLowerCase())) {
      if (!addresses.has(alias)) addresses.set(alias, address);
    }
  }
  return addresses;
}
