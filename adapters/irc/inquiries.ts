// Questions to the server that change nothing: who somebody is (WHOIS), which channels there are (LIST), who is banned.

import { ONLINE, type Participant, type Profile } from '../../src/model/conversation.ts';
import { BridgeError } from '../../src/model/errors.ts';
import { type ConversationId, participantId } from '../../src/model/ids.ts';
import { directoryPage } from '../../src/model/pages.ts';
import type { AnswerTo, AnyQuery, DirectoryEntry, QueryKind, QueryOf } from '../../src/model/queries.ts';
import { joined, words } from '../../src/model/words.ts';
import type { BanList } from './ban-list.ts';
import { ChannelSettings } from './channel-settings.ts';
import { formatLine } from './line.ts';
import { readFormatting } from './formatting.ts';
import type { Names } from './names.ts';
import { Pending } from './requests.ts';
import type { Handlers, Rooms } from './rooms.ts';
import type { Wire } from './wire.ts';

const ANSWER_MS = 15_000;
const LIST_MS = 60_000;
const LIST_KEPT_MS = 600_000;
const MAX_LISTED = 100_000;
const MAX_PAGE = 100;

interface Whois {
  realname?: string;
  away?: string;
  idleSince?: Date;
  account?: string;
  server?: string;
}
interface Preview {
  people?: number;
  topic?: string;
}

export class Inquiries {
  readonly #wire: Wire;
  readonly #rooms: Rooms;
  readonly #names: Names;
  readonly #whois = new Map<string, Whois>();
  readonly #bans: BanList;
  #listing: DirectoryEntry[] | undefined;

  constructor(wire: Wire, rooms: Rooms, names: Names, bans: BanList) {
    this.#wire = wire;
    this.#bans = bans;
    this.#rooms = rooms;
    this.#names = names;
  }

  /** @throws BridgeError by rejection. */
  async answer(query: AnyQuery): Promise<AnswerTo<QueryKind>> {
    switch (query.kind) {
      case 'profile': {
        const nick = this.#nickOf(query.conversation, query.who);
        return await this.#profile(nick, this.#names.place(this.#wire.conversation(nick))?.uri);
      }
      case 'directory':
        return await this.#directory(query);
      case 'preview':
        return await this.#preview(this.#names.split(query.conversation).name);
      case 'members':
        return await this.#members(query);
      case 'settings':
        return this.#settings(query.conversation);
      case 'avatar':
      case 'search':
      case 'contacts':
      case 'history':
        throw new BridgeError('unsupported', words`IRC can not tell that.`);
      default:
        return query satisfies never;
    }
  }

