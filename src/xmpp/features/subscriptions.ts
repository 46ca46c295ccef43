// Presence subscriptions with the gateway and with contacts (RFC 6121 3, XEP-0100 4): the gateway is the server of all its addresses, so it keeps
// their state, answers probes from it, and shows the state of the user's accounts as its own presence.

import { BridgeError } from '../../model/errors.ts';
import type { Presence } from '../../model/conversation.ts';
import type { ResourceId, UserId } from '../../model/ids.ts';
import type { AccountState, Subscription } from '../../model/ports.ts';
import type { Feature, FeatureHost, Inbound } from '../feature.ts';
import { joinJid } from '../jid.ts';
import { showElements } from '../stanza.ts';
import { el } from '../xml.ts';

const PROBES_A_SECOND = 50;
const SHOWS: ReadonlySet<string> = new Set(['chat', 'away', 'xa', 'dnd']);
const NONE: Subscription = { state: 'none' };

export const subscriptions: Feature = {
  specs: ['RFC 6121', 'XEP-0100'],
  register(host) {
    const book = new Book(host);
    host.onPresence(['gateway', 'contact'], (presence) => {
      book.receive(presence);
      return true;
    });
    // Rooms are joined, not subscribed to.
    host.onPresence(['room', 'occupant'], ({ type, to, user }) => {
      if (type === 'subscribe') host.send(el('presence', { from: to.bare, to: user, type: 'unsubscribed' }), 'state');
      return ['subscribe', 'subscribed', 'unsubscribe', 'unsubscribed', 'probe'].includes(type);
    });
    host.onAccountState((user) => book.show(user));
    host.present('appeared', ({ event, user }) => {
      const jid = host.jidOf(event.conversation);
      const local = host.addressOf(jid)?.local ?? '';
      return book.shown(user, local) ? book.contactPresence(jid, event.who.presence) : undefined;
    });
    host.onLink(
      () => book.probeAll(),
      () => undefined,
    );
    host.onStop(() => book.sayGoodbye());
  },
};

