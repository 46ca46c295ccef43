// Events on their way out: finds the feature that renders an event, lets others decorate it, and writes it to everyone it is for. What many
// users see alike is rendered once.

import type { AnyCommand } from '../model/commands.ts';
import type { Conversation } from '../model/conversation.ts';
import { BridgeError } from '../model/errors.ts';
import type { AnyEvent, EventKind, EventOf } from '../model/events.ts';
import { type ConversationId, conversationId, type UserId } from '../model/ids.ts';
import type { AccountState, Delivery, Log, Origin, Presenter } from '../model/ports.ts';
import { type ErrorContext, errorElement } from './errors.ts';
import { Countdown } from './countdown.ts';
import type { Decorate, Render, StanzaClass } from './feature.ts';
import { xmppUri } from './jid.ts';
import type { Languages } from './languages.ts';
import { hasOwnWords, inLanguage } from './own-words.ts';
import type { RefusalTally } from './refusal-tally.ts';
import type { RunWriter } from './run-writer.ts';
import { Element, el, Template } from './xml.ts';

/** What came of an event, for all who get it alike. */
interface Shared {
  readonly conversation: Conversation | undefined;
  readonly templates: readonly Template[];
}

type AnyRender = Render<EventKind>;
type AnyDecorate = Decorate<EventKind>;

/** Made anew after an absence, so never kept; everything else of a room is what its clients build their picture from. */
const STATE_KINDS: ReadonlySet<EventKind> = new Set<EventKind>(['typed', 'appeared']);

/** What a refused command counts as where it was no message. A nick change is no join: clients may try it again. */
const REFUSED_AS: Partial<Record<AnyCommand['kind'], ErrorContext>> = { join: 'join', setNick: 'iq', setTopic: 'iq' };

export interface PresenterParts {
  readonly writer: RunWriter;
  /** The address of a conversation. */
  readonly jidOf: (conversation: ConversationId) => string;
  readonly log: Log;
  readonly refusals: RefusalTally;
  readonly languages: Languages;
  /** People are called the same by whoever sees them. */
  readonly uniqueNicks: boolean;
}

export class StanzaPresenter implements Presenter {
  readonly #writer: RunWriter;
  readonly #jidOf: (conversation: ConversationId) => string;
  readonly #log: Log;
  readonly #refusals: RefusalTally;
  readonly #languages: Languages;
  readonly #renders = new Map<EventKind, AnyRender>();
  readonly #decorators = new Map<EventKind, AnyDecorate[]>();
  readonly #alone: ((delivery: Delivery) => boolean)[] = [];
  readonly #roomListeners: ((user: UserId, room: ConversationId) => void)[] = [];
  readonly #stateListeners: ((user: UserId, state: AccountState) => void)[] = [];
  readonly #uniqueNicks: boolean;
  readonly #shared = new WeakMap<AnyEvent, Shared>();

  constructor({ writer, jidOf, log, refusals, languages, uniqueNicks }: PresenterParts) {
    this.#uniqueNicks = uniqueNicks;
    this.#writer = writer;
    this.#jidOf = jidOf;
    this.#log = log;
    this.#refusals = refusals;
    this.#languages = languages;
  }

