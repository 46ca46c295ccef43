// Commands about contacts, and about the user herself.

import type { Participant, Profile } from '../../src/model/conversation.ts';
import { BridgeError } from '../../src/model/errors.ts';
import { conversationId, type ParticipantId, participantId } from '../../src/model/ids.ts';
import { words } from '../../src/model/words.ts';
import { HERMIT, NOBODY, SLEEPER } from './contacts.ts';
import { malformed, nickInvalid, nickTaken, noSuchPerson } from './errors.ts';
import { asParticipant, DONE, type Me, myRoom, type PerformSome } from './me.ts';
import { isNick } from './names.ts';
import type { EchoRoom, Seat } from './room.ts';
import type { World } from './world.ts';

type AccountKind =
  | 'add'
  | 'remove'
  | 'answer'
  | 'block'
  | 'poke'
  | 'appear'
  | 'watch'
  | 'setNick'
  | 'setProfile'
  | 'raw';

const HERMITS_WORDS = 'I live alone';
/** What a `raw` line does here. */
const PING = /^PING(?: (.*))?$/i;

export const accountCommands: PerformSome<AccountKind> = {
  add: (me, { conversation, text }) => {
    const who = participantId(conversation);
    if (who === NOBODY) throw noSuchPerson(who);
    const seat = me.world.seat(who);
    const event = { kind: 'asked', conversation: conversationId(me.id), who: asParticipant(me) } as const;
    // Between people it takes a yes; whoever is scripted has it ready.
    if (seat !== undefined) seat.emit(text === undefined ? event : { ...event, text });
    else if (who !== SLEEPER) me.world.later(() => answerAdd(me.world, me, me.world.person(who), who !== HERMIT));
    return DONE;
  },
  remove: (me, { conversation }) => {
    me.world.contacts.remove(me.id, participantId(conversation));
    return DONE;
  },
  answer: (me, { conversation, allow }) => {
    const asker = me.world.seat(participantId(conversation));
    if (asker !== undefined) answerAdd(me.world, asker, asParticipant(me), allow);
    return DONE;
  },
  block: (me, { conversation, on }) => {
    me.world.block(me.id, participantId(conversation), on);
    return DONE;
  },
  poke: (me, { conversation, what }) => {
    const { software } = me.world.profile(participantId(conversation));
    const text = { ping: 'pong', version: software, time: me.world.now().toISOString() }[what];
    if (text === undefined) throw new BridgeError('unsupported', words`Their client does not say what it is.`);
    return { ...DONE, body: { kind: 'notice', text } };
  },
  appear: (me, { presence }) => {
    me.presence = presence;
    showEverywhere(me);
    return DONE;
  },
  // What changes is told of contacts alone.
  watch: (me, { people }) => {
    for (const conversation of people)
      me.emit({ kind: 'appeared', conversation, who: me.world.person(participantId(conversation)) });
    return DONE;
  },
  setNick: (me, { nick: wanted, only }) => {
    const nick = only !== undefined && wanted === '' ? me.nick : wanted;
    if (!isNick(nick)) throw nickInvalid(nick);
    if (!me.world.isNickFree(nick, me.id)) throw nickTaken(nick);
    if (only === undefined) rename(me, nick);
    else callIn(myRoom(me, only), me, nick);
    return DONE;
  },
  setProfile: (me, { profile }) => {
    me.world.setProfile(me.id, withUri(me.id, profile));
    return DONE;
  },
  raw: (me, { text, account }) => {
    const ping = PING.exec(text);
    if (ping === null) throw malformed(words`The only line that is understood here is PING.`);
    me.emit({ kind: 'told', account, text: `PONG ${ping[1] ?? ''}`.trim() });
    return DONE;
  },
};

/** What somebody says to the one who wants her as a contact, or has her as one. */
export function answerAdd(world: World, asker: Seat, who: Participant, allow: boolean): void {
  const conversation = conversationId(who.id);
  if (!allow) {
    world.contacts.remove(asker.id, who.id);
    asker.emit({ kind: 'answered', conversation, allow, text: HERMITS_WORDS });
    return;
  }
  world.contacts.add(asker.id, who.id);
  asker.emit({ kind: 'answered', conversation, allow });
  asker.emit({ kind: 'appeared', conversation, who });
}

export function rename(me: Me, nick: string): void {
  me.nick = nick;
  me.world.setNick(me.id, nick);
  for (const room of me.rooms) room.change({ ...asParticipant(me, room), nick });
}

function callIn(room: EchoRoom, me: Me, nick: string): void {
  room.change({ ...asParticipant(me, room), nick });
}

function showEverywhere(me: Me): void {
  for (const room of me.rooms) room.change({ ...asParticipant(me, room), presence: me.presence });
  const event = { kind: 'appeared', conversation: conversationId(me.id), who: asParticipant(me) } as const;
  for (const watcher of me.world.watchersOf(me.id)) watcher.emit(event);
}

function withUri(id: ParticipantId, profile: Profile): Profile {
  return { ...profile, uris: [`echo:person/${encodeURIComponent(id)}`] };
}
