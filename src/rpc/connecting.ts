import { type Client, connectivityState } from '@grpc/grpc-js';

const { IDLE, CONNECTING, SHUTDOWN } = connectivityState;

/** Waits until a connection stands or was refused; false when neither came in time, or the channel was closed. */
export async function settled(client: Client, limit: number): Promise<boolean> {
  const channel = client.getChannel();
  const until = Date.now() + limit;
  for (;;) {
    // To ask a closed channel to connect would open it again, and a call on it waits as long as the kernel sends SYNs.
    if (channel.getConnectivityState(false) === SHUTDOWN) return false;
    const state = channel.getConnectivityState(true);
    if (state !== IDLE && state !== CONNECTING) return true;
    if (!(await changed(client, state, until))) return false;
  }
}

/** True once the channel has tried to connect for `limit` ms, be it anew after its connection broke; false once it is closed. */
export async function isLost(client: Client, limit: number): Promise<boolean> {
  for (;;) {
    const state = client.getChannel().getConnectivityState(false);
    if (state === SHUTDOWN) return false;
    const until = state === CONNECTING ? Date.now() + limit : Number.POSITIVE_INFINITY;
    if (!(await changed(client, state, until))) return true;
  }
}

/** False when the channel is still in that state at the time given. */
function changed(client: Client, state: connectivityState, until: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  client.getChannel().watchConnectivityState(state, until, (error) => resolve(error === undefined));
  return promise;
}
