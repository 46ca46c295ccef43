// Getting into channels: JOIN of ours and of others, the names and modes that make a room complete, forwards (RFC 2812 3.2.1).

import { BridgeError } from '../../src/model/errors.ts';
import type { ConversationId } from '../../src/model/ids.ts';
import type { Receipt } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import { formatLine, type IrcLine, nickOf } from './line.ts';
import { isChannelName } from './names.ts';
import { Pending, type Request } from './requests.ts';
import { Room } from './room.ts';
import { DONE, type Handlers, type Rooms } from './rooms.ts';
import type { Wire } from './wire.ts';

const MODES_MS = 1000;

export class Joining {
  readonly #wire: Wire;
  readonly #rooms: Rooms;
  /** Ids that rooms being joined will have, by folded name. */
  readonly #wanted = new Map<string, ConversationId>();
  /** Where the server sends us instead of where we asked to go. */
  readonly #forwards = new Set<string>();
  /** Questions for modes that wait for their turn under flood control. */
  readonly #unwritten = new Set<Request>();

  constructor(wire: Wire, rooms: Rooms) {
    this.#wire = wire;
    this.#rooms = rooms;
  }

  readonly handlers: Handlers = {
    JOIN: (line, raw) => this.#onJoin(line, raw),
    '353': ({ params }) => this.#onNames(params),
    '366': ({ params }) => this.#onNamesEnd(params[1] ?? ''),
    '470': ({ params }) => this.#onForward(params),
  };

  async join(id: ConversationId, name: string, key: string | undefined): Promise<Receipt> {
    const there = this.#rooms.get(name);
    const folded = this.#wire.fold(name);
    // Behind a PART that has no answer yet, the server takes us in anew.
    if (there?.isOpen === true && this.#wire.requests.find('PART', folded) === undefined) {
      this.#wire.emit({ kind: 'opened', conversation: there.id, snapshot: there });
      return DONE;
    }
    this.#forwards.delete(folded);
    this.#wanted.set(folded, id);
    const { requests, settings } = this.#wire;
    const pending = requests.ask<undefined>({ command: 'JOIN', target: folded, timeoutMs: settings.joinTimeoutMs });
    try {
      this.#wire.send(key === undefined || key === '' ? formatLine('JOIN', name) : formatLine('JOIN', name, key));
      // In the same breath, so that `opened` can tell who may speak without another round trip.
      this.#askModes(name);
      await pending.promise;
    } catch (error) {
      this.#wanted.delete(folded);
      requests.delete(pending);
      throw error;
    }
    return DONE;
  }

  #onJoin(line: IrcLine, raw: string): void {
    const name = line.params[0] ?? '';
    const nick = nickOf(line.source);
    if (nick === '' || !this.#isChannel(name)) return;
    if (this.#wire.isSelf(nick)) {
      this.#enter(name, line.source);
      return;
    }
    const room = this.#rooms.get(name);
    if (room === undefined) return;
    const shared = room.shares(raw);
    if (shared?.event.kind === 'joined') {
      room.put(shared.event.who, '');
      this.#rooms.adopt(room, shared);
      return;
    }
    const who = room.enter(nick, '', line.source.includes('!') ? line.source : undefined, this.#accountIn(line));
    this.#rooms.tell(room, raw, { kind: 'joined', conversation: room.id, who });
  }

  /** Of extended-join (IRCv3); a star is none. */
  #accountIn({ params: [, account] }: IrcLine): string | undefined {
    return account === '*' || !this.#wire.caps.has('extended-join') ? undefined : account;
  }

