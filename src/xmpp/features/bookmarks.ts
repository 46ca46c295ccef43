// Rooms that a user is in on the network, and that no client of hers has asked for: into her bookmarks (XEP-0402, XEP-0048), so that her
// clients come too; where her server lets nobody do that, and where she is a guest, she is invited.

import type { ConversationId, UserId } from '../../model/ids.ts';
import type { AccountSummary } from '../../model/ports.ts';
import { words } from '../../model/words.ts';
import { type Bookmark, bookmarksOf } from '../bookmarks.ts';
import { contactsOf } from '../contacts/index.ts';
import type { Feature, FeatureHost } from '../feature.ts';
import { freshId } from '../stanza.ts';
import { el } from '../xml.ts';

/** Rooms that somebody was told of. */
const MOST_TOLD = 20_000;
/** Of a network that lists them; more are left to the list of rooms. */
const MOST_LISTED = 200;

export const bookmarks: Feature = {
  specs: ['XEP-0402', 'XEP-0048', 'XEP-0356'],
  register(host) {
    const rooms = new FoundRooms(host);
    host.onRoomFound((user, room) => rooms.found(user, room));
    host.onAccountState((user, { state }) => {
      if (state === 'online') rooms.online(user);
      else if (state === 'offline') rooms.offline(user);
    });
    contactsOf(host).privileges.onChange(() => rooms.review());
  },
};

class FoundRooms {
  readonly #host: FeatureHost;
  readonly #told = new Set<string>();
  /** Until the server has said what it allows. */
  #waiting: (() => void)[] = [];
  /** Online, and not listed, as their bookmarks can't be written. */
  readonly #unlisted = new Set<UserId>();

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  found(user: UserId, room: ConversationId): void {
    if (!this.#isWanted(user, room)) return;
    const key = `${user} ${room}`;
    if (this.#told.has(key)) return;
    if (this.#told.size >= MOST_TOLD) this.#told.clear();
    this.#told.add(key);
    this.#whenSettled(user, () => void this.#tell(user, room));
  }

  /** Rooms that the network says she is in: listed, and entered by her clients when she wants. */
  online(user: UserId): void {
    const { capabilities } = this.#host.gateway.network;
    if (capabilities.ownRooms === true) this.#whenSettled(user, () => void this.#list(user));
  }

  offline(user: UserId): void {
    this.#unlisted.delete(user);
  }

  /** The server has said what it allows, or allows something else now. */
  review(): void {
    for (const go of this.#waiting.splice(0)) go();
    for (const user of this.#unlisted) {
      if (contactsOf(this.#host).privileges.of(user) === undefined) continue;
      this.#unlisted.delete(user);
      void this.#list(user);
    }
  }

  #whenSettled(user: UserId, task: () => void): void {
    const go = (): void => {
      if (contactsOf(this.#host).privileges.isSettled(user)) task();
      else this.#waiting.push(go);
    };
    go();
  }

  async #tell(user: UserId, room: ConversationId): Promise<void> {
    const { bridge, occupants } = this.#host;
    const conversation = bridge.conversation(user, room);
    const self = conversation?.participants.get(conversation.self);
    const jid = this.#host.jidOf(room);
    if (this.#accountOf(user, room) === undefined) return this.#invite(user, jid);
    const bookmark: Bookmark = {
      jid,
      name: conversation?.name ?? room,
      nick: conversation && self && occupants.nick(conversation, self),
      autojoin: true,
    };
    if (!(await bookmarksOf(this.#host).add(user, [bookmark]))) this.#invite(user, jid);
  }

  #invite(user: UserId, jid: string): void {
    const text = this.#host.textFor(user, words`You are in this room on ${this.#host.gateway.network.title}: ${jid}`);
    const invitation = el('x', { xmlns: 'jabber:x:conference', jid, reason: text });
    this.#host.send(
      el('message', { from: this.#host.gateway.domain, to: user, id: freshId() }, el('body', {}, text), invitation),
      'spooled',
    );
  }

  async #list(user: UserId): Promise<void> {
    const { bridge, desk, gateway, log } = this.#host;
    const found: Bookmark[] = [];
    if (contactsOf(this.#host).privileges.of(user) === undefined) {
      this.#unlisted.add(user);
      return;
    }
    try {
      for (const { key } of desk.accounts(user)) {
        const query = { kind: 'directory', account: key, limit: MOST_LISTED } as const;
        for (const { conversation, name, isOwn } of (await bridge.ask(user, query)).entries) {
          if (isOwn !== true || !this.#isWanted(user, conversation)) continue;
          found.push({ jid: this.#host.jidOf(conversation), name, autojoin: false });
        }
      }
    } catch (error) {
      log.debug('rooms for bookmarks could not be listed', { gateway: gateway.domain, error });
    }
    if (found.length > 0) await bookmarksOf(this.#host).add(user, found);
  }

  #isWanted(user: UserId, room: ConversationId): boolean {
    const account = this.#accountOf(user, room);
    return account === undefined ? this.#host.gateway.network.guests : account.settings['bookmarks'] !== false;
  }

  /** Undefined for a guest: nobody who is not registered finds anything written among her bookmarks. */
  #accountOf(user: UserId, room: ConversationId): AccountSummary | undefined {
    const { desk, gateway } = this.#host;
    const key = gateway.network.accountOf(room);
    return desk.accounts(user).find((account) => account.key === key);
  }
}
