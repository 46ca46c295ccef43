// What a message id of one side is on the other, bounded for each conversation of each user: the oldest are forgotten first.

import type { ConversationId, MessageId, UserId } from '../model/ids.ts';
import type { MessageIds } from '../model/ports.ts';

const KEPT_PER_CONVERSATION = 2_000;

interface Index {
  readonly networkByXmpp: Map<string, readonly MessageId[]>;
  readonly xmppByNetwork: Map<MessageId, string>;
}

export class MessageIndex implements MessageIds {
  readonly #users = new Map<UserId, Map<ConversationId, Index>>();
  readonly #keptPerConversation: number;

  constructor(keptPerConversation = KEPT_PER_CONVERSATION) {
    this.#keptPerConversation = keptPerConversation;
  }

  /** Several XMPP ids may name one message (its own id and its stanza-id); the first stays the one that `xmpp` answers. */
  remember(user: UserId, conversation: ConversationId, xmppId: string, ids: readonly MessageId[]): void {
    if (ids.length === 0) return;
    const index = this.#index(user, conversation);
    index.networkByXmpp.delete(xmppId);
    index.networkByXmpp.set(xmppId, ids);
    for (const id of ids) if (!index.xmppByNetwork.has(id)) index.xmppByNetwork.set(id, xmppId);
    for (const [oldest, oldIds] of index.networkByXmpp) {
      if (index.networkByXmpp.size <= this.#keptPerConversation) break;
      index.networkByXmpp.delete(oldest);
      for (const id of oldIds) if (index.xmppByNetwork.get(id) === oldest) index.xmppByNetwork.delete(id);
    }
  }

  network(user: UserId, conversation: ConversationId, xmppId: string): readonly MessageId[] | undefined {
    return this.#users.get(user)?.get(conversation)?.networkByXmpp.get(xmppId);
  }

  xmpp(user: UserId, conversation: ConversationId, id: MessageId): string | undefined {
    return this.#users.get(user)?.get(conversation)?.xmppByNetwork.get(id);
  }

  /** With the account goes what is known of its conversations. */
  forget(user: UserId, isOf: (conversation: ConversationId) => boolean): void {
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
      conversations.set(conversation, (index = { networkByXmpp: new Map(), xmppByNetwork: new Map() }));
    }
    return index;
  }
}
