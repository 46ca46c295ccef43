// The channels of one session: joining and leaving them, and every line of the server that changes who is there and what it is about.

import type { Participant } from '../../src/model/conversation.ts';
import { BridgeError } from '../../src/model/errors.ts';
import type { AnyEvent } from '../../src/model/events.ts';
import type { ConversationId } from '../../src/model/ids.ts';
import type { Receipt } from '../../src/model/network.ts';
import { formatLine, type IrcLine, nickOf } from './line.ts';
import { traitsOf } from './modes.ts';
import { Pending } from './requests.ts';
import { Room } from './room.ts';
import type { SharedLine } from './shared.ts';
import type { Wire } from './wire.ts';

export const DONE: Receipt = { ids: [], outcome: 'accepted' };
export type Handlers = Readonly<Record<string, (line: IrcLine, raw: string) => void>>;

export class Rooms {
  readonly #wire: Wire;
  readonly #rooms = new Map<string, Room>();
  readonly #byId = new Map<ConversationId, Room>();
  /** Ids that rooms being joined will have, by folded name. */
  readonly #wanted = new Map<string, ConversationId>();
  /** Where the server sends us instead of where we asked to go. */
  readonly #forwards = new Set<string>();

  constructor(wire: Wire) {
    this.#wire = wire;
  }

  get(name: string): Room | undefined {
    return this.#rooms.get(name) ?? this.#rooms.get(this.#wire.fold(name));
  }
  byId(id: ConversationId): Room | undefined {
    return this.#byId.get(id);
  }
  all(): Iterable<Room> {
    return this.#rooms.values();
  }
  /** @throws BridgeError `not-joined`. */
  joined(id: ConversationId): Room {
    const room = this.#byId.get(id);
    if (room === undefined) throw new BridgeError('not-joined', 'You are not in the channel.');
    return room;
  }

  /** The room of a line that other sessions have seen too, if this one is in it. */
  sharing(entry: SharedLine): Room | undefined {
    const room = this.#byId.get(entry.channel.id);
    return room?.shared === entry.channel ? room : undefined;
  }

  async join(id: ConversationId, name: string, key: string | undefined): Promise<Receipt> {
    const there = this.get(name);
    if (there?.isOpen === true) {
      this.#wire.emit({ kind: 'opened', conversation: there.id, snapshot: there });
      return DONE;
    }
    const folded = this.#wire.fold(name);
    this.#forwards.delete(folded);
    this.#wanted.set(folded, id);
    const { requests, settings } = this.#wire;
    const pending = requests.ask<undefined>({ command: 'JOIN', target: folded, timeoutMs: settings.joinTimeoutMs });
    try {
      this.#wire.send(key === undefined || key === '' ? formatLine('JOIN', name) : formatLine('JOIN', name, key));
      await pending.promise;
    } catch (error) {
      this.#wanted.delete(folded);
      requests.delete(pending);
      throw error;
    }
    return DONE;
  }