class Book {
  readonly #host: FeatureHost;

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  receive(presence: Inbound): void {
    switch (presence.type) {
      case 'subscribe':
        this.#subscribe(presence);
        return;
      case 'subscribed':
        this.#change(presence, (now) => ({ state: withTo(now) }));
        return;
      case 'unsubscribe':
        this.#unsubscribe(presence);
        return;
      case 'unsubscribed':
        this.#change(presence, (now) => ({
          state: now.state === 'both' || now.state === 'from' ? 'from' : 'none',
          refused: true,
        }));
        return;
      case 'probe':
        this.#probe(presence);
        return;
      default:
        this.#available(presence);
    }
  }

  /** The gateway's own presence, to everyone who subscribed to it. */
  show(user: UserId, to: string = user): void {
    if (!this.shown(user, '')) return;
    const { domain } = this.#host.gateway;
    const state = summary(
      this.#host.bridge.accountStates(user),
      this.#host.desk.accounts(user).length > 0,
      this.#host.gateway.network.guests,
    );
    this.#host.send(el('presence', { from: domain, to }, ...showElements(state), this.#host.caps('gateway')), 'state');
  }

  shown(user: UserId, local: string): boolean {
    const state = this.#host.subscriptions.of(user).get(local)?.state;
    return state === 'from' || state === 'both';
  }

  contactPresence(from: string, presence: Presence, to?: string) {
    const type = presence.show === 'offline' ? 'unavailable' : undefined;
    return el(
      'presence',
      { to, from, type },
      ...showElements(presence),
      type === undefined ? this.#host.caps('contact') : undefined,
    );
  }

  sayGoodbye(): void {
    const { domain } = this.#host.gateway;
    for (const user of this.#host.subscriptions.users()) {
      if (this.shown(user, ''))
        this.#host.send(el('presence', { from: domain, to: user, type: 'unavailable' }), 'state');
    }
  }

  /** SUB-9: who is online, asked a few at a time. */
  probeAll(): void {
    const waiting: UserId[] = [];
    for (const user of this.#host.subscriptions.users()) {
      const state = this.#host.subscriptions.of(user).get('')?.state;
      if (state === 'to' || state === 'both') waiting.push(user);
    }
    const some = (): void => {
      for (const user of waiting.splice(-PROBES_A_SECOND)) {
        this.#host.send(el('presence', { from: this.#host.gateway.domain, to: user, type: 'probe' }), 'state');
        this.show(user);
      }
      if (waiting.length > 0) this.#host.clock.after(1000, some);
    };
    some();
  }

  #subscribe(presence: Inbound): void {
    const { to, user } = presence;
    const { network } = this.#host.gateway;
    if (to.where === 'contact' && !network.guests && this.#host.desk.accounts(user).length === 0) {
      throw new BridgeError('not-registered', `Please register with ${to.bare.slice(to.bare.indexOf('@') + 1)} first.`);
    }
    const before = this.#state(presence);
    this.#set(presence, { ...before, state: withFrom(before) });
    this.#send(presence, 'subscribed');
    if (to.where === 'gateway') this.show(user);
    else this.#showContact(user, to.bare, user);
    // Once, and never against her will (SUB-4).
    if (before.asked !== true && before.refused !== true && before.state !== 'to' && before.state !== 'both') {
      this.#set(presence, { ...this.#state(presence), asked: true });
      this.#send(presence, 'subscribe');
    }
    const { place } = to;
    if (place?.kind === 'direct' && this.#host.bridge.capabilities(user, place.conversation).accepts.includes('add')) {
      this.#host.bridge.submit(user, { kind: 'add', conversation: place.conversation }, this.#host.origin(presence));
    }
  }

  #unsubscribe(presence: Inbound): void {
    const { place, bare } = presence.to;
    this.#change(presence, (now) => ({ ...now, state: now.state === 'both' || now.state === 'to' ? 'to' : 'none' }));
    this.#send(presence, 'unsubscribed');
    this.#host.send(el('presence', { from: bare, to: presence.user, type: 'unavailable' }), 'state');
    if (
      place?.kind === 'direct' &&
      this.#host.bridge.capabilities(presence.user, place.conversation).accepts.includes('remove')
    ) {
      this.#host.bridge.submit(
        presence.user,
        { kind: 'remove', conversation: place.conversation },
        this.#host.origin(presence),
      );
    }
  }

  /** SUB-8: from state; a stranger's probe heals a roster that thinks otherwise. */
  #probe(presence: Inbound): void {
    const { user, to, from } = presence;
    if (!this.shown(user, to.local)) this.#send(presence, 'unsubscribed');
    else if (to.where === 'gateway') this.show(user, from);
    else this.#showContact(user, to.bare, from);
  }

  #available({ stanza, type, from, to }: Inbound): void {
    if (to.where !== 'gateway') return;
    // GW-8, MUC-52: the end of all that this client was in.
    if (type === 'unavailable') {
      this.#host.bridge.clientGone(from);
      return;
    }
    const show = stanza.childText('show') ?? 'online';
    const status = stanza.childText('status');
    const presence: Presence = {
      show: SHOWS.has(show) ? (show as Presence['show']) : 'online',
      ...(status !== undefined && { status }),
    };
    this.#host.bridge.clientPresence(from, presence, Number(stanza.childText('priority') ?? 0) || 0);
  }

  /** SUB-18: where the network has no presence a contact is there while the account is. */
  #showContact(user: UserId, bare: string, to: UserId | ResourceId): void {
    const online =
      this.#host.gateway.network.guests ||
      this.#host.bridge.accountStates(user).some(({ state }) => state === 'online');
    this.#host.send(this.contactPresence(bare, { show: online ? 'online' : 'offline' }, to), 'state');
  }

  #send({ to, user }: Inbound, type: string): void {
    this.#host.send(el('presence', { from: joinJid(to.local, this.#host.gateway.domain), to: user, type }), 'state');
  }

  #state({ user, to }: Inbound): Subscription {
    return this.#host.subscriptions.of(user).get(to.local) ?? NONE;
  }

  #set({ user, to }: Inbound, subscription: Subscription): void {
    this.#host.subscriptions.set(user, to.local, subscription);
  }

  #change(presence: Inbound, next: (now: Subscription) => Subscription): void {
    const now = this.#host.subscriptions.of(presence.user).get(presence.to.local);
    if (now !== undefined) this.#set(presence, next(now));
  }
}

const withFrom = ({ state }: Subscription): Subscription['state'] =>
  state === 'to' || state === 'both' ? 'both' : 'from';
const withTo = ({ state }: Subscription): Subscription['state'] =>
  state === 'from' || state === 'both' ? 'both' : 'to';

/** The state of all accounts as one presence, in words. */
function summary(states: readonly AccountState[], registered: boolean, guests: boolean): Presence {
  const failed = states.find(({ state }) => state === 'failed');
  if (failed !== undefined) return { show: 'dnd', status: failed.error?.message ?? 'Could not sign in.' };
  if (states.some(({ state }) => state === 'connecting' || state === 'waiting'))
    return { show: 'xa', status: 'Connecting…' };
  if (states.some(({ state }) => state === 'online')) return { show: 'online' };
  return {
    show: 'online',
    status: registered || guests ? 'Ready.' : 'Not registered yet: see the commands of this contact.',
  };
}
