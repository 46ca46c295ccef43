// What others say: PRIVMSG and NOTICE to channels and to us, actions, other CTCP, invitations (conformance section 23.1).

import { type Body, ONLINE, type Participant } from '../../src/model/conversation.ts';
import type { AnyEvent } from '../../src/model/events.ts';
import { messageId } from '../../src/model/ids.ts';
import { CtcpAnswers, readCtcp } from './ctcp.ts';
import { readFormatting } from './formatting.ts';
import { formatLine, type IrcLine, nickOf, tagOf } from './line.ts';
import { Pending } from './requests.ts';
import type { Room } from './room.ts';
import type { Handlers, Rooms } from './rooms.ts';
import type { Sayings } from './sayings.ts';
import { replyIn } from './tags.ts';
import type { Typing } from './typing.ts';
import type { Wire } from './wire.ts';

const OLD_AFTER_MS = 10_000;

export class Hearing {
  readonly #wire: Wire;
  readonly #rooms: Rooms;
  readonly #sayings: Sayings;
  readonly #typing: Typing;
  readonly #ctcp: CtcpAnswers;

  constructor(wire: Wire, rooms: Rooms, sayings: Sayings, typing: Typing) {
    this.#wire = wire;
    this.#rooms = rooms;
    this.#sayings = sayings;
    this.#typing = typing;
    this.#ctcp = new CtcpAnswers(wire.clock);
  }

  readonly handlers: Handlers = {
    PRIVMSG: (line, raw) => this.#onMessage(line, raw),
    NOTICE: (line, raw) => this.#onMessage(line, raw),
    INVITE: (line) => this.#onInvite(line),
  };

  /** A line that another session in the channel has had before: emits its event. @returns false where it must be read after all. */
  again(raw: string): boolean {
    const first = this.#wire.server.recall(raw);
    const room = first === undefined ? undefined : this.#rooms.sharing(first);
    const shared = room?.shares(raw);
    if (room === undefined || shared?.event.kind !== 'said') return false;
    const { from } = shared.event.message;
    if (from.id === room.self || room.participants.get(from.id) !== from) return false;
    room.pass(shared.position);
    room.report(shared.event);
    return true;
  }

  #onMessage(line: IrcLine, raw: string): void {
    const [to = '', said = ''] = line.params;
    const nick = nickOf(line.source);
    const isFromServer = nick === '' || (!line.source.includes('!') && nick.includes('.'));
    if (isFromServer) {
      this.#wire.told(said);
      return;
    }
    const target = this.#channelOf(to);
    if (this.#wire.isSelf(nick) && !this.#wire.isSelf(target)) {
      this.#onOwn(line, target, said);
      return;
    }
    const body = this.#body(line, nick, said);
    if (body === undefined) return;
    const room = this.#wire.isChannel(target) ? this.#rooms.get(target) : undefined;
    if (room !== undefined) this.#inRoom(room, { line, raw, body, nick });
    else if (!this.#wire.isChannel(target)) this.#toSelf(line, nick, body);
  }

  /** Without the sign in front of messages to operators only. */
  #channelOf(to: string): string {
    const { statusSigns } = this.#wire.features;
    let at = 0;
    while (at < to.length && statusSigns.includes(to.charAt(at)) && !this.#wire.isChannel(to.slice(at))) at++;
    return this.#wire.isChannel(to.slice(at)) ? to.slice(at) : to;
  }

  #body(line: IrcLine, nick: string, said: string): Body | undefined {
    const isNotice = line.command === 'NOTICE';
    const ctcp = readCtcp(said);
    if (ctcp !== undefined && ctcp.command !== 'ACTION') {
      if (isNotice) this.#onReply(nick, ctcp.command, ctcp.text);
      else this.#answer(nick, said);
      return undefined;
    }
    const formatted = readFormatting(this.#wire.readText(ctcp?.text ?? said));
    if (formatted.text.trim() === '') return undefined;
    const reply = replyIn(line);
    if (ctcp !== undefined) return { kind: 'action', ...formatted, ...reply };
    return isNotice ? { ...marked(formatted), ...reply } : { kind: 'text', ...formatted, ...reply };
  }

