// Stanzas on their way in: who sent it to which of our addresses, who handles it, and exactly one answer to every request (RFC 6120 8.2.3).

import { BridgeError } from '../model/errors.ts';
import type { UserId } from '../model/ids.ts';
import type { Clock, Log } from '../model/ports.ts';
import { words } from '../model/words.ts';
import type { AddressBook } from './address-book.ts';
import { type ErrorContext, errorElement, STANZAS, tellable } from './errors.ts';
import { type Address, type Draft, type Inbound, type IqHandler, type IqReply, StanzaError } from './feature.ts';
import { domainOf, resourceOf, userOf, xmppUri } from './jid.ts';
import type { Languages } from './languages.ts';
import { refuseSubscription, type Send } from './refused-subscription.ts';
import type { RefusalTally } from './refusal-tally.ts';
import type { Registry } from './registry.ts';
import { type Element, el } from './xml.ts';

export interface RouterParts {
  readonly registry: Registry;
  readonly addresses: AddressBook;
  /** Domains and bare JIDs that may use the gateway; `*` for everybody. */
  readonly allow: readonly string[];
  readonly admins: readonly string[];
  /** By the operator, at run time. */
  isBlocked(user: UserId): boolean;
  /** The XMPP server's own addresses. */
  readonly hosts: readonly string[];
  readonly clock: Clock;
  readonly log: Log;
  readonly refusals: RefusalTally;
  readonly languages: Languages;
  readonly send: Send;
}

const ANSWER_WITHIN_MS = 30_000;
const REGISTER = 'jabber:iq:register';
const COMMANDS = 'http://jabber.org/protocol/commands';
const MUC = 'http://jabber.org/protocol/muc';
const PRESENCE_TYPES: ReadonlySet<string> = new Set([
  '',
  'unavailable',
  'subscribe',
  'subscribed',
  'unsubscribe',
  'unsubscribed',
  'probe',
  'error',
]);
const MESSAGE_TYPES: ReadonlySet<string> = new Set(['chat', 'groupchat', 'headline', 'normal', 'error']);
const NOTHING: Draft = { kind: 'none' };

export class Router {
  readonly #parts: RouterParts;
  readonly #allowed: ReadonlySet<string>;
  readonly #admins: ReadonlySet<string>;
  #incidents = 0;

  constructor(parts: RouterParts) {
    this.#parts = parts;
    this.#allowed = new Set(parts.allow);
    this.#admins = new Set(parts.admins);
  }

  /** Never throws. */
  route(stanza: Element): void {
    try {
      switch (stanza.name) {
        case 'message':
          this.#message(stanza);
          return;
        case 'presence':
          this.#presence(stanza);
          return;
        case 'iq':
          this.#iq(stanza);
          return;
        default:
          this.#parts.log.warn('an unknown element came over the link', { name: stanza.name });
      }
    } catch (thrown) {
      // The last of the three places that catch: whatever a feature threw, the link and everybody else go on.
      this.#refuse(stanza, tellable(thrown, this.#incident));
    }
  }

