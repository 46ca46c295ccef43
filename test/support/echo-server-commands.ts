// What an account may ask of the echo server. Messages are idempotent by their transaction id, everything else by what it does.

import type { TextKind } from './echo-server-records.ts';
import type { Hub } from './echo-server-hub.ts';
import type { EchoMessage, EchoRoom } from './echo-server-world.ts';
import { type JsonObject, numberField, optionalText, textField } from './json-lines.ts';

export class Refused extends Error {
  readonly refusal: { readonly code: string; readonly text: string; readonly retryAfterMs?: number };
  constructor(code: string, text: string, retryAfterMs?: number) {
    super(text);
    this.refusal = { code, text, ...(retryAfterMs !== undefined && { retryAfterMs }) };
  }
}

const NICK = /^[^\s#@\p{C}][^\s\p{C}]{0,31}$/u;
const MOST_HISTORY = 500;

type Command = (hub: Hub, me: string, value: JsonObject) => JsonObject;

const commands: Readonly<Record<string, Command>> = {
  say: (hub, me, value) => {
    const to = textField(value, 'to');
    const txn = textField(value, 'txn');
    const done = hub.world.accounts.get(me)?.transactions.get(txn);
    if (done !== undefined) return { id: done.id, at: done.at };
    if (to.startsWith('#')) roomWith(hub, to, me);
    else if (to.startsWith('nobody')) throw new Refused('not-found', `Nobody is called ${to}.`);
    const said = hub.say({ from: me, to, text: textField(value, 'text'), kind: kindOf(value), txn });
    // Who is not connected has read it nevertheless: only accounts can be away.
    if (!to.startsWith('#') && !hub.world.accounts.has(to)) {
      hub.event(me, { what: 'delivered', in: to, message: said.id, by: to });
    }
    return { ...said };
  },
  join: (hub, me, value) => {
    const id = textField(value, 'room');
    const room = hub.world.room(id);
    if (room.banned.has(me)) throw new Refused('banned', 'You are banned from this room.');
    if (room.membersOnly && !room.people.has(me)) throw new Refused('members-only', 'This room is for its members.');
    if (room.password !== undefined && value['password'] !== room.password) {
      throw new Refused('bad-password', 'The password of this room is another one.');
    }
    hub.enter(id, me);
    return { ...snapshotOf(hub, id, me), history: historyOf(hub, room, me, value).map((one) => asHistory(one)) };
  },
  history: (hub, me, value) => {
    const room = roomWith(hub, textField(value, 'room'), me);
    const { messages } = room;
    const [after, before] = [optionalText(value, 'after'), optionalText(value, 'before')];
    const start = after === undefined ? 0 : placeOf(messages, after) + 1;
    const range = messages.slice(start, before === undefined ? messages.length : placeOf(messages, before));
    const most = Math.min(numberField(value, 'most', MOST_HISTORY), MOST_HISTORY);
    const page = after === undefined ? range.slice(-most) : range.slice(0, most);
    return { history: page.map((one) => asHistory(one)), complete: page.length === range.length };
  },
  leave: (hub, me, value) => {
    const text = optionalText(value, 'text');
    hub.exit(textField(value, 'room'), me, { why: 'left', ...(text !== undefined && { text }) });
    return {};
  },
  ping: () => ({}),
  /** Leaves everything: whoever just loses the connection stays in. */
  logout: (hub, me) => {
    for (const room of hub.world.roomsOf(me)) hub.exit(room.id, me, { why: 'left' });
    return {};
  },
  topic: (hub, me, value) => {
    const room = roomWith(hub, textField(value, 'room'), me);
    hub.setTopic(room.id, textField(value, 'text'), me);
    return {};
  },
  nick: (hub, me, value) => {
    const nick = textField(value, 'nick');
    if (!NICK.test(nick)) throw new Refused('nick-invalid', `"${nick}" is not a possible nick.`);
    if (![me, undefined].includes(hub.world.called(nick))) {
      throw new Refused('nick-taken', `Somebody is called ${nick} already.`);
    }
    hub.setNick(me, nick);
    return {};
  },
  eject: (hub, me, value) => {
    const room = roomWith(hub, textField(value, 'room'), me);
    const who = textField(value, 'who');
    if (room.people.get(me) === 'member') throw new Refused('forbidden', 'You may not remove people here.');
    if (!room.people.has(who)) throw new Refused('not-found', `Nobody here is called ${who}.`);
    hub.exit(room.id, who, { why: 'ejected', by: hub.world.nick(me) });
    return {};
  },
};

/** @throws Refused. */
export function perform(hub: Hub, me: string, value: JsonObject): JsonObject {
  const name = textField(value, 'do');
  const command = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (command === undefined) throw new Refused('unsupported', `There is no "${name}" here.`);
  return command(hub, me, value);
}

export function snapshotOf(hub: Hub, id: string, self: string): JsonObject {
  const { people, topic } = hub.world.room(id);
  return { room: id, self, people: [...people.keys()].map((who) => hub.person(who, id)), ...(topic && { topic }) };
}

function roomWith(hub: Hub, id: string, me: string): EchoRoom {
  const room = hub.world.room(id);
  if (!room.people.has(me)) throw new Refused('not-joined', 'You are not in this room.');
  return room;
}

export function kindOf(value: JsonObject): TextKind {
  const { kind } = value;
  return kind === 'action' || kind === 'notice' ? kind : 'text';
}

/** Without what is still to come to her as an event. */
function historyOf(hub: Hub, { id, messages }: EchoRoom, me: string, value: JsonObject): readonly EchoMessage[] {
  const owed = new Set<string>();
  for (const { event } of hub.world.accounts.get(me)?.pending ?? []) if (event.in === id) owed.add(event.message);
  const since = numberField(value, 'since', 0);
  const most = Math.min(numberField(value, 'most', MOST_HISTORY), MOST_HISTORY);
  return most <= 0 ? [] : messages.filter((one) => one.at >= since && !owed.has(one.id)).slice(-most);
}

function placeOf(messages: readonly EchoMessage[], id: string): number {
  const at = messages.findIndex((message) => message.id === id);
  if (at === -1) throw new Refused('malformed', 'There is no such message to count from.');
  return at;
}

const asHistory = ({ id, at, from, text, kind }: EchoMessage): JsonObject => ({ id, at, from, text, kind });
