// What people in rooms are called in XMPP: unique resources that the server's preparation leaves as they are (XEP-0045, MAP-6, MAP-8), and which
// direct talks go by a room's address.

import { hash } from 'node:crypto';
import type { Conversation, Participant } from '../model/conversation.ts';
import type { ConversationId, UserId } from '../model/ids.ts';
import { OccupantNames, occupantNick } from './occupant-nick.ts';
import { type Element, el } from './xml.ts';

// Nothing in here is changed by any preparation of resources.
const PLAIN = /^[!-~]{1,60}$/;
const REMEMBERED = 10_000;

export class Occupants {
  readonly #jidOf: (conversation: ConversationId) => string;
  readonly #unique: boolean;
  readonly #names = new WeakMap<Conversation, OccupantNames>();
  readonly #via = new Map<string, string>();

  /** `unique`: nicks on this network are unique already. */
  constructor(jidOf: (conversation: ConversationId) => string, unique: boolean) {
    this.#jidOf = jidOf;
    this.#unique = unique;
  }

  nick(conversation: Conversation, who: Participant): string {
    if (this.#unique) return PLAIN.test(who.nick) ? who.nick : uniqueNick(who.nick);
    return this.#namesOf(conversation).name(who.id, who.nick);
  }

  jid(conversation: Conversation, who: Participant): string {
    return `${this.#jidOf(conversation.id)}/${this.nick(conversation, who)}`;
  }

  /** XEP-0421: the same for the same person in the same room, whatever she is called; what she is known by on her network is not in it. */
  id(conversation: Conversation, who: Participant): Element {
    return this.idIn(this.#jidOf(conversation.id), who);
  }

  /** `room`: its address. */
  idIn(room: string, { id, identity = id }: Participant): Element {
    const hashed = hash('sha256', `${room}\n${identity}`, 'base64url').slice(0, 22);
    return el('occupant-id', { xmlns: 'urn:xmpp:occupant-id:0', id: hashed });
  }

  /** Old and new name of one whose nick changed; the old one is free afterwards. */
  rename(
    conversation: Conversation,
    before: Participant,
    now: Participant,
  ): { readonly from: string; readonly to: string } {
    if (this.#unique) return { from: this.nick(conversation, before), to: this.nick(conversation, now) };
    const names = this.#namesOf(conversation);
    const from = names.name(before.id, before.nick);
    if (before.id !== now.id) names.remove(before.id);
    return { from, to: names.rename(now.id, now.nick) };
  }

  /** The name is free for others. Call it after the last stanza about the person. */
  forget(conversation: Conversation, who: Participant): void {
    this.#names.get(conversation)?.remove(who.id);
  }

  find(conversation: Conversation, nick: string): Participant | undefined {
    const self = conversation.participants.get(conversation.self);
    if (self !== undefined && this.nick(conversation, self) === nick) return self;
    for (const who of conversation.participants.values()) if (this.nick(conversation, who) === nick) return who;
    return undefined;
  }

  /** The user last spoke to this person by a room's address, so the answers come from there (MUC-34). */
  talkVia(user: UserId, direct: ConversationId, occupantJid: string | undefined): void {
    const key = `${user} ${direct}`;
    this.#via.delete(key);
    if (occupantJid === undefined) return;
    if (this.#via.size >= REMEMBERED) this.#via.clear();
    this.#via.set(key, occupantJid);
  }

  via(user: UserId, direct: ConversationId): string | undefined {
    return this.#via.size === 0 ? undefined : this.#via.get(`${user} ${direct}`);
  }

  #namesOf(conversation: Conversation): OccupantNames {
    let names = this.#names.get(conversation);
    if (names === undefined) {
      names = new OccupantNames();
      // The user's own name first, so that nobody who happens to be called the same takes it.
      const self = conversation.participants.get(conversation.self);
      if (self !== undefined) names.name(self.id, self.nick);
      this.#names.set(conversation, names);
    }
    return names;
  }
}

/** A nick that preparation changes may become another's: what it was before tells the two apart. */
function uniqueNick(nick: string): string {
  const prepared = occupantNick(nick);
  if (prepared === nick) return nick;
  let hash = 0;
  for (let i = 0; i < nick.length; i++) hash = (Math.imul(hash, 31) + nick.charCodeAt(i)) >>> 0;
  return `${prepared} (${hash.toString(36)})`;
}