  /** @throws Error when the kind has a renderer already. */
  setRender<K extends EventKind>(kind: K, render: Render<K>): void {
    if (this.#renders.has(kind)) throw new Error(`two features present "${kind}"`);
    this.#renders.set(kind, render as unknown as AnyRender);
  }

  addDecorator<K extends EventKind>(kind: K, add: Decorate<K>): void {
    const list = this.#decorators.get(kind) ?? [];
    list.push(add as unknown as AnyDecorate);
    this.#decorators.set(kind, list);
  }

  renderAlone(holds: (delivery: Delivery) => boolean): void {
    this.#alone.push(holds);
  }

  onAccountState(listen: (user: UserId, state: AccountState) => void): void {
    this.#stateListeners.push(listen);
  }

  present(delivery: Delivery): void {
    if (delivery.confirmed !== undefined) {
      this.#presentKept(delivery, new Countdown(() => delivery.confirmed?.()));
      return;
    }
    try {
      if (isShareable(delivery) && !this.#alone.some((holds) => holds(delivery))) this.#presentShared(delivery);
      else this.#presentOwn(delivery);
    } catch (thrown) {
      this.#failed(delivery, thrown);
    }
  }

  /** Without writing it anywhere. */
  rendered(delivery: Delivery): readonly Element[] {
    const stanzas = listOf(this.#render(delivery)).filter((stanza) => stanza instanceof Element);
    for (const stanza of stanzas) this.#decorate(delivery, stanza);
    return stanzas;
  }

  refuse(user: UserId, command: AnyCommand, origin: Origin, error: BridgeError): void {
    const from = origin.addressed;
    if (from === undefined || isQuiet(command)) return;
    this.#refusals.count(error);
    const presence = command.kind === 'join' || command.kind === 'setNick';
    const name = presence ? 'presence' : 'message';
    const translate = this.#languages.translator({ user, lang: origin.lang, about: aboutOf(command) });
    const stanza = el(
      name,
      { from, to: origin.resource, id: origin.id, type: 'error' },
      presence ? el('x', { xmlns: 'http://jabber.org/protocol/muc' }) : undefined,
      errorElement(this.#withUri(command, error), REFUSED_AS[command.kind] ?? 'message', translate),
    );
    this.#writer.write(origin.resource, stanza.toString(), 'room');
  }

  /** A network says where a room went in its own words. */
  #withUri({ kind }: AnyCommand, error: BridgeError): BridgeError {
    const { movedTo } = error.details;
    if (movedTo === undefined) return error;
    const uri = xmppUri(this.#jidOf(conversationId(movedTo)), kind === 'join' ? 'join' : '');
    return new BridgeError(error.code, error.text, { ...error.details, movedTo: uri });
  }

  onRoomFound(listen: (user: UserId, room: ConversationId) => void): void {
    this.#roomListeners.push(listen);
  }

  roomFound(user: UserId, room: ConversationId): void {
    for (const listen of this.#roomListeners) listen(user, room);
  }

  accountState(user: UserId, state: AccountState): void {
    for (const listen of this.#stateListeners) listen(user, state);
  }

  #presentShared(delivery: Delivery): void {
    const { event, conversation } = delivery;
    let shared = this.#shared.get(event);
    if (shared === undefined || (!this.#uniqueNicks && shared.conversation !== conversation)) {
      const rendered = listOf(this.#render(delivery));
      const templates = rendered.map((stanza) => this.#template(delivery, stanza));
      this.#shared.set(event, (shared = { conversation, templates }));
    }
    const kind = classOf(delivery);
    for (const to of delivery.to) {
      for (const template of shared.templates) this.#writer.write(to, template.toStringTo(to), kind);
    }
  }

  #presentOwn(delivery: Delivery): void {
    const kind = classOf(delivery);
    for (const [to, rendered] of this.#forEach(delivery)) {
      if (isRun(rendered)) this.#writer.writeRun(to, this.#filled(delivery, rendered, to), kind);
      else
        for (const stanza of listOf(rendered))
          this.#writer.write(addressee(stanza, to), this.#finished(delivery, stanza, to), kind);
    }
  }

  /** The event is kept until all that comes of it is safe. What can't be rendered never will be, so it is let go. */
  #presentKept(delivery: Delivery, countdown: Countdown): void {
    const kind = delivery.to.length === 0 ? 'spooled' : 'room';
    try {
      for (const [to, rendered] of this.#forEach(delivery)) {
        if (isRun(rendered))
          this.#writer.writeRun(to, this.#counted(delivery, rendered, { to, countdown }), kind, countdown.begin);
        else
          for (const stanza of listOf(rendered))
            this.#writer.write(addressee(stanza, to), this.#finished(delivery, stanza, to), kind, countdown.one());
      }
    } catch (thrown) {
      this.#failed(delivery, thrown);
    }
    countdown.begin();
  }

  /** Rendered anew for each client: the user's own address may stand in it. */
  *#forEach(delivery: Delivery): Generator<readonly [to: string, rendered: Rendered]> {
    const targets: readonly string[] = delivery.to.length === 0 ? [delivery.user] : delivery.to;
    for (const to of targets) {
      const one = delivery.to.length < 2 ? delivery : { ...delivery, to: delivery.to.filter((other) => other === to) };
      yield [to, this.#render(one)];
    }
  }

  /** Written long after it was begun, so nobody else is there to see it fail. */
  *#filled(delivery: Delivery, stanzas: Iterable<Element | Template>, to: string): Generator<string> {
    try {
      for (const stanza of stanzas) yield this.#finished(delivery, stanza, to);
    } catch (thrown) {
      this.#failed(delivery, thrown);
    }
  }

  *#counted(delivery: Delivery, stanzas: Iterable<Element | Template>, { to, countdown }: Counted): Generator<string> {
    const end = countdown.one();
    for (const xml of this.#filled(delivery, stanzas, to)) {
      countdown.one();
      yield xml;
    }
    end();
  }

  #failed({ event }: Delivery, thrown: unknown): void {
    this.#log.error('an event could not be rendered', { kind: event.kind, error: thrown });
  }

  #render(delivery: Delivery): Rendered {
    const { user, event } = delivery;
    const read = hasOwnWords(event)
      ? { ...delivery, event: inLanguage(event, this.#languages.translator({ user, about: aboutOf(event) })) }
      : delivery;
    return this.#renders.get(event.kind)?.(read as Delivery<EventOf<EventKind>>);
  }

  #finished(delivery: Delivery, stanza: Element | Template, to: string): string {
    if (stanza instanceof Template) return stanza.toStringTo(to);
    this.#decorate(delivery, stanza);
    return stanza.attrs['to'] === undefined ? stanza.toStringTo(to) : stanza.toString();
  }

  #decorate(delivery: Delivery, stanza: Element): void {
    const decorators = this.#decorators.get(delivery.event.kind);
    if (decorators !== undefined) for (const add of decorators) add(delivery as Delivery<EventOf<EventKind>>, stanza);
  }

  #template(delivery: Delivery, stanza: Element | Template): Template {
    if (stanza instanceof Template) return stanza;
    this.#decorate(delivery, stanza);
    return new Template(stanza);
  }
}

interface Counted {
  readonly to: string;
  readonly countdown: Countdown;
}

type Rendered = ReturnType<AnyRender>;

/** To be written bit by bit. */
function isRun(rendered: Rendered): rendered is Exclude<Rendered, Element | readonly Element[] | undefined> {
  return rendered !== undefined && !(rendered instanceof Element) && !Array.isArray(rendered);
}

function listOf(rendered: Rendered): readonly (Element | Template)[] {
  if (rendered === undefined) return [];
  return rendered instanceof Element ? [rendered] : Array.from(rendered);
}

const addressee = (stanza: Element | Template, to: string): string =>
  stanza instanceof Element ? (stanza.attrs['to'] ?? to) : to;

function classOf(delivery: Delivery): StanzaClass {
  if (STATE_KINDS.has(delivery.event.kind)) return 'state';
  return delivery.to.length === 0 ? 'spooled' : 'room';
}

/** The same for every user who gets it: nobody's own doing, and not about the user herself. */
function isShareable({ event, to, origin, conversation }: Delivery): boolean {
  if (to.length === 0 || origin !== undefined || conversation === undefined || hasOwnWords(event)) return false;
  switch (event.kind) {
    case 'said':
      return !event.message.own && event.message.from.id !== conversation.self;
    case 'joined':
    case 'left':
      return event.who.id !== conversation.self;
    case 'changed':
      return event.before.id !== conversation.self && event.now.id !== conversation.self;
    case 'topicSet':
      return true;
    default:
      return false;
  }
}

/** CORE-7: nobody is told that her typing notice did not get through. */
function isQuiet(command: AnyCommand): boolean {
  return (
    command.kind === 'type' ||
    command.kind === 'display' ||
    command.kind === 'appear' ||
    command.kind === 'watch' ||
    command.kind === 'leave'
  );
}

const aboutOf = (one: AnyCommand | AnyEvent): ConversationId | undefined =>
  'conversation' in one ? one.conversation : undefined;
