// Presence subscriptions with the gateway and with contacts (RFC 6121 3, XEP-0100 4): the gateway is the server of all its addresses, so it keeps
// their state, asks the network where it has a say, and answers probes.

import { BridgeError } from '../../model/errors.ts';
import type { ConversationId, UserId } from '../../model/ids.ts';
import type { Origin, Subscription } from '../../model/ports.ts';
import { joined, type Text, words } from '../../model/words.ts';
import { NOT_SIGNED_IN, SIGNED_OFF, unseenText } from '../account-words.ts';
import { contactsOf } from '../contacts/index.ts';
import { isFrom, isTo, refused, subscriptionOf, without, withFrom, withoutFrom, withTo } from '../contacts/standing.ts';
import type { Address, Feature, FeatureHost, Inbound } from '../feature.ts';
import { joinJid } from '../jid.ts';
import { profilesOf } from '../profiles.ts';
import { notAContact, refuseSubscription } from '../refused-subscription.ts';
import { freshId } from '../stanza.ts';
import { el } from '../xml.ts';

/** Whoever adds again at once what she has removed would take the confirmation for the answer to that. */
const CONFIRMED_AFTER_MS = 1_000;
const OURS: ReadonlySet<string> = new Set(['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed', 'probe']);

export const subscriptions: Feature = {
  specs: ['RFC 6121', 'XEP-0100'],
  register(host) {
    const book = new Book(host);
    host.onPresence(['gateway', 'contact'], (presence) => {
      if (!OURS.has(presence.type)) return false;
      book.receive(presence);
      return true;
    });
    // Rooms are joined, not subscribed to.
    host.onPresence(['room', 'occupant'], ({ type, to, user }) => {
      if (type !== 'subscribe') return OURS.has(type);
      // An error from an occupant would be taken for that of a join.
      if (to.where === 'room')
        throw new BridgeError('unsupported', words`This is a room: join it, it can’t be a contact.`);
      host.send(el('presence', { from: to.bare, to: user, type: 'unsubscribed' }), 'state');
      return true;
    });
    host.present('answered', ({ event, user }) => {
      const to = host.addressOf(host.jidOf(event.conversation));
      if (to?.where === 'contact') book.answered(user, to, event);
      return undefined;
    });
  },
};