  /** One channel, by what the server says of channels and by what can be an address here. */
  #isChannel(name: string): boolean {
    return this.#wire.isChannel(name) && isChannelName(name);
  }

  #enter(name: string, source: string): void {
    const folded = this.#wire.fold(name);
    const userhost = source.slice(source.indexOf('!') + 1);
    if (userhost.includes('@')) this.#wire.userhost = userhost;
    if (this.#forwards.delete(folded)) {
      this.#wire.send(formatLine('PART', name));
      return;
    }
    const room = new Room(this.#wire, this.#wanted.get(folded) ?? this.#wire.conversation(name), name);
    const isAsked = this.#wanted.delete(folded);
    this.#rooms.add(room);
    room.enter(this.#wire.nick, '', source.includes('!') ? source : undefined);
    const asked = this.#wire.requests.find('JOIN', folded);
    if (asked instanceof Pending) asked.isGranted = true;
    if (!isAsked) this.#askModes(name);
  }

  #askModes(name: string): void {
    const target = this.#wire.fold(name);
    const unknown = (): void => {
      this.#wire.requests.delete(request);
      this.#unwritten.delete(request);
      this.#openAnyway(this.#rooms.get(name));
    };
    const deadlineMs = this.#wire.clock.monotonic() + this.#wire.settings.joinTimeoutMs;
    const request: Request = {
      command: 'MODE',
      target,
      other: '',
      deadlineMs,
      fail: unknown,
      expire: unknown,
      lost: () => {},
    };
    this.#wire.requests.add(request);
    this.#unwritten.add(request);
    this.#wire.send(formatLine('MODE', name), () => {
      this.#unwritten.delete(request);
      const room = this.#rooms.get(name);
      if (room?.hasNames === true) this.#waitForModes(room);
    });
  }

  /** They came. @returns whether they were asked for here. */
  modesKnown(name: string): boolean {
    const asked = this.#wire.requests.find('MODE', this.#wire.fold(name), '');
    if (asked !== undefined) this.#wire.requests.delete(asked);
    const room = this.#rooms.get(name);
    if (room !== undefined) {
      room.hasModes = true;
      this.#open(room);
    }
    return asked !== undefined;
  }

  #onNames(params: readonly string[]): void {
    const room = this.#rooms.get(params.at(-2) ?? '');
    if (room === undefined || room.isOpen) return;
    const { features } = this.#wire;
    for (const entry of (params.at(-1) ?? '').split(' ')) if (entry !== '') room.list(features, entry);
  }

  #onNamesEnd(name: string): void {
    const room = this.#rooms.get(name);
    if (room === undefined || room.isOpen) return;
    room.hasNames = true;
    this.#waitForModes(room);
    this.#open(room);
  }

  // Not every server tells the modes, and none must keep somebody out by that. One that tells them late is heard all the same.
  #waitForModes(room: Room): void {
    const target = this.#wire.fold(room.name);
    const isUnwritten = [...this.#unwritten].some((request) => request.target === target);
    if (room.hasModes || isUnwritten) return;
    this.#wire.clock.after(MODES_MS, () => {
      if (this.#rooms.get(room.name) === room) this.#openAnyway(room);
    });
  }

  #openAnyway(room: Room | undefined): void {
    if (room === undefined) return;
    room.hasModes = true;
    this.#open(room);
  }

  #open(room: Room): void {
    if (room.isOpen || !room.hasNames || !room.hasModes) return;
    room.open();
    const asked = this.#wire.requests.find('JOIN', this.#wire.fold(room.name));
    if (asked instanceof Pending) asked.done(undefined);
  }

  #onForward(params: readonly string[]): void {
    const [, from = '', to = '', text = ''] = params;
    const asked = this.#wire.requests.find('JOIN', this.#wire.fold(from));
    if (asked === undefined) return;
    const movedTo = this.#wire.conversation(to);
    const isItself = this.#wire.fold(to) === this.#wire.fold(from) || movedTo === this.#wire.conversation(from);
    if (isItself || !this.#isChannel(to)) {
      const said = text || words`The server refused.`;
      asked.fail(new BridgeError('forbidden', said, { networkCode: '470' }));
      return;
    }
    if (this.#rooms.get(to) === undefined) this.#forwards.add(this.#wire.fold(to));
    asked.fail(
      new BridgeError('moved', text || words`The channel forwards to ${to}.`, { movedTo, networkCode: '470' }),
    );
  }
}
