// Getting out of channels: PART, KICK and QUIT, of ours and of others.

import { BridgeError } from '../../src/model/errors.ts';
import type { Receipt } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import { formatLine, type IrcLine, nickOf } from './line.ts';
import { Pending } from './requests.ts';
import type { Room } from './room.ts';
import { DONE, type Handlers, type Rooms } from './rooms.ts';
import { cutText } from './split.ts';
import type { Wire } from './wire.ts';

const ANSWER_MS = 10_000;

interface Going {
  readonly nick: string;
  readonly why: 'left' | 'ejected' | 'banned' | 'lost';
  readonly by?: string;
  readonly text?: string;
}

export class Parting {
  readonly #wire: Wire;
  readonly #rooms: Rooms;

  constructor(wire: Wire, rooms: Rooms) {
    this.#wire = wire;
    this.#rooms = rooms;
  }

  readonly handlers: Handlers = {
    PART: (line, raw) => this.#onPart(line, raw),
    KICK: (line, raw) => this.#onKick(line, raw),
    QUIT: (line, raw) => this.#onQuit(line, raw),
  };

  /** Also while the join is under way: the server takes one after the other. */
  async leave(name: string, text: string | undefined): Promise<Receipt> {
    const target = this.#wire.fold(name);
    if (this.#rooms.get(name) === undefined && this.#wire.requests.find('JOIN', target) === undefined)
      throw new BridgeError('not-joined', words`You are not in the channel.`);
    const pending = this.#wire.requests.ask<undefined>({ command: 'PART', target, timeoutMs: ANSWER_MS });
    const reason = cutText(text ?? '', this.#wire.spaceBehind(`PART ${name}`));
    this.#wire.send(reason === '' ? formatLine('PART', name) : formatLine('PART', name, reason));
    await pending.promise;
    return DONE;
  }

  #onPart(line: IrcLine, raw: string): void {
    const room = this.#rooms.get(line.params[0] ?? '');
    if (room === undefined) return;
    const nick = nickOf(line.source);
    const text = this.#wire.readText(line.params[1] ?? '');
    if (!this.#wire.isSelf(nick)) {
      this.#goes(room, raw, { nick, why: 'left', ...textPart(text) });
      return;
    }
    const asked = this.#wire.requests.find('PART', this.#wire.fold(room.name));
    const wasOpen = room.isOpen;
    this.#rooms.remove(room);
    if (!wasOpen)
      this.#failJoin(room, new BridgeError('forbidden', text || words`The server took you out of the channel.`));
    if (asked instanceof Pending) asked.done(undefined);
    else if (wasOpen) this.#wire.emit({ kind: 'closed', conversation: room.id, why: 'left', ...textPart(text) });
  }

  #onKick(line: IrcLine, raw: string): void {
    const [name = '', nick = '', reason = ''] = line.params;
    const room = this.#rooms.get(name);
    if (room === undefined) return;
    const by = nickOf(line.source);
    const text = textPart(this.#wire.readText(reason));
    const who = room.member(nick);
    const why = who !== undefined && room.bans.fits(who) ? 'banned' : 'ejected';
    const asked = this.#wire.isSelf(by)
      ? this.#wire.requests.find('KICK', this.#wire.fold(room.name), this.#wire.fold(nick))
      : undefined;
    if (this.#wire.isSelf(nick)) {
      const wasOpen = room.isOpen;
      this.#rooms.remove(room);
      if (wasOpen) this.#wire.emit({ kind: 'closed', conversation: room.id, why, by, ...text });
      else this.#failJoin(room, new BridgeError('forbidden', words`You were kicked by ${by}.`));
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
    for (const room of this.#rooms.all()) this.#goes(room, raw, { nick, why: 'lost', ...text });
    this.#wire.nickFreed(nick);
  }

  #goes(room: Room, raw: string, how: Going): void {
    const who = room.member(how.nick);
    if (who === undefined) return;
    const { nick: _, ...rest } = how;
    room.remove(who);
    const shared = room.shares(raw);
    if (shared?.event.kind === 'left' && shared.event.who === who) this.#rooms.adopt(room, shared);
    else this.#rooms.tell(room, raw, { kind: 'left', conversation: room.id, who, ...rest });
  }
}

function textPart(text: string): { readonly text?: string } {
  return text === '' ? {} : { text };
}
