// Commands about what is said: in rooms and directly.

import type { CommandOf } from '../../src/model/commands.ts';
import type { Message, Target } from '../../src/model/conversation.ts';
import { BridgeError } from '../../src/model/errors.ts';
import { type MessageId, participantId } from '../../src/model/ids.ts';
import type { Receipt } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import { forbidden, noSuchMessage } from './errors.ts';
import { asParticipant, DONE, type Me, myRoom, type PerformSome, received } from './me.ts';
import { placeOf } from './names.ts';
import type { EchoRoom } from './room.ts';
import { moderatorOf } from './room-commands.ts';
import { isScript, runScript } from './script.ts';
import { ECHO } from './world.ts';

type MessageKind = 'say' | 'edit' | 'retract' | 'moderate' | 'react' | 'type' | 'display';

export const messageCommands: PerformSome<MessageKind> = {
  say: (me, command) => {
    if (isScript(command.body.text)) return runScript(me, command);
    return placeOf(command.conversation)?.kind === 'group' ? sayInRoom(me, command) : sayDirectly(me, command);
  },
  edit: (me, { conversation, target, body }) => {
    const [id] = idsOf(target);
    if (isDirect(conversation)) {
      me.world.seat(participantId(conversation))?.emit({
        kind: 'edited',
        conversation: placeFor(me),
        target: id,
        message: { id, from: asParticipant(me), own: false, body },
      });
      return received(id);
    }
    const room = myRoom(me, conversation);
    if (messageOf(room, id).from.id !== me.id) throw forbidden(words`You may not change other people's messages.`);
    room.edit(id, body, me);
    return received(id);
  },
  retract: (me, { conversation, target }) => {
    const [id] = idsOf(target);
    if (isDirect(conversation)) {
      me.world.seat(participantId(conversation))?.emit({ kind: 'retracted', conversation: placeFor(me), target: id });
      return DONE;
    }
    const room = myRoom(me, conversation);
    if (messageOf(room, id).from.id !== me.id) throw forbidden(words`You may not take other people's messages back.`);
    room.retract(id, asParticipant(me, room), me);
    return DONE;
  },
  moderate: (me, { conversation, target, reason }) => {
    const room = myRoom(me, conversation);
    moderatorOf(me, room, words`You may not take other people's messages back.`);
    if (!room.retract(idsOf(target)[0], asParticipant(me, room), me, reason)) throw noSuchMessage();
    return DONE;
  },
  react: (me, { conversation, target, emoji }) => {
    const [id] = idsOf(target);
    const direct = isDirect(conversation);
    const room = direct ? undefined : myRoom(me, conversation);
    const by = asParticipant(me, room);
    const event = {
      kind: 'reacted',
      conversation: direct ? placeFor(me) : conversation,
      target: id,
      by,
      emoji,
    } as const;
    if (room === undefined) me.world.seat(participantId(conversation))?.emit(event);
    else room.tell(event, me);
    return DONE;
  },
  type: (me, { conversation, state }) => {
    const direct = isDirect(conversation);
    const room = direct ? undefined : myRoom(me, conversation);
    const event = {
      kind: 'typed',
      conversation: direct ? placeFor(me) : conversation,
      by: asParticipant(me, room),
      state,
    } as const;
    if (room === undefined) me.world.seat(participantId(conversation))?.emit(event);
    else room.tell(event, me);
    return DONE;
  },
  display: (me, { conversation, upTo }) => {
    const [id] = idsOf(upTo);
    const direct = isDirect(conversation);
    const room = direct ? undefined : myRoom(me, conversation);
    const event = {
      kind: 'displayed',
      conversation: direct ? placeFor(me) : conversation,
      upTo: id,
      by: asParticipant(me, room),
    } as const;
    if (room === undefined) me.world.seat(participantId(conversation))?.emit(event);
    else room.tell(event, me);
    return DONE;
  },
};

/** Through us: the others see it, she gets a receipt. `echo` repeats it. */
export function sayInRoom(me: Me, { conversation, body }: CommandOf<'say'>): Receipt {
  const room = myRoom(me, conversation);
  if (room.traits.moderated === true && room.rankOf(me.id) === 'muted') throw forbidden(words`You may not speak here.`);
  const message: Message = { ...me.world.message(asParticipant(me, room), body), at: me.world.now() };
  room.say(message, me);
  const echo = room.participants.get(ECHO);
  if (echo !== undefined) me.world.later(() => room.say(me.world.message(echo, body)));
  return received(message.id);
}

/** Between two who are connected, or with one of the scripted people, who repeats it. */
function sayDirectly(me: Me, { conversation, body }: CommandOf<'say'>): Receipt {
  const { world } = me;
  const to = participantId(conversation);
  if (world.hasBlocked(me.id, to)) throw new BridgeError('forbidden', words`You have blocked this person.`);
  if (to.startsWith('nobody')) throw new BridgeError('not-found', words`Nobody is called ${to}.`);
  const { id } = world.whisper(asParticipant(me), to, body);
  if (world.isScripted(to)) {
    world.later(() => {
      me.emit({ kind: 'delivered', conversation, upTo: id, by: world.person(to) });
      world.whisper(world.person(to), me.id, body);
    });
  }
  return received(id);
}

function isDirect(conversation: CommandOf<'say'>['conversation']): boolean {
  return placeOf(conversation)?.kind !== 'group';
}

/** The conversation with this user, as others have it. */
function placeFor(me: Me): CommandOf<'say'>['conversation'] {
  return String(me.id) as CommandOf<'say'>['conversation'];
}

function idsOf(target: Target): readonly [MessageId, ...MessageId[]] {
  const [first, ...others] = target.by === 'network' ? target.ids : [];
  if (first === undefined) throw noSuchMessage();
  return [first, ...others];
}

function messageOf(room: EchoRoom, id: MessageId): Message {
  const message = room.messages.find((one) => one.id === id);
  if (message === undefined) throw noSuchMessage();
  return message;
}
