// Where a homeserver is: the operator's, or the one that the server of a Matrix id names in its `.well-known` (client-server API, 4.1), with
// a guard that leads nobody into private networks.

import { BridgeError } from '../../src/model/errors.ts';
import type { Host } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import { closed, givenUp, unreachable } from './errors.ts';
import { fields, text } from './fields.ts';
import { serverOf } from './names.ts';
import type { MatrixSettings } from './settings.ts';

const MOST_REDIRECTS = 3;
const WELL_KNOWN_MS = 15_000;
/** Nobody answers with more; what is bigger is meant to fill the memory. */
const MOST_BYTES = 64 * 1024 * 1024;
const MOST_WELL_KNOWN_BYTES = 64 * 1024;

export class Homeservers {
  readonly #settings: MatrixSettings;
  readonly #publicAddresses: Host['publicAddresses'];

  constructor(settings: MatrixSettings, publicAddresses: Host['publicAddresses']) {
    this.#settings = settings;
    this.#publicAddresses = publicAddresses;
  }

  /**
   * The base URL for a user id.
   * @throws BridgeError by rejection: `host-unknown`, `network-down`, `timeout`.
   */
  async baseUrl(userId: string, signal: AbortSignal): Promise<string> {
    const { homeserver } = this.#settings;
    if (homeserver !== undefined) return homeserver;
    const server = serverOf(userId);
    const host = server.replace(/:\d+$/, '');
    const found = await this.#wellKnown(host, signal);
    const base = found ?? `https://${server}`;
    await this.check(base);
    return base;
  }

  /** @throws BridgeError `host-unknown` by rejection for what must not be connected to. */
  async check(base: string): Promise<void> {
    const { homeserver, privateHosts } = this.#settings;
    if (base === homeserver) return;
    const url = URL.canParse(base) ? new URL(base) : undefined;
    // With https the certificate ties the name to the server, whatever the name is made to lead to after this.
    if (url?.protocol !== 'https:') throw unknownHost(base);
    if (!privateHosts.has(url.hostname.toLowerCase())) await this.#publicAddresses(url.hostname);
  }

  /** For the SDK: no redirects, which could lead anywhere, and no answer without an end. */
  readonly fetch: typeof fetch = async (input, init) => {
    const response = await fetch(input, { ...init, redirect: 'error' });
    if (this.#settings.homeserver !== undefined || response.body === null) return response;
    return limited(response, MOST_BYTES);
  };

  /** Undefined where there is none, or it says nothing of use. */
  async #wellKnown(host: string, signal: AbortSignal): Promise<string | undefined> {
    let url = `https://${host}/.well-known/matrix/client`;
    for (let redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
      await this.check(new URL(url).origin);
      const response = await this.#get(url, signal);
      const next = response.headers.get('location');
      if (response.status >= 300 && response.status < 400 && next !== null && URL.canParse(next, url)) {
        url = new URL(next, url).href;
        continue;
      }
      if (!response.ok) return undefined;
      const base = text(fields(fields(await json(response))['m.homeserver'])['base_url']);
      return URL.canParse(base) ? new URL(base).href.replace(/\/$/, '') : undefined;
    }
    return undefined;
  }

  async #get(url: string, signal: AbortSignal): Promise<Response> {
    const both = AbortSignal.any([signal, AbortSignal.timeout(WELL_KNOWN_MS)]);
    try {
      return await fetch(url, { redirect: 'manual', signal: both });
    } catch (cause) {
      if (signal.aborted) throw givenUp();
      throw unreachable(new URL(url).hostname, cause);
    }
  }
}

async function json(response: Response): Promise<unknown> {
  try {
    return await limited(response, MOST_WELL_KNOWN_BYTES).json();
  } catch {
    return undefined;
  }
}

function limited(response: Response, most: number): Response {
  let bytes = 0;
  const counting = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      bytes += chunk.byteLength;
      if (bytes > most) controller.error(closed());
      else controller.enqueue(chunk);
    },
  });
  const { status, statusText, headers } = response;
  return new Response(response.body?.pipeThrough(counting) ?? null, { status, statusText, headers });
}

function unknownHost(base: string): BridgeError {
  return new BridgeError('host-unknown', words`${base.slice(0, 100)} is no address of a homeserver with https.`);
}
