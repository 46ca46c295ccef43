// Commands about rooms: coming and going, topics, ranks, invitations and settings.

import type { CommandOf } from '../../src/model/commands.ts';
import type { GroupTraits, Message, Rank } from '../../src/model/conversation.ts';
import { BridgeError } from '../../src/model/errors.ts';
import type { Answers } from '../../src/model/form.ts';
import { participantId } from '../../src/model/ids.ts';
import { type Words, words } from '../../src/model/words.ts';
import { forbidden, malformed, nickTaken, noSuchPerson, refusalOfRoom } from './errors.ts';
import { asParticipant, DONE, type Me, myRoom, type PerformSome } from './me.ts';
import { parse, placeOf } from './names.ts';
import { noted } from './pictures.ts';
import type { EchoRoom } from './room.ts';

const MODERATORS: ReadonlySet<Rank> = new Set<Rank>(['owner', 'admin', 'moderator']);
const DEFAULT_HISTORY = 20;

type RoomKind =
  | 'join'
  | 'leave'
  | 'setTopic'
  | 'setPicture'
  | 'setRank'
  | 'eject'
  | 'invite'
  | 'accept'
  | 'decline'
  | 'configure'
  | 'create'
  | 'destroy';

export const roomCommands: PerformSome<RoomKind> = {
  join: (me, command) => {
    const refusal = refusalOf(me, command);
    if (refusal !== undefined) throw refusal;
    // Nobody ever answers there: for those who test what they do then.
    if (command.conversation === '#silent') return Promise.withResolvers<never>().promise;
    enter(me, me.world.room(command.conversation), command);
    return DONE;
  },
  leave: (me, { conversation, text }) => {
    const room = myRoom(me, conversation);
    me.rooms.delete(room);
    room.exit(me.id, text === undefined ? { why: 'left' } : { why: 'left', text });
    return DONE;
  },
  setTopic: (me, { conversation, text }) => {
    const room = myRoom(me, conversation);
    if (room.traits.topicOpen !== true) moderatorOf(me, room, words`You may not set the topic here.`);
    room.setTopic({ text, by: me.nick, at: me.world.now() });
    return DONE;
  },
  setPicture: (me, { conversation, picture }) => {
    const room = myRoom(me, conversation);
    moderatorOf(me, room, words`You may not change the picture of this room.`);
    room.picture = picture === undefined ? '' : noted(picture);
    room.tell({ kind: 'configured', conversation });
    return DONE;
  },
  setRank: (me, { conversation, who, rank }) => {
    const room = myRoom(me, conversation);
    moderatorOf(me, room, words`You may not change ranks here.`);
    if (rank === 'outcast') room.eject(who, { why: 'banned', by: me.nick });
    else if (room.participants.has(who)) room.setRank(who, rank);
    else if (room.banned.has(who)) room.banned.delete(who);
    else throw noSuchPerson(who);
    return DONE;
  },
  eject: (me, { conversation, who, ban, reason }) => {
    const room = myRoom(me, conversation);
    moderatorOf(me, room, words`You may not remove people here.`);
    if (!room.participants.has(who)) throw noSuchPerson(who);
    if (who === me.id) throw new BridgeError('conflict', words`You would remove yourself: just leave.`);
    const how = { why: ban ? 'banned' : 'ejected', by: me.nick } as const;
    room.eject(who, reason === undefined ? how : { ...how, text: reason });
    return DONE;
  },
  invite: (me, { conversation, who, reason }) => {
    const room = myRoom(me, conversation);
    const guest = participantId(parse(who).conversation);
    if (room.participants.has(guest)) throw new BridgeError('conflict', words`${guest} is here already.`);
    const event = { kind: 'invited', conversation, by: me.nick, inviter: me.id } as const;
    const seat = me.world.seat(guest);
    if (seat !== undefined) seat.emit(reason === undefined ? event : { ...event, reason });
    else me.world.later(() => room.enter(me.world.person(guest)));
    return DONE;
  },
  accept: (me, { conversation }) => {
    enter(me, me.world.room(conversation), { kind: 'join', conversation });
    return DONE;
  },
  decline: () => DONE,
  configure: (me, { conversation, answers }) => {
    const room = myRoom(me, conversation);
    moderatorOf(me, room, words`You may not change the settings of this room.`);
    configure(room, answers);
    room.tell({ kind: 'configured', conversation });
    if (room.traits.membersOnly === true) room.exclude();
    return DONE;
  },
  create: (me, { conversation, answers }) => {
    if (me.world.hasRoom(conversation)) throw new BridgeError('conflict', words`There is such a room already.`);
    if (placeOf(conversation)?.kind !== 'group') throw malformed(words`A room has a name like #garden.`);
    const room = me.world.room(conversation);
    configure(room, answers);
    enter(me, room, { kind: 'join', conversation }, true);
    return DONE;
  },
  destroy: (me, { conversation, reason }) => {
    const room = myRoom(me, conversation);
    if (room.rankOf(me.id) !== 'owner') throw forbidden(words`You may not close the room.`);
    const event = { kind: 'closed', conversation, why: 'gone', by: me.nick } as const;
    const seats = [...room.seats.values()];
    room.seats.clear();
    me.world.dropRoom(conversation);
    for (const seat of seats) seat.emit(reason === undefined ? event : { ...event, text: reason });
    return DONE;
  },
};

