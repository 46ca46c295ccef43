// What a durable network has beside a live one: accepted commands, kept events and the names of messages, all of them in the store.

import type { AnyCommand } from '../model/commands.ts';
import { BridgeError } from '../model/errors.ts';
import type { AnyEvent } from '../model/events.ts';
import { type GatewayId, messageId } from '../model/ids.ts';
import type { MessageId } from '../model/ids.ts';
import type { Network } from '../model/network.ts';
import type { Clock, Log } from '../model/ports.ts';
import type { Store, Write } from '../model/stores.ts';
import { words } from '../model/words.ts';
import { type DeadLetterLimits, DeadLetterOffice } from './dead-letter-office.ts';
import { DeadLetters } from './dead-letters.ts';
import type { KeptFor } from './event-codec.ts';
import { type Arrival, Inbox, type InboxLimits } from './inbox.ts';
import { MessageIndex } from './message-index.ts';
import { Outbox } from './outbox.ts';
import type { OutboxLimits } from './outbox-limits.ts';
import type { Work } from './outbox-work.ts';
import { SteadyClock } from './steady-clock.ts';
import { StoredIds } from './stored-ids.ts';

export interface KeepingOptions {
  readonly store: Store;
  readonly gateway: GatewayId;
  readonly clock: Clock;
  readonly log: Log;
  /** What an adapter keeps of its own, as it is written. */
  readonly stateWrites: (account: KeptFor, state: Readonly<Record<string, string>>) => readonly Write[];
  /** Of a network that knows its own names of messages. */
  readonly isMessageId?: ((name: string) => boolean) | undefined;
  readonly outbox?: Partial<OutboxLimits>;
  readonly inbox?: Partial<InboxLimits>;
  readonly deadLetters?: Partial<DeadLetterLimits>;
}

/** What it asks of the bridge. Nothing throws. */
export interface KeepingDoors {
  readonly network: Network;
  perform(work: Work): void;
  refuse(work: Work, error: BridgeError): void;
  deliver(arrival: Arrival): void;
}

export class Keeping {
  readonly outbox: Outbox;
  /** For what is due, and how old it is. */
  readonly clock: Clock;
  readonly inbox: Inbox;
  readonly ids: MessageIndex;
  readonly deadLetters: DeadLetterOffice;
  readonly #stored: StoredIds;

  constructor(options: KeepingOptions) {
    const { outbox, inbox, deadLetters, ...shared } = options;
    this.clock = new SteadyClock(options.clock);
    this.outbox = new Outbox({ ...shared, clock: this.clock, ...(outbox !== undefined && { limits: outbox }) });
    this.inbox = new Inbox({ ...shared, ...(inbox !== undefined && { limits: inbox }) });
    this.deadLetters = new DeadLetterOffice({
      letters: new DeadLetters(options.store, options.gateway),
      clock: options.clock,
      log: options.log,
      added: () => this.outbox.replayed(),
      ...(deadLetters !== undefined && { limits: deadLetters }),
    });
    this.#stored = new StoredIds(shared);
    this.ids = new MessageIndex(undefined, this.#stored, options.isMessageId);
  }

  /** @throws BridgeError by rejection where the store can't be read. */
  async start(doors: KeepingDoors): Promise<void> {
    const { network } = doors;
    this.#stored.start();
    await this.inbox.start({
      prepare: ({ user, event }) => this.#fetchNames(user, event),
      deliver: (arrival) => this.#deliver(doors, arrival),
    });
    await this.outbox.start({
      laneOf: (command) => network.laneOf(command),
      perform: (work) => doors.perform(work),
      canRefuse: () => this.inbox.isOpen,
      refuse: (work, error) => doors.refuse(work, error),
      failure: (work, error) => this.#failure(network, work, error),
      toldLate: () => this.inbox.kept(),
    });
    this.deadLetters.start();
  }

  /** Never rejects. */
  async stop(): Promise<void> {
    this.inbox.stop();
    await this.outbox.stop();
    await this.deadLetters.stop();
    await this.#stored.stop();
  }

  /** What is told of a message that has no name yet waits for it. */
  #deliver(doors: KeepingDoors, arrival: Arrival): void {
    const { user, event } = arrival;
    const id = namedIn(event);
    if (id !== undefined && 'conversation' in event) {
      const { conversation } = event;
      const isNamed = this.ids.xmpp(user, conversation, id) !== undefined;
      if (!isNamed && this.outbox.unnamed.wait(user, conversation, () => doors.deliver(arrival))) return;
    }
    doors.deliver(arrival);
  }

  /** The client's name of the message, and the words that tell her. */
  #failure(network: Network, work: Work, error: BridgeError): readonly Write[] {
    const { command, origin } = work.submission;
    if (!('conversation' in command)) return [];
    const { conversation } = command;
    const { user } = work;
    const target = messageId(work.id);
    const named =
      origin?.id === undefined ? [] : this.ids.rememberWith({ user, conversation, xmppId: origin.id, ids: [target] });
    const account = { user, key: network.accountOf(conversation) };
    const event = { kind: 'failed', conversation, target, error: toldLate(command, error) } as const;
    return [...named, ...this.inbox.writes(account, { id: `${work.id}/${work.attempts}/${work.at}`, event })];
  }

  #fetchNames(user: KeptFor['user'], event: AnyEvent): Promise<void> | undefined {
    const id = namedIn(event);
    if (id === undefined || !('conversation' in event)) return undefined;
    return this.ids.fetch({ user, conversation: event.conversation, id });
  }
}

/** Behind a message everybody knows what is meant. */
function toldLate({ kind }: AnyCommand, error: BridgeError): BridgeError {
  if (kind !== 'answer') return error;
  return new BridgeError(error.code, words`Your answer could not be given: ${error.text}`, error.details);
}

/** The message that an event is about. */
function namedIn(event: AnyEvent): MessageId | undefined {
  if ('target' in event) return event.target;
  return 'upTo' in event ? event.upTo : undefined;
}
