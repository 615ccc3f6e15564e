/** Somebody tried to send to where nothing may go. */
export class EgressRefused extends Error {
  constructor() {
    super('nothing is sent to that address');
    this.name = 'EgressRefused';
  }
}

/**
 * The only way out of this service over HTTP: to the addresses of the configuration, and nowhere that they point on to. A redirect
 * fails, for what was sent would be sent again, to an address that nobody agreed to.
 */
export function egressTo(addresses: readonly (string | URL)[]): typeof fetch {
  const origins = new Set(addresses.map((address) => new URL(address).origin));
  return async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    if (!origins.has(url.origin)) throw new EgressRefused();
    return fetch(input, { ...init, redirect: 'error' });
  };
}