  async leave(id: ConversationId, text: string | undefined): Promise<Receipt> {
    const room = this.joined(id);
    const target = this.#wire.fold(room.name);
    const pending = this.#wire.requests.ask<undefined>({ command: 'PART', target, timeoutMs: 10_000 });
    this.#wire.send(
      text === undefined || text === '' ? formatLine('PART', room.name) : formatLine('PART', room.name, text),
    );
    await pending.promise;
    return DONE;
  }

  /** The connection is gone; the rooms go with it. */
  clear(): void {
    for (const room of this.#rooms.values()) room.release();
    this.#rooms.clear();
    this.#byId.clear();
    this.#wanted.clear();
  }

  readonly handlers: Handlers = {
    JOIN: (line, raw) => this.#onJoin(line, raw),
    PART: (line, raw) => this.#onPart(line, raw),
    KICK: (line, raw) => this.#onKick(line, raw),
    QUIT: (line, raw) => this.#onQuit(line, raw),
    '353': ({ params }) => this.#onNames(params),
    '366': ({ params }) => this.#onNamesEnd(params[1] ?? ''),
    '470': ({ params }) => this.#onForward(params),
  };

  #onJoin(line: IrcLine, raw: string): void {
    const name = line.params[0] ?? '';
    const nick = nickOf(line.source);
    if (this.#wire.isSelf(nick)) {
      this.#enter(name, line.source);
      return;
    }
    const room = this.get(name);
    if (room === undefined) return;
    const shared = room.shares(raw);
    if (shared?.event.kind === 'joined') {
      room.put(shared.event.who, '');
      this.adopt(room, shared);
      return;
    }
    const who = room.enter(nick, '', line.source.includes('!') ? line.source : undefined);
    this.tell(room, raw, { kind: 'joined', conversation: room.id, who });
  }

  #enter(name: string, source: string): void {
    const folded = this.#wire.fold(name);
    const userhost = source.slice(source.indexOf('!') + 1);
    if (userhost.includes('@')) this.#wire.userhost = userhost;
    if (this.#forwards.delete(folded)) {
      this.#wire.send(formatLine('PART', name));
      return;
    }
    this.#drop(this.#rooms.get(folded));
    const room = new Room(this.#wire, this.#wanted.get(folded) ?? this.#wire.conversation(name), name);
    this.#wanted.delete(folded);
    this.#rooms.set(folded, room);
    this.#byId.set(room.id, room);
    room.enter(this.#wire.nick, '', source.includes('!') ? source : undefined);
  }

  #drop(room: Room | undefined): void {
    if (room === undefined) return;
    this.#rooms.delete(this.#wire.fold(room.name));
    this.#byId.delete(room.id);
    room.release();
  }

  #onPart(line: IrcLine, raw: string): void {
    const room = this.get(line.params[0] ?? '');
    if (room === undefined) return;
    const nick = nickOf(line.source);
    const text = this.#wire.readText(line.params[1] ?? '');
    if (!this.#wire.isSelf(nick)) {
      this.#goes(room, raw, { nick, why: 'left', ...textPart(text) });
      return;
    }
    const asked = this.#wire.requests.find('PART', this.#wire.fold(room.name));
    const wasOpen = room.isOpen;
    this.#drop(room);
    if (asked instanceof Pending) asked.done(undefined);
    else if (wasOpen) this.#wire.emit({ kind: 'closed', conversation: room.id, why: 'left', ...textPart(text) });
    else this.#failJoin(room, new BridgeError('forbidden', text || 'The server took you out of the channel.'));
  }

  #onKick(line: IrcLine, raw: string): void {
    const [name = '', nick = '', reason = ''] = line.params;
    const room = this.get(name);
    if (room === undefined) return;
    const by = nickOf(line.source);
    const text = textPart(this.#wire.readText(reason));
    const why = room.isBanned(room.member(nick)) ? 'banned' : 'ejected';
    const asked = this.#wire.isSelf(by)
      ? this.#wire.requests.find('KICK', this.#wire.fold(room.name), this.#wire.fold(nick))
      : undefined;
    if (this.#wire.isSelf(nick)) {
      const wasOpen = room.isOpen;
      this.#drop(room);
      if (wasOpen) this.#wire.emit({ kind: 'closed', conversation: room.id, why, by, ...text });
      else this.#failJoin(room, new BridgeError('forbidden', `You were kicked by ${by}.`));
    } else this.#goes(room, raw, { nick, why, by, ...text });
    if (asked instanceof Pending) asked.done(undefined);
  }

  #failJoin(room: Room, error: BridgeError): void {
    this.#wire.requests.find('JOIN', this.#wire.fold(room.name))?.fail(error);
  }

  #onQuit(line: IrcLine, raw: string): void {
    const nick = nickOf(line.source);
    // What the server says about ourselves is followed by the end of the connection.
    if (this.#wire.isSelf(nick)) return;
    const text = textPart(this.#wire.readText(line.params[0] ?? ''));
    for (const room of this.#rooms.values()) this.#goes(room, raw, { nick, why: 'lost', ...text });
    this.#wire.nickFreed(nick);
  }

  #goes(room: Room, raw: string, how: Going): void {
    const who = room.member(how.nick);
    if (who === undefined) return;
    const { nick: _, ...rest } = how;
    room.remove(who);
    const shared = room.shares(raw);
    if (shared?.event.kind === 'left' && shared.event.who === who) this.adopt(room, shared);
    else this.tell(room, raw, { kind: 'left', conversation: room.id, who, ...rest });
  }

  /** Emits what another session has made of the line. */
  adopt(room: Room, shared: SharedLine): void {
    room.pass(shared.position);
    room.report(shared.event);
  }
  /** Emits, and offers the event to the other sessions that get the line. */
  tell(room: Room, raw: string, event: AnyEvent): void {
    room.share(raw, event);
    room.report(event);
  }

  #onNames(params: readonly string[]): void {
    const room = this.get(params.at(-2) ?? '');
    if (room === undefined || room.isOpen) return;
    const { features } = this.#wire;
    for (const entry of (params.at(-1) ?? '').split(' ')) if (entry !== '') room.list(features, entry);
  }

  #onNamesEnd(name: string): void {
    const room = this.get(name);
    if (room === undefined || room.isOpen) return;
    room.open();
    this.#wire.send(formatLine('MODE', room.name));
    const asked = this.#wire.requests.find('JOIN', this.#wire.fold(name));
    if (asked instanceof Pending) asked.done(undefined);
  }

  #onForward(params: readonly string[]): void {
    const [, from = '', to = '', text = ''] = params;
    const asked = this.#wire.requests.find('JOIN', this.#wire.fold(from));
    if (asked === undefined) return;
    if (this.get(to) === undefined) this.#forwards.add(this.#wire.fold(to));
    const movedTo = this.#wire.conversation(to);
    asked.fail(new BridgeError('moved', text || `The channel forwards to ${to}.`, { movedTo, networkCode: '470' }));
  }

  /** After MODE or RPL_CHANNELMODEIS. */
  setModes(room: Room, modes: string): void {
    const before = room.traits;
    room.modes = modes;
    room.refreshTraits();
    const now = traitsOf(modes, 'member');
    const changed = (['membersOnly', 'moderated', 'hidden', 'passwordProtected'] as const).some(
      (trait) => (before[trait] ?? false) !== (now[trait] ?? false),
    );
    if (changed && room.isOpen) this.#wire.emit({ kind: 'configured', conversation: room.id });
  }

  /** Brings what is known of somebody up to date, in every channel she is in. */
  change(nick: string, raw: string, change: Partial<Participant>): void {
    for (const room of this.#rooms.values()) {
      const before = room.member(nick);
      if (before !== undefined) this.changeIn(room, before, raw, change);
    }
  }

  changeIn(
    room: Room,
    before: Participant,
    raw: string,
    change: Partial<Participant>,
    signs = room.signsOf(before),
  ): void {
    const now = room.replace(before, change, signs);
    if (now === before) return;
    if (now.id === room.self) room.refreshTraits();
    const shared = room.shares(raw);
    const fits = shared?.event.kind === 'changed' && shared.event.before === before && shared.event.now === now;
    if (shared !== undefined && fits) this.adopt(room, shared);
    else this.tell(room, raw, { kind: 'changed', conversation: room.id, before, now });
  }
}

interface Going {
  readonly nick: string;
  readonly why: 'left' | 'ejected' | 'banned' | 'lost';
  readonly by?: string;
  readonly text?: string;
}

function textPart(text: string): { readonly text?: string } {
  return text === '' ? {} : { text };
}