  readonly #incident = (thrown: unknown): string => {
    const incident = `${this.#parts.clock.now().toString(36)}-${(++this.#incidents).toString(36)}`;
    this.#parts.log.error('a handler failed', { incident, error: thrown });
    return incident;
  };

  /** @throws StanzaError or BridgeError where the address or the sender is not to be served. */
  #inbound(stanza: Element, type: string): Inbound {
    const { addresses } = this.#parts;
    const { to: written = '', from = '', 'xml:lang': lang } = stanza.attrs;
    const to = addresses.addressOf(written);
    const user = userOf(from);
    if (to === undefined) throw new StanzaError('modify/jid-malformed', addresses.whyNone(written, user));
    const admin = this.#admins.has(user);
    const isServed = [from, '*', user, domainOf(user)].some((one) => this.#allowed.has(one));
    if (!admin && !isServed && !this.#parts.hosts.includes(from)) {
      throw new StanzaError('cancel/not-allowed', words`This gateway does not serve your server.`);
    }
    // That a client has gone is heard all the same.
    if (!admin && type !== 'unavailable' && this.#parts.isBlocked(user) && !this.#isOpenToAll(stanza, to, type))
      throw new BridgeError('forbidden', words`The operator of this gateway has blocked you.`);
    if (lang !== undefined) this.#parts.languages.hear(user, lang);
    return {
      stanza,
      to,
      about: to.place?.conversation,
      user,
      from: resourceOf(from),
      id: stanza.attrs['id'],
      type,
      lang,
      admin,
    };
  }

  /** For those too whom the operator has blocked: that they are, and commands about what is kept of them, since that is theirs. */
  #isOpenToAll(stanza: Element, to: Address, type: string): boolean {
    if (stanza.name === 'presence') return type === 'probe' && to.where === 'gateway';
    const node = stanza.name === 'iq' ? stanza.child('command', COMMANDS)?.attrs['node'] : undefined;
    return this.#parts.registry.commands.some((command) => command.node === node && command.whenBlocked === true);
  }

  #message(stanza: Element): void {
    const given = stanza.attrs['type'] ?? 'normal';
    const type = MESSAGE_TYPES.has(given) ? given : 'normal';
    if (type === 'error') {
      this.#bounce(stanza);
      return;
    }
    const message = this.#inbound(stanza, type);
    const draft = this.#read(message);
    if (draft.kind === 'none') return;
    const handlers = this.#parts.registry.messageHandlers(message.to.where);
    if (handlers.length === 0)
      throw new StanzaError('cancel/service-unavailable', words`This address takes no messages.`);
    for (const handle of handlers) handle(message, draft);
  }

  #read(message: Inbound): Draft {
    const { stanza, lang } = message;
    const text = bodyOf(stanza);
    let draft: Draft =
      text === undefined ? NOTHING : { kind: 'say', body: { kind: 'text', text, ...(lang !== undefined && { lang }) } };
    for (const child of stanza.children) {
      if (typeof child === 'string' || (child.name === 'body' && child.ns === '')) continue;
      const read = this.#parts.registry.reader(child);
      if (read !== undefined) draft = read(child, draft, message);
    }
    return draft;
  }

  #presence(stanza: Element): void {
    const type = stanza.attrs['type'] ?? '';
    if (!PRESENCE_TYPES.has(type))
      throw new StanzaError('modify/bad-request', words`There is no presence of type "${type}".`);
    if (type === 'error') {
      this.#bounce(stanza);
      return;
    }
    const presence = this.#inbound(stanza, type);
    const { canonical } = presence.to;
    // MAP-3: whoever joined or subscribed would hear from another address than the one that she knows.
    if (canonical !== undefined && (type === 'subscribe' || stanza.child('x', MUC) !== undefined)) {
      const movedTo = xmppUri(canonical, presence.to.where === 'occupant' ? 'join' : '');
      throw new BridgeError('moved', words`Please use ${canonical} instead.`, { movedTo });
    }
    for (const handle of this.#parts.registry.presenceHandlers(presence.to.where)) if (handle(presence)) return;
  }

  #iq(stanza: Element): void {
    const type = stanza.attrs['type'] ?? '';
    // Answers to our own requests were taken by the link; a late one has nobody waiting (CORE-3).
    if (type === 'result' || type === 'error') return;
    const payloads = stanza.elements();
    const [payload] = payloads;
    if (
      stanza.attrs['id'] === undefined ||
      (type !== 'get' && type !== 'set') ||
      payload === undefined ||
      payloads.length !== 1
    ) {
      throw new StanzaError(
        'modify/bad-request',
        words`A request needs an id, the type get or set, and exactly one payload.`,
      );
    }
    const request = { ...this.#inbound(stanza, type), payload };
    const handler = this.#parts.registry.iqHandler(type, payload, request.to.where);
    if (handler === undefined)
      throw new StanzaError('cancel/service-unavailable', words`This address does not do that.`);
    this.#answer(stanza, handler, request);
  }

  #answer(stanza: Element, handler: IqHandler, request: Parameters<IqHandler>[0]): void {
    const answer = handler(request);
    if (!(answer instanceof Promise)) {
      this.#reply(request, answer);
      return;
    }
    let open = true;
    const close = (finish: () => void): void => {
      if (!open) return;
      open = false;
      cancel();
      finish();
    };
    const cancel = this.#parts.clock.after(ANSWER_WITHIN_MS, () => {
      close(() =>
        this.#refuse(
          stanza,
          new StanzaError('wait/remote-server-timeout', words`The network took too long to answer.`),
        ),
      );
    });
    answer.then(
      (reply) => close(() => this.#reply(request, reply)),
      (thrown: unknown) => close(() => this.#refuse(stanza, tellable(thrown, this.#incident))),
    );
  }

  #reply(request: Inbound, { payload, after }: IqReply): void {
    const { from, to, id } = request.stanza.attrs;
    const lang = this.#parts.languages.usedFor(request);
    this.#parts.send(el('iq', { to: from, from: to, id, type: 'result', 'xml:lang': lang }, payload), 'state');
    after?.();
  }

  /** The error reply, where one may be sent at all. */
  #refuse(stanza: Element, error: BridgeError | StanzaError): void {
    const type = stanza.attrs['type'] ?? '';
    const context = contextOf(stanza);
    if (type === 'error' || type === 'result' || context === undefined) return;
    const { from, to, id, 'xml:lang': lang } = stanza.attrs;
    if (from === undefined || to === undefined) return;
    this.#parts.refusals.count(error);
    const join = context === 'join' ? el('x', { xmlns: MUC }) : undefined;
    const about = this.#parts.addresses.addressOf(to)?.place?.conversation;
    const translate = this.#parts.languages.translator({ user: userOf(from), lang, about });
    if (context === 'subscribe') {
      refuseSubscription({ from, to, id }, error, translate, this.#parts.send);
      return;
    }
    const kind = stanza.name === 'message' ? 'room' : 'state';
    // That a message failed its sender must hear also when the server is away just then.
    this.#parts.send(
      el(stanza.name, { to: from, from: to, id, type: 'error' }, join, errorElement(error, context, translate)),
      kind,
    );
  }

  #bounce(stanza: Element): void {
    const { from, to } = stanza.attrs;
    const address: Address | undefined = this.#parts.addresses.addressOf(to ?? '');
    if (address === undefined || from === undefined) return;
    const condition =
      stanza
        .child('error')
        ?.elements()
        .find(({ ns, name }) => ns === STANZAS && name !== 'text')?.name ?? 'undefined-condition';
    const inbound: Inbound = {
      stanza,
      to: address,
      user: userOf(from),
      from: resourceOf(from),
      id: stanza.attrs['id'],
      type: 'error',
      lang: undefined,
      about: address.place?.conversation,
      admin: false,
    };
    this.#parts.registry.bounced(inbound, condition);
  }
}

/** Undefined where nobody is to be told: CORE-7, and presence that asks for nothing. */
function contextOf(stanza: Element): ErrorContext | undefined {
  if (stanza.name === 'iq') return stanza.child('query', REGISTER) === undefined ? 'iq' : 'register';
  if (stanza.name === 'message')
    return stanza.child('body') !== undefined || stanza.child('subject') !== undefined ? 'message' : undefined;
  if (stanza.attrs['type'] === 'subscribe') return 'subscribe';
  if (stanza.child('x', MUC) !== undefined && stanza.attrs['type'] === undefined) return 'join';
  return PRESENCE_TYPES.has(stanza.attrs['type'] ?? '') ? undefined : 'iq';
}

/** TXT-1: of several languages the stanza's own, else the first. */
function bodyOf(stanza: Element): string | undefined {
  let first: string | undefined;
  for (const child of stanza.children) {
    if (typeof child === 'string' || child.name !== 'body' || child.ns !== '') continue;
    const lang = child.attrs['xml:lang'];
    if (lang === undefined || lang === stanza.attrs['xml:lang']) return child.text();
    first ??= child.text();
  }
  return first;
}
