// A user of a network under test: her session, and everything that it emitted, which can be waited for.

import type { AnyCommand, CommandOf } from '../../src/model/commands.ts';
import type { Conversation } from '../../src/model/conversation.ts';
import type { AnyEvent, EventKind, EventOf } from '../../src/model/events.ts';
import type { ConversationId } from '../../src/model/ids.ts';
import type { Account, Network, Receipt, Session } from '../../src/model/network.ts';

const DEADLINE_MS = 10_000;

export class Visitor {
  readonly account: Account;
  readonly events: AnyEvent[] = [];
  readonly #waiting = new Set<() => void>();
  #session: Session | undefined;
  /** Runs with each event, before it is kept. */
  onEvent: ((event: AnyEvent) => void) | undefined;

  private constructor(account: Account) {
    this.account = account;
  }

  static async open(network: Network, account: Account, signal = AbortSignal.timeout(DEADLINE_MS)): Promise<Visitor> {
    const visitor = new Visitor(account);
    visitor.#session = await network.openSession(account, (event) => visitor.#keep(event), signal);
    return visitor;
  }

  get session(): Session {
    if (this.#session === undefined) throw new Error('the session is not open yet');
    return this.#session;
  }

  /** Resolves with the receipt and the number of events that were there when it came. */
  async send(command: AnyCommand): Promise<Receipt & { readonly after: number }> {
    const receipt = await this.session.send(command);
    return { ...receipt, after: this.events.length };
  }

  async join(conversation: ConversationId, more: Partial<CommandOf<'join'>> = {}): Promise<Conversation> {
    await this.send({ ...more, kind: 'join', conversation });
    return this.opened(conversation);
  }

  opened(conversation: ConversationId): Conversation {
    const event = this.events.findLast((one) => one.kind === 'opened' && one.conversation === conversation);
    if (event?.kind !== 'opened') throw new Error(`${conversation} was not opened`);
    return event.snapshot;
  }

  say(conversation: ConversationId, text: string): Promise<Receipt & { readonly after: number }> {
    return this.send({ kind: 'say', conversation, body: { kind: 'text', text } });
  }

  /** The first event of the kind that fits, from the `from`th event on. @throws Error at the deadline. */
  async until<K extends EventKind>(
    kind: K,
    fits: (event: EventOf<K>) => boolean = () => true,
    from = 0,
  ): Promise<EventOf<K>> {
    const found = this.#find(kind, fits, from);
    if (found !== undefined) return found;
    const { promise, resolve, reject } = Promise.withResolvers<EventOf<K>>();
    const look = (): void => {
      const event = this.#find(kind, fits, from);
      if (event !== undefined) resolve(event);
    };
    this.#waiting.add(look);
    const kinds = (): string => this.events.map((event) => event.kind).join(' ');
    const timer = setTimeout(() => reject(new Error(`no fitting "${kind}" came; there were: ${kinds()}`)), DEADLINE_MS);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiting.delete(look);
    }
  }

  of<K extends EventKind>(kind: K): readonly EventOf<K>[] {
    return this.events.filter((event): event is EventOf<K> & AnyEvent => event.kind === kind);
  }

  /** Texts of messages in a conversation that are not her own. */
  texts(conversation: ConversationId): readonly string[] {
    return this.of('said').flatMap((event) => (event.conversation === conversation ? [event.message.body.text] : []));
  }

  #find<K extends EventKind>(kind: K, fits: (event: EventOf<K>) => boolean, from: number): EventOf<K> | undefined {
    for (const event of this.events.slice(from)) {
      if (event.kind === kind && fits(event as EventOf<K>)) return event as EventOf<K>;
    }
    return undefined;
  }

  #keep(event: AnyEvent): void {
    this.onEvent?.(event);
    this.events.push(event);
    for (const look of this.#waiting) look();
  }
}
