// After the XMPP server was away its clients may have gone without a word: every one that is in a room is asked whether it is there still,
// a few at a time, and who is not is out of the rooms (MUC-51, COMP-5).

import { BridgeError } from '../../../model/errors.ts';
import type { ResourceId } from '../../../model/ids.ts';
import { type Feature, type FeatureHost, StanzaError } from '../../feature.ts';
import { el } from '../../xml.ts';

const PROBES_A_SECOND = 50;
const ANSWER_MS = 30_000;
/** What a server answers for a client that it does not have; a client that knows no ping says so in other words. */
const ABSENT: ReadonlySet<string> = new Set([
  'service-unavailable',
  'recipient-unavailable',
  'item-not-found',
  'gone',
  'remote-server-not-found',
]);

export const verifyJoins: Feature = {
  specs: ['XEP-0045', 'XEP-0030'],
  register(host) {
    const verifier = new Verifier(host);
    host.onLink(
      () => verifier.begin(),
      () => verifier.end(),
    );
  },
};

class Verifier {
  readonly #host: FeatureHost;
  #stop: (() => void) | undefined;

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  begin(): void {
    const waiting = [...this.#host.bridge.joinedClients()];
    const some = (): void => {
      for (const client of waiting.splice(0, PROBES_A_SECOND)) void this.#ask(client);
      this.#stop = waiting.length > 0 ? this.#host.clock.after(1_000, some) : undefined;
    };
    some();
  }

  end(): void {
    this.#stop?.();
    this.#stop = undefined;
  }

  /** Every client in a room can say what it is (XEP-0115), so what comes back as not available is not there. */
  async #ask(client: ResourceId): Promise<void> {
    const query = el('query', { xmlns: 'http://jabber.org/protocol/disco#info' });
    const ask = el('iq', { type: 'get', from: this.#host.gateway.domain, to: client }, query);
    try {
      await this.#host.request(ask, ANSWER_MS);
    } catch (error) {
      if (isAbsence(error)) this.#host.bridge.clientGone(client);
    }
  }
}

function isAbsence(error: unknown): boolean {
  if (error instanceof StanzaError) return ABSENT.has(error.error.split('/')[1] ?? '');
  return error instanceof BridgeError && (error.code === 'gone' || error.code === 'not-found');
}
