// What an adapter may reach of the rest (the model's `Host`), scoped to its gateway.

import { publicAddresses } from './http/host-guard.ts';
import type { HttpListener } from './http/listener.ts';
import { BridgeError } from './model/errors.ts';
import type { AccountKey, GatewayId, UserId } from './model/ids.ts';
import type { Host, HttpRequest, HttpResponse, Pressure } from './model/network.ts';
import type { Clock, KeyValue, Log } from './model/ports.ts';
import { words } from './model/words.ts';

/** Tells an adapter to stop reading its network while the XMPP link is full. */
export class LinkPressure implements Pressure {
  readonly #listeners = new Set<(paused: boolean) => void>();
  #paused = false;

  get paused(): boolean {
    return this.#paused;
  }
  onChange(listen: (paused: boolean) => void): () => void {
    this.#listeners.add(listen);
    return () => this.#listeners.delete(listen);
  }
  set(paused: boolean): void {
    if (paused === this.#paused) return;
    this.#paused = paused;
    for (const listen of this.#listeners) listen(paused);
  }
}

export interface HostParts {
  readonly gateway: GatewayId;
  readonly listener: HttpListener;
  readonly pressure: Pressure;
  readonly log: Log;
  readonly clock: Clock;
  readonly state: (account?: { readonly user: UserId; readonly key: AccountKey }) => KeyValue;
  readonly keep: Host['keep'];
  readonly accounts: Host['accounts'];
}

export function createHost({ gateway, listener, pressure, log, clock, state, keep, accounts }: HostParts): Host {
  const noFiles = (): Promise<never> =>
    Promise.reject(new BridgeError('unsupported', words`This gateway does not pass on files.`));
  return {
    mount(path: string, handle: (request: HttpRequest) => Promise<HttpResponse>): string | undefined {
      return listener.mount(`/${gateway}/${path.replace(/^\/+/, '')}`, handle);
    },
    publish: noFiles,
    fetch: noFiles,
    publicAddresses,
    accounts,
    state,
    keep,
    pressure,
    log,
    clock,
  };
}