  #answer(nick: string, said: string): void {
    const ctcp = readCtcp(said);
    const answer = ctcp === undefined ? undefined : this.#ctcp.answer(ctcp);
    if (answer !== undefined) this.#wire.send(formatLine('NOTICE', nick, answer));
  }

  #onReply(nick: string, command: string, text: string): void {
    const asked = this.#wire.requests.find(`CTCP ${command}`, this.#wire.fold(nick));
    if (asked instanceof Pending) asked.done(readFormatting(this.#wire.readText(text)).text);
  }

  #inRoom(room: Room, heard: Heard): void {
    const { line, raw, body, nick } = heard;
    const from = this.#member(room, nick, line.source) ?? this.#outsider(room, line, nick);
    const account = line.tags === '' ? undefined : tagOf(line.tags, 'account');
    if (account !== undefined && account !== '') room.shared.identities.recognise(from, account);
    const shared = room.shares(raw);
    if (shared?.event.kind === 'said' && shared.event.message.from === from) {
      this.#rooms.adopt(room, shared);
      return;
    }
    this.#rooms.tell(room, raw, this.#said(room.id, line, from, body));
  }

  // NAMES may have told the nick only. The address is worth having, but nobody need be told.
  #member(room: Room, nick: string, source: string): Participant | undefined {
    const known = room.member(nick);
    if (known === undefined || known.address !== undefined || !source.includes('!')) return known;
    return room.replace(known, { address: source });
  }

  /** Who is not in the channel may be called as somebody was who is. */
  #outsider(room: Room, line: IrcLine, nick: string): Participant {
    const who = this.#stranger(line, nick, 'none');
    const identity = room.shared.identities.enter(who.id, undefined);
    return identity === undefined ? who : { ...who, identity };
  }

  #toSelf(line: IrcLine, nick: string, body: Body): void {
    this.#wire.emit(this.#said(this.#wire.conversation(nick), line, this.#stranger(line, nick, 'member'), body));
  }

  /** Our own line: the echo of what was sent through us, or what she said with another client. */
  #onOwn(line: IrcLine, target: string, said: string): void {
    if (this.#sayings.echoed(line, target, said)) return;
    const ctcp = readCtcp(said);
    if (ctcp !== undefined && ctcp.command !== 'ACTION') return;
    const formatted = readFormatting(this.#wire.readText(ctcp?.text ?? said));
    const kind = ctcp === undefined ? (line.command === 'NOTICE' ? 'notice' : 'text') : 'action';
    const room = this.#rooms.get(target);
    const from = room?.participants.get(room.self) ?? this.#stranger(line, this.#wire.nick, 'member');
    const body = { kind, ...formatted, ...replyIn(line) } as const;
    const event = this.#said(room?.id ?? this.#wire.conversation(target), line, from, body, true);
    if (room === undefined) this.#wire.emit(event);
    else room.report(event);
  }

  #stranger(line: IrcLine, nick: string, rank: 'none' | 'member'): Participant {
    const address = line.source.includes('!') ? { address: line.source } : {};
    return { id: this.#wire.person(nick), nick, rank, presence: ONLINE, ...address };
  }

  #said(conversation: Room['id'], line: IrcLine, from: Participant, body: Body, own = false): AnyEvent {
    this.#typing.forget(conversation, from);
    const id = messageId(tagOf(line.tags, 'msgid') || this.#wire.newId());
    return { kind: 'said', conversation, message: { id, from, own, body, ...this.#time(line) } };
  }

  #time(line: IrcLine): { readonly at?: Date } {
    const stamp = line.tags === '' ? undefined : tagOf(line.tags, 'time');
    const at = stamp === undefined ? Number.NaN : Date.parse(stamp);
    return Math.abs(this.#wire.clock.now() - at) > OLD_AFTER_MS ? { at: new Date(at) } : {};
  }

  #onInvite(line: IrcLine): void {
    const [nick = '', name = ''] = line.params;
    // invite-notify also tells operators of invitations of others.
    if (!this.#wire.isSelf(nick) || !this.#wire.isChannel(name)) return;
    const by = nickOf(line.source);
    const inviter = line.source.includes('!') ? { inviter: this.#wire.person(by) } : {};
    this.#wire.emit({ kind: 'invited', conversation: this.#wire.conversation(name), by, ...inviter });
  }
}

const MARK = '[notice] ';

/** 23.1.8: it wants no answer, and services and bots say most of them. */
function marked({ text, spans }: ReturnType<typeof readFormatting>): Body {
  const shifted = spans?.map((span) => ({ ...span, start: span.start + MARK.length, end: span.end + MARK.length }));
  return { kind: 'notice', text: MARK + text, ...(shifted !== undefined && { spans: shifted }) };
}

interface Heard {
  readonly line: IrcLine;
  readonly raw: string;
  readonly body: Body;
  readonly nick: string;
}
