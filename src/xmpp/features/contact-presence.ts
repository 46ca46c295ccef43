// Presence of contacts and of the gateway on its way to users, and that of users' clients on its way in (RFC 6121 4, XEP-0100 4.4 to 4.6,
// XEP-0319): what they see follows the network and the state of their accounts.

import type { Presence } from '../../model/conversation.ts';
import type { ResourceId, UserId } from '../../model/ids.ts';
import { words } from '../../model/words.ts';
import { contactsOf } from '../contacts/index.ts';
import { mayProbe, probe } from '../contacts/probing.ts';
import { isTo, subscriptionOf } from '../contacts/standing.ts';
import { type Feature, type FeatureHost, type Inbound, StanzaError } from '../feature.ts';
import { bareOf, resourceOf } from '../jid.ts';
import { MUC, presenceIn, priorityIn } from '../stanza.ts';

const PROBES_A_SECOND = 50;
/** For the answers to the probes. */
const ANSWERED_WITHIN_MS = 30_000;
const OFFLINE: Presence = { show: 'offline' };

export const contactPresence: Feature = {
  specs: ['RFC 6121', 'XEP-0100', 'XEP-0319'],
  register(host) {
    const clients = new Clients(host);
    const roll = new RollCall(host, clients);
    host.onPresence(['gateway', 'contact'], (presence) => {
      if (presence.type !== '' && presence.type !== 'unavailable') return false;
      // Clients that take the address for that of a room wait for an answer.
      if (presence.type === '' && presence.stanza.child('x', MUC) !== undefined)
        throw new StanzaError('cancel/service-unavailable', words`There is no room at this address.`);
      roll.heard(presence.user);
      clients.receive(presence);
      return true;
    });
    host.present('appeared', ({ event, user }) => {
      const local = host.addressOf(host.jidOf(event.conversation))?.local ?? '';
      return contactsOf(host).shown.heard(user, local, event.who);
    });
    host.onAccountState((user, state) => contactsOf(host).shown.accountState(user, state));
    host.onLink(
      () => {
        contactsOf(host).shown.linkUp();
        roll.begin();
      },
      () => {
        roll.end();
        contactsOf(host).shown.linkDown();
      },
    );
    host.onStop(() => contactsOf(host).shown.goodbye());
  },
};

/** Which clients are there, and what that means for the bridge. */
class Clients {
  readonly #host: FeatureHost;
  /** Which of our addresses each has told its presence; the gateway's is empty. */
  readonly #told = new Map<ResourceId, Set<string>>();
  /** Contacts that each has left while it stayed with the gateway. */
  readonly #parted = new Map<ResourceId, Set<string>>();

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  receive(presence: Inbound): void {
    const { user, to, from } = presence;
    const knowsHers = isTo(subscriptionOf(this.#host.subscriptions, user, ''));
    // Whose presence the gateway gets tells it there; a contact has it besides (SUB-11, GW-9).
    if (to.where === 'contact' && knowsHers) return this.#meets(presence);
    if (presence.type === '') this.#came(presence);
    else if (to.where === 'gateway' && from === bareOf(from)) {
      // COMPAT(prosody, 0.12): else it says that a request for her presence has arrived, and nothing of her clients.
      if (knowsHers) this.gone(user);
    } else if (to.where === 'gateway' || this.#isLastOf(presence)) this.#left(presence);
  }

  /** All of hers. */
  gone(user: UserId): void {
    const { clients, shown } = contactsOf(this.#host);
    const known = [...clients.of(user).keys()];
    for (const client of known) {
      clients.left(user, client);
      this.#told.delete(client);
      this.#parted.delete(client);
      // Whether it is in rooms still is found out there.
      this.#host.bridge.clientPresence(client, OFFLINE, 0);
    }
    // Where nobody was known, the bridge is to know that it is so.
    this.#host.bridge.clientPresence(resourceOf(user), OFFLINE, 0);
    if (known.length > 0) shown.left(user);
    else shown.absent(user);
  }

  /** A server that blocks a contact (XEP-0191) drops what that one tells; whoever is back with it sees it anew. ejabberd says neither. */
  #meets({ type, user, from, to }: Inbound): void {
    const { clients, shown } = contactsOf(this.#host);
    const parted = this.#parted.get(from);
    if (type === '') {
      if (parted?.delete(to.local) === true && shown.isShown(user, to.local)) shown.answer(user, to.local, from);
    } else if (clients.of(user).has(from)) {
      this.#parted.set(from, (parted ?? new Set()).add(to.local));
    }
  }

  /** It leaves the only contact that knew of it. */
  #isLastOf({ from, to }: Inbound): boolean {
    const told = this.#told.get(from);
    return told?.delete(to.local) === true && told.size === 0;
  }

  #came({ stanza, user, from, to }: Inbound): void {
    const { clients, shown, lists } = contactsOf(this.#host);
    this.#told.set(from, (this.#told.get(from) ?? new Set()).add(to.local));
    const isNew = clients.came(user, from, stanza);
    if (isNew) shown.came(user, from);
    this.#host.bridge.clientPresence(from, presenceIn(stanza), priorityIn(stanza));
    if (isNew) lists.review(user);
  }

  /** GW-8, MUC-52: the end of all that this client was in. */
  #left({ user, from }: Inbound): void {
    const { clients, shown } = contactsOf(this.#host);
    this.#told.delete(from);
    this.#parted.delete(from);
    const was = clients.left(user, from);
    this.#host.bridge.clientGone(from);
    if (!was) return;
    if (clients.of(user).size === 0) shown.left(user);
    else shown.leftOne(user, from);
  }
}

/** Who is there, asked at the start and after the link was lost, a few at a time (SUB-9); who does not answer is not. */
class RollCall {
  readonly #host: FeatureHost;
  readonly #clients: Clients;
  #silent = new Set<UserId>();
  #stop: (() => void) | undefined;

  constructor(host: FeatureHost, clients: Clients) {
    this.#host = host;
    this.#clients = clients;
  }

  begin(): void {
    const { subscriptions, clock } = this.#host;
    const all = [...subscriptions.users()].filter((user) => mayProbe(this.#host, user));
    this.#silent = new Set(all);
    const some = (): void => {
      for (const user of all.splice(-PROBES_A_SECOND)) this.#ask(user);
      this.#stop = clock.after(
        all.length > 0 ? 1_000 : ANSWERED_WITHIN_MS,
        all.length > 0 ? some : () => this.#count(),
      );
    };
    some();
  }

  heard(user: UserId): void {
    this.#silent.delete(user);
  }

  end(): void {
    this.#stop?.();
    this.#silent.clear();
  }

  #ask(user: UserId): void {
    const { shown } = contactsOf(this.#host);
    shown.asked(user);
    probe(this.#host, user);
    shown.refresh(user);
    if (shown.isShown(user, '')) shown.answer(user, '', user);
  }

  #count(): void {
    for (const user of this.#silent) this.#clients.gone(user);
    this.#silent.clear();
  }
}
