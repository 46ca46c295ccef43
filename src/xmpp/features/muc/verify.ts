// Clients that are in rooms and may be gone. What comes back from one ends its joins; and after the XMPP server was away, every one is
// asked whether it is there still, a few at a time (MUC-51, COMP-5). Whoever comes in meanwhile is there: what was sent before may come
// back later than that.

import { BridgeError } from '../../../model/errors.ts';
import type { ResourceId } from '../../../model/ids.ts';
import { type Feature, type FeatureHost, type Inbound, StanzaError } from '../../feature.ts';
import { unavailable } from '../../occupant-presence.ts';
import { MUC } from '../../stanza.ts';
import { el } from '../../xml.ts';

const PROBES_A_SECOND = 50;
const ANSWER_MS = 30_000;
/** After that nothing comes back any more that was sent before the XMPP server was away. */
const STALE_MS = 15_000;
/** RFC 6120 10.5.4 and XEP-0045: conditions that say a client is no longer there (MUC-51). */
const GONE: ReadonlySet<string> = new Set([
  'gone',
  'item-not-found',
  'recipient-unavailable',
  'redirect',
  'remote-server-not-found',
  'remote-server-timeout',
  'service-unavailable',
]);
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
    host.onPresence(['occupant'], (presence) => {
      verifier.seen(presence);
      return false;
    });
    host.onBounce((stanza, condition) => verifier.bounced(stanza, condition));
  },
};

class Verifier {
  readonly #host: FeatureHost;
  #stop: (() => void) | undefined;
  #wasDown = false;
  /** Since the XMPP server came back, for a while. */
  #came: Set<ResourceId> | undefined;
  #stopWaiting: () => void = () => {};

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  begin(): void {
    if (this.#wasDown) this.#expectStale();
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
    this.#wasDown = true;
  }

  /** Whoever comes in is there. */
  seen({ type, from, stanza }: Inbound): void {
    if (this.#came !== undefined && type === '' && stanza.child('x', MUC) !== undefined) this.#came.add(from);
  }

  /** A client that is there in spite of it has come back with the address of a lost stream: it is told, so that it can come in again. */
  bounced({ to, from, user }: Inbound, condition: string): void {
    const { bridge, occupants } = this.#host;
    const id = to.place?.kind === 'group' ? to.place.conversation : undefined;
    if (id === undefined || !GONE.has(condition) || this.#came?.has(from) === true) return;
    const room = bridge.conversation(user, id);
    const isIn = bridge.joined(user, id).includes(from);
    // Who waits to be let in has been sent nothing since it asked.
    if (isIn && room === undefined) return;
    bridge.clientGone(from, id);
    const self = room?.participants.get(room.self);
    if (!isIn || room === undefined || self === undefined) return;
    const told = unavailable(occupants.jid(room, self), { why: 'lost', codes: ['110', '333'], extras: {} });
    told.attrs['to'] = from;
    this.#host.send(told, 'state');
  }

  #expectStale(): void {
    this.#stopWaiting();
    this.#came = new Set();
    this.#stopWaiting = this.#host.clock.after(STALE_MS, () => (this.#came = undefined));
  }

  /** Every client in a room can say what it is (XEP-0115), so what comes back as not available is not there. */
  async #ask(client: ResourceId): Promise<void> {
    const query = el('query', { xmlns: 'http://jabber.org/protocol/disco#info' });
    const ask = el('iq', { type: 'get', from: this.#host.gateway.domain, to: client }, query);
    try {
      await this.#host.request(ask, ANSWER_MS);
    } catch (error) {
      if (isAbsence(error) && this.#came?.has(client) !== true) this.#host.bridge.clientGone(client);
    }
  }
}

function isAbsence(error: unknown): boolean {
  if (error instanceof StanzaError) return ABSENT.has(error.error.split('/')[1] ?? '');
  return error instanceof BridgeError && (error.code === 'gone' || error.code === 'not-found');
}
