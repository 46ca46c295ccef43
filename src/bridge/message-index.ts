// What a message id of one side is on the other, bounded for each conversation of each user: the oldest are forgotten first.

import type { Capabilities } from '../model/capabilities.ts';
import { type ConversationId, type MessageId, messageId, type UserId } from '../model/ids.ts';
import type { Network } from '../model/network.ts';
import type { MessageIds } from '../model/ports.ts';
import type { Write } from '../model/stores.ts';
import type { IdRow, Named, StoredIds } from './stored-ids.ts';

const KEPT_PER_CONVERSATION = 2_000;
/** Where only a late failure or a receipt asks for a name. */
const KEPT_WITHOUT_REFERENCES = 128;
const REFERRING = ['edit', 'retract', 'moderate', 'react', 'display'] as const;

/** How many names of each conversation are worth their memory on such a network. */
export function namesWorthKeeping({ accepts, replies }: Capabilities): number {
  const refers = replies === true || REFERRING.some((kind) => accepts.includes(kind));
  return refers ? KEPT_PER_CONVERSATION : KEPT_WITHOUT_REFERENCES;
}

/** Of a live network: in memory alone. */
export function messageIndexOf(network: Network): MessageIndex {
  return new MessageIndex(namesWorthKeeping(network.capabilities), undefined, network.isMessageId?.bind(network));
}

interface Index {
  readonly networkByXmpp: Map<string, readonly MessageId[]>;
  readonly xmppByNetwork: Map<MessageId, string>;
  /** Its names, oldest first, from `oldest` on: the first key of a map is found by walking over all that was deleted. */
  names: string[];
  oldest: number;
}

export class MessageIndex implements MessageIds {
  readonly #users = new Map<UserId, Map<ConversationId, Index>>();
  readonly #stored: StoredIds | undefined;
  readonly #keptPerConversation: number;
  readonly #isNetworkName: (name: string) => boolean;

  /** `stored`: of a durable network, whose names survive a restart. `isNetworkName`: of a network that knows its own. */
  constructor(
    keptPerConversation = KEPT_PER_CONVERSATION,
    stored?: StoredIds,
    isNetworkName: (name: string) => boolean = () => false,
  ) {
    this.#stored = stored;
    this.#keptPerConversation = keptPerConversation;
    this.#isNetworkName = isNetworkName;
  }

  /** Several XMPP ids may name one message (its own id and its stanza-id); the first stays the one that `xmpp` answers. */
  remember(user: UserId, conversation: ConversationId, xmppId: string, ids: readonly MessageId[]): void {
    if (ids.length === 0) return;
    const row = { user, conversation, xmppId, ids };
    if (this.#stored !== undefined) this.#stored.remember(row, this.#named(row));
    this.#keep(row);
  }

  /** As `remember`, but what is to be stored is given back, to be written together with what it comes from. */
  rememberWith(row: IdRow): readonly Write[] {
    const writes = this.#stored?.writes(row, this.#named(row)) ?? [];
    this.#keep(row);
    return writes;
  }

  /**
   * Reads the name of a message from the store. Undefined: it is here already, or nothing is stored.
   * @throws BridgeError by rejection where the store can't be read.
   */
  fetch(named: Named): Promise<void> | undefined {
    const { user, conversation, xmppId, id } = named;
    const stored = this.#stored;
    if (stored === undefined) return undefined;
    if (xmppId !== undefined && this.#known(user, conversation, xmppId) !== undefined) return undefined;
    if (id !== undefined && this.xmpp(user, conversation, id) !== undefined) return undefined;
    const find = async (): Promise<void> => {
      const row = await stored.find(named);
      const other = row === undefined && xmppId !== undefined;
      const found = other ? await stored.find({ user, conversation, id: messageId(xmppId) }) : row;
      if (found !== undefined) this.#keep(found);
    };
    return find();
  }

  #named({ user, conversation, ids }: IdRow): ReadonlySet<MessageId> {
    return new Set(ids.filter((id) => this.xmpp(user, conversation, id) !== undefined));
  }

  #keep({ user, conversation, xmppId, ids }: IdRow): void {
    if (ids.length === 0) return;
    const index = this.#index(user, conversation);
    // Rare, so the walk does no harm.
    if (index.networkByXmpp.has(xmppId)) index.names.splice(index.names.indexOf(xmppId, index.oldest), 1);
    index.names.push(xmppId);
    index.networkByXmpp.set(xmppId, ids);
    for (const id of ids) if (!index.xmppByNetwork.has(id)) index.xmppByNetwork.set(id, xmppId);
    if (index.networkByXmpp.size > this.#keptPerConversation) this.#dropOldest(index);
  }

  #dropOldest(index: Index): void {
    const oldest = index.names[index.oldest++] ?? '';
    for (const id of index.networkByXmpp.get(oldest) ?? []) {
      if (index.xmppByNetwork.get(id) === oldest) index.xmppByNetwork.delete(id);
    }
    index.networkByXmpp.delete(oldest);
    if (index.oldest < this.#keptPerConversation) return;
    index.names = index.names.slice(index.oldest);
    index.oldest = 0;
  }

  /**
   * Clients also know messages by the network's own name: in rooms (XEP-0359), and of what others wrote. That of one part stands for all of
   * the user's message.
   */
  network(user: UserId, conversation: ConversationId, name: string): readonly MessageId[] | undefined {
    return this.#known(user, conversation, name) ?? (this.#isNetworkName(name) ? [messageId(name)] : undefined);
  }

  #known(user: UserId, conversation: ConversationId, name: string): readonly MessageId[] | undefined {
    const index = this.#users.get(user)?.get(conversation);
    const xmppId = index?.networkByXmpp.has(name) === true ? name : index?.xmppByNetwork.get(messageId(name));
    return xmppId === undefined ? undefined : index?.networkByXmpp.get(xmppId);
  }

  xmpp(user: UserId, conversation: ConversationId, id: MessageId): string | undefined {
    return this.#users.get(user)?.get(conversation)?.xmppByNetwork.get(id);
  }

  /** With the account goes what is known of its conversations. */
  forget(user: UserId, isOf: (conversation: ConversationId) => boolean): void {
    // What can't be removed now is too old one day.
    this.#stored?.forget(user, isOf).catch(() => undefined);
    const conversations = this.#users.get(user);
    if (conversations === undefined) return;
    for (const conversation of conversations.keys()) if (isOf(conversation)) conversations.delete(conversation);
    if (conversations.size === 0) this.#users.delete(user);
  }

  #index(user: UserId, conversation: ConversationId): Index {
    let conversations = this.#users.get(user);
    if (conversations === undefined) this.#users.set(user, (conversations = new Map()));
    let index = conversations.get(conversation);
    if (index === undefined) {
      conversations.set(
        conversation,
        (index = { networkByXmpp: new Map(), xmppByNetwork: new Map(), names: [], oldest: 0 }),
      );
    }
    return index;
  }
}