class Book {
  readonly #host: FeatureHost;
  /** Contacts that the network is being asked for, and has not answered about. */
  readonly #adding = new Set<string>();
  /** Ends of subscriptions that are confirmed in a moment: how to leave that out. */
  readonly #ending = new Map<string, () => void>();

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  receive(presence: Inbound): void {
    const { user, to } = presence;
    switch (presence.type) {
      case 'subscribe':
        this.#subscribe(presence);
        return;
      case 'unsubscribe':
        this.#unsubscribe(presence);
        return;
      case 'subscribed':
        this.#answerThem(presence, true);
        if (to.where === 'gateway') contactsOf(this.#host).shown.asked(user);
        if (this.#host.subscriptions.of(user).has(to.local)) this.#set(user, to.local, withTo(this.#state(user, to)));
        return;
      case 'unsubscribed':
        this.#answerThem(presence, false);
        this.#refuses(presence);
        return;
      default:
        this.#probe(presence);
    }
  }

  /** The network's answer to an `add`, or a later change of mind. */
  answered(user: UserId, to: Address, { allow, text }: { readonly allow: boolean; readonly text?: Text }): void {
    const now = this.#state(user, to);
    // It may be told before the network has confirmed the question.
    const isAwaited = this.#adding.delete(`${user} ${to.local}`) || now.pending === true;
    if (allow) {
      if (isAwaited) this.#approve(user, to);
    } else if (isFrom(now)) {
      contactsOf(this.#host).lists.part(user, to.local, to.bare);
    } else if (isAwaited) {
      this.#set(user, to.local, withoutFrom(now));
      const why = text === undefined ? undefined : el('status', {}, this.#host.textFor(user, text));
      this.#host.send(el('presence', { from: to.bare, to: user, type: 'unsubscribed' }, why), 'state');
      const said = text ?? words`They do not want to be.`;
      this.#host.send(notAContact(to.bare, user, said, this.#host.translator({ user })), 'spooled');
    }
  }

  #subscribe(presence: Inbound): void {
    const { to, user } = presence;
    const { network, domain } = this.#host.gateway;
    if (to.where === 'contact' && !network.guests && this.#host.desk.accounts(user).length === 0)
      throw new BridgeError('not-registered', words`Please register with ${domain} first.`);
    if (to.place?.unserved !== undefined) throw new BridgeError('not-found', to.place.unserved);
    const now = this.#state(user, to);
    this.#goesOn(user, to);
    const conversation = this.#asked(user, to, 'add');
    // What stands on the network's list already need not be added there.
    if (isFrom(now) || now.offered !== undefined) this.#approve(user, to);
    else if (conversation !== undefined) this.#add(presence, conversation);
    else this.#approveWhoIsThere(presence);
  }

  /** Where the network can tell (SUB-3); who can't be asked about is taken to be there. */
  #approveWhoIsThere(presence: Inbound): void {
    const { user, to } = presence;
    const { place } = to;
    const key = `${user} ${to.local}`;
    const isKnown = place?.kind !== 'direct' || this.#host.gateway.network.capabilities.profiled !== true;
    if (place === undefined || isKnown) return this.#approve(user, to);
    if (this.#adding.has(key)) return;
    this.#adding.add(key);
    const settle = (error?: unknown): void => {
      // She may have taken it back meanwhile.
      if (!this.#adding.delete(key)) return;
      if (error instanceof BridgeError && error.code === 'not-found') this.#refuse(presence, error);
      else this.#approve(user, to);
    };
    profilesOf(this.#host)
      .of({ user, conversation: place.conversation, known: {} })
      .then(() => settle(), settle);
  }

  #add(presence: Inbound, conversation: ConversationId): void {
    const { user, to } = presence;
    const key = `${user} ${to.local}`;
    // Clients say it again and again while they have no answer.
    if (this.#adding.has(key) || this.#state(user, to).pending === true) return;
    this.#adding.add(key);
    const { stanza } = presence;
    const nick = stanza.childText('nick', 'http://jabber.org/protocol/nick');
    const text = stanza.childText('status');
    const settle = (error: BridgeError | undefined): void => {
      this.#adding.delete(key);
      if (error !== undefined) this.#refuse(presence, error);
      else if (this.#host.bridge.capabilities(user, conversation).approval !== true) this.#approve(user, to);
      else if (!isFrom(this.#state(user, to))) this.#set(user, to.local, { ...this.#state(user, to), pending: true });
    };
    const command = { kind: 'add', conversation, ...(nick && { nick }), ...(text && { text }) } as const;
    this.#host.bridge.submit(user, command, { ...this.#host.origin(presence), settle });
  }

  #approve(user: UserId, to: Address): void {
    const before = this.#state(user, to);
    this.#set(user, to.local, withFrom(before));
    this.#send(user, to, 'subscribed');
    const { shown } = contactsOf(this.#host);
    if (isFrom(before)) shown.update(user, to.local);
    else shown.answer(user, to.local, user);
    // Once, and never against her will (SUB-4); of what is gone nobody needs to know.
    if (this.#host.gateway.network.gone !== undefined) return;
    if (before.asked === true || before.refused === true || before.withdrawn === true || isTo(before)) return;
    this.#set(user, to.local, { ...this.#state(user, to), asked: true });
    this.#send(user, to, 'subscribe');
  }

  #refuse(presence: Inbound, error: BridgeError): void {
    const { to, from, id } = presence;
    const translate = this.#host.translator(presence);
    refuseSubscription({ from, to: to.bare, id }, error, translate, (stanza, kind) => this.#host.send(stanza, kind));
  }

  #unsubscribe(presence: Inbound): void {
    const { user, to } = presence;
    const before = this.#state(user, to);
    const conversation = this.#asked(user, to, 'remove');
    if (conversation === undefined) this.#adding.delete(`${user} ${to.local}`);
    if (this.#host.subscriptions.of(user).has(to.local))
      this.#set(user, to.local, withoutFrom(conversation === undefined ? before : without(before, 'offered')));
    contactsOf(this.#host).shown.hide(user, to.local);
    this.#ends(user, to);
    if (to.where === 'gateway') this.#signOff(user);
    if (conversation === undefined) return;
    const settle = (error: BridgeError | undefined): void => {
      // It is on the network's list still, and she does not want it back.
      if (error !== undefined && before.offered !== undefined)
        this.#set(user, to.local, { ...this.#state(user, to), offered: before.offered });
    };
    const origin: Origin = { ...this.#host.origin(presence), settle };
    this.#host.bridge.submit(user, { kind: 'remove', conversation }, origin);
  }

  /** RFC 6121 3.3.3 knows no confirmation; it is for servers that have not taken it out themselves. */
  #ends(user: UserId, to: Address): void {
    this.#goesOn(user, to);
    const key = `${user} ${to.local}`;
    const stop = this.#host.clock.after(CONFIRMED_AFTER_MS, () => {
      this.#ending.delete(key);
      const now = this.#state(user, to);
      if (!isFrom(now) && now.pending !== true) this.#send(user, to, 'unsubscribed');
    });
    this.#ending.set(key, stop);
  }

  #goesOn(user: UserId, { local }: Address): void {
    const key = `${user} ${local}`;
    this.#ending.get(key)?.();
    this.#ending.delete(key);
  }

  /** SUB-7: as if all her clients had left, and without the time that one who may come back has; the account stays. */
  #signOff(user: UserId): void {
    const { clients, shown } = contactsOf(this.#host);
    for (const client of clients.of(user).keys()) {
      clients.left(user, client);
      this.#host.bridge.clientGone(client);
    }
    shown.left(user);
    void this.#host.administration.endSessions(user, SIGNED_OFF);
  }

  #refuses({ user, to }: Inbound): void {
    if (!this.#host.subscriptions.of(user).has(to.local)) return;
    const before = this.#state(user, to);
    this.#set(user, to.local, refused(before));
    if (to.where === 'gateway' && before.asked === true && !isTo(before)) this.#unseen(user);
  }

  /** Who does not want the gateway to see her, and so is not signed in, hears how it goes on. */
  #unseen(user: UserId): void {
    const { desk, bridge, gateway } = this.#host;
    if (desk.accounts(user).length === 0 || bridge.accountStates(user).some(({ state }) => state !== 'offline')) return;
    const translate = this.#host.translator({ user });
    const attrs = { from: gateway.domain, to: user, type: 'chat', id: freshId(), 'xml:lang': translate.language };
    const text = joined([NOT_SIGNED_IN, unseenText(gateway.domain)], ' ');
    this.#host.send(el('message', attrs, el('body', {}, translate(text))), 'spooled');
  }

  /** Her answer to somebody on the network who wants to have her as a contact. */
  #answerThem({ user, to }: Inbound, allow: boolean): void {
    const conversation = this.#asked(user, to, 'answer');
    if (conversation !== undefined) contactsOf(this.#host).answers.give(user, { conversation, local: to.local }, allow);
  }

  /** SUB-8: from state; a stranger's probe heals a roster that thinks otherwise. */
  #probe({ user, to, from }: Inbound): void {
    const { shown } = contactsOf(this.#host);
    if (shown.isShown(user, to.local)) shown.probed(user, to.local, from);
    else if (this.#state(user, to).pending !== true) this.#send(user, to, 'unsubscribed');
  }

  /** The conversation of a contact where the network has a say in that. */
  #asked(user: UserId, { place }: Address, kind: 'add' | 'remove' | 'answer'): ConversationId | undefined {
    if (place?.kind !== 'direct') return undefined;
    const { accepts } = this.#host.bridge.capabilities(user, place.conversation);
    return accepts.includes(kind) ? place.conversation : undefined;
  }

  #send(user: UserId, { local }: Address, type: string): void {
    const from = joinJid(local, this.#host.gateway.domain);
    this.#host.send(el('presence', { from, to: user, type }), 'state');
  }

  #state(user: UserId, { local }: Address): Subscription {
    return subscriptionOf(this.#host.subscriptions, user, local);
  }

  #set(user: UserId, local: string, subscription: Subscription): void {
    this.#host.subscriptions.set(user, local, subscription);
  }
}