  #nickOf(conversation: ConversationId, who: string | undefined): string {
    if (who === undefined) return this.#names.split(conversation).name;
    return this.#nickIn(conversation, who) ?? who.slice(0, who.lastIndexOf('%') + 1 || undefined).replace(/%$/, '');
  }

  readonly handlers: Handlers = {
    '311': ({ params }) => this.#note(params, { realname: this.#wire.readText(params[5] ?? '') }),
    '312': ({ params }) => this.#note(params, { server: params[2] ?? '' }),
    '317': ({ params }) => this.#note(params, this.#idle(params[2] ?? '')),
    '330': ({ params }) => this.#note(params, { account: params[2] ?? '' }),
    '301': ({ params }) => this.#onAway(params),
    '318': ({ params }) => this.#whoisEnd(params[1] ?? ''),
    '321': () => undefined,
    '322': ({ params }) => this.#onListed(params),
    '323': () => this.#onListEnd(),
  };

  /** @returns whether the numeric belongs to an answer that is being read, and needs no words. */
  isExpected(command: string, params: readonly string[]): boolean {
    return /^(27[56]|3[0-3]\d|338|378|379|671)$/.test(command) && this.#whois.has(this.#wire.fold(params[1] ?? ''));
  }

  async #profile(nick: string, uri: string | undefined): Promise<Profile> {
    const folded = this.#wire.fold(nick);
    const pending = this.#wire.requests.ask<Whois>({ command: 'WHOIS', target: folded, timeoutMs: ANSWER_MS });
    this.#whois.set(folded, {});
    try {
      // The nick twice: its own server knows since when it is idle.
      this.#wire.send(formatLine('WHOIS', nick, nick));
      return profileOf(nick, uri, await pending.promise);
    } finally {
      this.#wire.requests.delete(pending);
      this.#whois.delete(folded);
    }
  }

  /** Answers that nobody waits for were asked for in the server's own words. */
  #note(params: readonly string[], found: Whois): void {
    const known = this.#whois.get(this.#wire.fold(params[1] ?? ''));
    if (known === undefined) this.#wire.told(params.slice(1).join(' '));
    else Object.assign(known, found);
  }
  /** Also comes with every message to somebody who is away, which would be too much to tell. */
  #onAway(params: readonly string[]): void {
    const known = this.#whois.get(this.#wire.fold(params[1] ?? ''));
    if (known !== undefined) known.away = this.#wire.readText(params[2] ?? '');
  }
  #idle(seconds: string): Whois {
    return /^\d{1,9}$/.test(seconds) ? { idleSince: new Date(this.#wire.clock.now() - Number(seconds) * 1000) } : {};
  }
  #whoisEnd(nick: string): void {
    const folded = this.#wire.fold(nick);
    const asked = this.#wire.requests.find('WHOIS', folded);
    if (asked instanceof Pending) asked.done(this.#whois.get(folded) ?? {});
  }

  async #directory(query: QueryOf<'directory'>): Promise<AnswerTo<'directory'>> {
    return directoryPage(await this.#listed(), { ...query, limit: Math.min(query.limit, MAX_PAGE) });
  }

  async #listed(): Promise<readonly DirectoryEntry[]> {
    const { rooms } = this.#wire.server;
    if (rooms !== undefined && this.#wire.clock.now() - rooms.atMs < LIST_KEPT_MS) return rooms.entries;
    const running = this.#wire.requests.find('LIST', '');
    if (running instanceof Pending) {
      await running.promise;
      return this.#wire.server.rooms?.entries ?? [];
    }
    const pending = this.#wire.requests.ask<undefined>({ command: 'LIST', target: '', timeoutMs: LIST_MS });
    this.#listing = [];
    this.#wire.send('LIST');
    await pending.promise;
    return this.#wire.server.rooms?.entries ?? [];
  }

  #onListed(params: readonly string[]): void {
    const [, name = '', people = '', topic = ''] = params;
    if (!this.#wire.isChannel(name)) return;
    const count = /^\d{1,9}$/.test(people) ? Number(people) : 0;
    // Some servers put the modes in front: "[+nt] topic".
    const text = readFormatting(this.#wire.readText(topic)).text.replace(/^\[\+[^\]]*\] ?/, '');
    const asked = this.#wire.requests.find('LIST', this.#wire.fold(name));
    if (asked instanceof Pending) asked.done({ people: count, ...(text === '' ? {} : { topic: text }) });
    else if (this.#listing === undefined) this.#wire.told(params.slice(1).join(' '));
    else if (this.#isPublic(name) && this.#listing.length < MAX_LISTED)
      this.#listing.push({
        conversation: this.#wire.conversation(name),
        name,
        people: count,
        ...(text === '' ? {} : { topic: text }),
      });
  }

  // The list is kept for everybody on the server; what only this user may see has no place in it.
  #isPublic(name: string): boolean {
    return this.#rooms.get(name)?.traits.hidden !== true;
  }

  #onListEnd(): void {
    const whole = this.#wire.requests.find('LIST', '');
    if (this.#listing !== undefined && whole instanceof Pending) {
      const entries = this.#listing.sort((a, b) => (b.people ?? 0) - (a.people ?? 0));
      this.#wire.server.rooms = { atMs: this.#wire.clock.now(), entries };
      this.#listing = undefined;
      whole.done(undefined);
      return;
    }
    const one = this.#wire.requests.byCommand('LIST');
    if (one instanceof Pending) one.done({});
  }

  async #preview(name: string): Promise<AnswerTo<'preview'>> {
    const room = this.#rooms.get(name);
    if (room !== undefined) {
      const { topic, traits } = room;
      return {
        name: room.name,
        people: room.participants.size,
        traits,
        ...(topic === undefined ? {} : { topic: topic.text }),
      };
    }
    const target = this.#wire.fold(name);
    const pending = this.#wire.requests.ask<Preview>({ command: 'LIST', target, timeoutMs: 5000 });
    this.#wire.send(formatLine('LIST', name));
    try {
      return { name, ...(await pending.promise) };
    } catch (error) {
      // A server that does not tell is no reason to keep somebody from trying to join.
      if (error instanceof BridgeError && error.code !== 'network-down') return { name };
      throw error;
    }
  }

  #settings(id: ConversationId): AnswerTo<'settings'> {
    return new ChannelSettings(this.#wire, this.#rooms).fields(id);
  }

  async #members(query: QueryOf<'members'>): Promise<readonly Participant[]> {
    const room = this.#rooms.joined(query.conversation);
    if (query.rank !== 'outcast') return [...room.participants.values()].filter((person) => person.rank === query.rank);
    const masks = await this.#bans.read(room);
    return masks.map((mask) => ({ id: participantId(mask), nick: mask, rank: 'outcast', presence: ONLINE }));
  }

  /** For the address of a person in a room: her nick as she writes it. */
  #nickIn(conversation: ConversationId, id: string): string | undefined {
    return this.#rooms.byId(conversation)?.participants.get(participantId(id))?.nick;
  }
}

function profileOf(nick: string, uri: string | undefined, found: Whois): Profile {
  const notes = [
    ...(found.account ? [words`Account: ${found.account}`] : []),
    ...(found.server ? [words`Server: ${found.server}`] : []),
    ...(found.away ? [words`Away: ${found.away}`] : []),
  ];
  return {
    nick,
    ...(found.realname ? { name: readFormatting(found.realname).text } : {}),
    ...(notes.length === 0 ? {} : { note: joined(notes, '\n') }),
    ...(uri === undefined ? {} : { uris: [uri] }),
    ...(found.idleSince === undefined ? {} : { idleSince: found.idleSince }),
  };
}