function refusalOf(me: Me, { conversation, nick, password }: CommandOf<'join'>): BridgeError | undefined {
  const refusal = refusalOfRoom(conversation);
  if (refusal !== undefined) return refusal;
  if (placeOf(conversation)?.kind !== 'group') return malformed(words`A room has a name like #garden.`);
  if (nick === 'taken') return nickTaken(nick);
  const room = me.world.room(conversation);
  if (room.banned.has(me.id)) return new BridgeError('banned', words`You are banned from this room.`);
  if (room.traits.membersOnly === true && !me.rooms.has(room)) {
    return new BridgeError('members-only', words`This room is for its members.`);
  }
  if (room.password !== undefined && password !== room.password) {
    return new BridgeError('bad-password', words`The password of this room is another one.`);
  }
  return undefined;
}

function enter(me: Me, room: EchoRoom, command: CommandOf<'join'>, created = false): void {
  if (!me.rooms.has(room)) {
    me.rooms.add(room);
    const rank = created || room.participants.size === 0 ? 'owner' : 'member';
    room.enter({ ...asParticipant(me), rank }, me);
  }
  const history = historyFor(me, room, command);
  const event = { kind: 'opened', conversation: room.id, snapshot: room.viewFor(me), history } as const;
  me.emit(created ? { ...event, created } : event);
}

function historyFor(me: Me, room: EchoRoom, { history }: CommandOf<'join'>): readonly Message[] {
  const most = history?.maxChars === 0 || history?.seconds === 0 ? 0 : (history?.maxStanzas ?? DEFAULT_HISTORY);
  const since = history?.since?.getTime() ?? Number.NEGATIVE_INFINITY;
  const kept = room.messages.filter((message) => (message.at?.getTime() ?? 0) >= since);
  return most === 0
    ? []
    : kept.slice(-most).map((message) => (message.from.id === me.id ? { ...message, own: true } : message));
}

export function moderatorOf(me: Me, room: EchoRoom, otherwise: Words): void {
  if (!MODERATORS.has(room.rankOf(me.id))) throw forbidden(otherwise);
}

function configure(room: EchoRoom, answers: Answers): void {
  const traits: { -readonly [Name in keyof GroupTraits]: GroupTraits[Name] } = { ...room.traits };
  for (const name of ['membersOnly', 'moderated', 'hidden', 'topicOpen'] as const) {
    const answer = answers[name];
    if (typeof answer === 'boolean') traits[name] = answer;
  }
  const password = answers['password'];
  if (typeof password === 'string') room.password = password === '' ? undefined : password;
  traits.passwordProtected = room.password !== undefined;
  room.traits = traits;
}
