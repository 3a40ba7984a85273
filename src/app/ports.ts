import { isBuiltIn } from '../render/haproxy/definition.ts';

/** Whether HAPROXY of an app, as in its record, brings ports of its own, and not only rules for those of sites. */
export function hasOwnPorts(haproxy: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(haproxy).some((key) => !isBuiltIn(key));
}
