/**
 * The arithmetic of the lease, in milliseconds. The master counts from the moment before it sent the last renewal that
 * Consul took, by a clock that runs on while the machine sleeps; the slave from the moment at which it saw that
 * renewal, which is later. So no two clocks are compared: `SHORTEST_AFTER` of src/app/takeover.ts has passed at the
 * slave later than at the master, and by then nothing of the app runs there.
 *
 *   0 s  the last renewal    5 s  the master stops its apps    8 s  what has not ended is killed    10 s  the slave may
 */

/** A lease is renewed this often. Behind a renewal there is time for Consul to lose its leader and to have another one. */
export const RENEW_EVERY = 1_000;

/** A renewal that fails is tried again after this time. */
export const RETRY_RENEWAL = 300;

/** An answer to a renewal is waited for no longer. Three tries so have room, and with that the election of a new leader. */
export const RENEWAL_DEADLINE = 1_200;

/** A master that has not renewed for so long stops its apps. */
export const STOP_AFTER = 5_000;

/** Between two looks whether it has to, and, once it has, whether something runs again. */
export const LOOK_EVERY = 200;

/** From here on nothing is given time to end. */
export const KILL_AFTER = 7_000;

/** Docker's answer to a stop is waited for no longer before it is told again. */
export const STOP_DEADLINE = 3_000;

/**
 * A peer that starts long after its last renewal tries once, for no longer than this, before it stops the apps: while it
 * was away nobody looked after them anyhow, and most peers that start reach Consul.
 */
export const FIRST_TRY = 1_500;

/** Seconds that containers get to end by themselves, when the last renewal is `age` ago. */
export function graceAt(age: number): number {
  return Math.max(0, Math.min(2, Math.ceil((KILL_AFTER - age) / 1000)));
}

/**
 * The slave begins so much earlier with what changes nothing (it reads the release, builds, has the routes checked), and takes the
 * lease when the time has come. Where the master is back by then, that was for nothing.
 */
export const HEAD_START = 4_000;

/** The lease is silent when two renewals in a row, and some time for their way, have passed without one. */
export const SILENT_AFTER = 4_000;

/**
 * A master that was seen alive so long after the last renewal, when it should have stopped its apps, may have lost its peer
 * alone: then nothing stops them there.
 */
export const UNGUARDED_AFTER = 5_000;

/** How late Consul notices that a node is gone: it calls it alive up to then. 4 s of suspicion behind probes each second. */
export const CONSUL_LAG = 9_000;

/** How late a node notices that it no longer reaches another one's peer, and has told so. */
export const GOSSIP_LAG = 8_000;
