// Lines that make things happen, or go wrong, on demand; said in a room or directly. The line itself goes nowhere.
//
//   !help                      this list, as a notice            !drop  !end            the connection is cut; for good
//   !fail CODE [text]          the line is refused               !kick  !ban [reason]   you are put out
//   !late-fail CODE [text]     it is taken, and fails later      !op  !deop  !mute      your rank
//   !unknown                   it is taken, nobody knows how     !join NAME  !part NAME  !quit NAME
//   !slow MS                   the answer takes that long        !rename NAME NICK  !away NAME [status]
//   !flood N                   benvolio says N lines at once     !say TEXT  !edit TEXT  !unsay  !topic TEXT
//   !react EMOJI               to your last line here            !type  !see  !sent     benvolio types, has seen, has got it
//   !own TEXT                  you say it with another client    !invite #ROOM          you are invited
//   !ask NAME                  somebody wants to add you         !close                 the room is gone for good
//   !move #ROOM                the room is elsewhere now         !tell TEXT  !list  !configured
//   !picture NAME              the room has the picture of that name from now on
//   !pull #ROOM                you are in that room from now on, with whatever you have joined it
//   !contact NAME [LABEL [GROUP...]]                             your list on the network has somebody, called so; !list tells it
//   !uncontact NAME            your list has her no more         !unfriend NAME         she wants no more of you
//   !appear NAME SHOW [status]                                   how somebody appears to those who have her as a contact

import type { CommandOf } from '../../src/model/commands.ts';
import type { Message, Participant, Rank } from '../../src/model/conversation.ts';
import { BridgeError } from '../../src/model/errors.ts';
import { conversationId, participantId } from '../../src/model/ids.ts';
import type { Receipt } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import { answerAdd } from './account-commands.ts';
import { errorNamed, malformed, noSuchMessage } from './errors.ts';
import { asParticipant, DONE, type Me, myRoom, received } from './me.ts';
import { parse, placeOf } from './names.ts';
import { roomCommands } from './room-commands.ts';
import type { EchoRoom } from './room.ts';
import { ONLY_ACCOUNT } from './sign-in.ts';
import { BENVOLIO, TYBALT } from './world.ts';

/** One scripted line being run. */
interface Run {
  readonly me: Me;
  readonly conversation: CommandOf<'say'>['conversation'];
  /** All behind the word, and its parts. */
  readonly rest: string;
  readonly words: readonly string[];
}
type Script = (run: Run) => Receipt | Promise<Receipt> | void;

const INVITATION = 'Come along';
const SHOWS = ['online', 'chat', 'away', 'xa', 'dnd', 'offline'] as const;
const MOST_FLOOD = 10_000;
const MOST_DELAY_MS = 600_000;

export function isScript(text: string): boolean {
  return /^![a-z]/.test(text);
}

/** @throws BridgeError: what the line asks for, or `malformed` where it is none. */
export function runScript(me: Me, { conversation, body }: CommandOf<'say'>): Receipt | Promise<Receipt> {
  const [, word = '', rest = ''] = /^!([a-z-]+)\s*(.*)$/s.exec(body.text) ?? [];
  const script = Object.hasOwn(scripts, word) ? scripts[word] : undefined;
  if (script === undefined) throw malformed(words`There is no !${word} here; say !help.`);
  const receipt = script({ me, conversation, rest, words: rest.split(/\s+/).filter((one) => one !== '') });
  return receipt ?? received(me.world.nextId());
}

const scripts: Readonly<Record<string, Script>> = {
  help: ({ me, conversation }) => {
    const text = Object.keys(scripts)
      .map((word) => `!${word}`)
      .join(' ');
    me.world.later(() => say({ me, conversation }, { kind: 'notice', text }));
  },
  fail: ({ words: [code = '', ...text] }) => {
    throw errorNamed(code, text.join(' '));
  },
  'late-fail': ({ me, conversation, words: [code = '', ...text] }) => {
    const target = me.world.nextId();
    me.world.later(() => me.emit({ kind: 'failed', conversation, target, error: errorNamed(code, text.join(' ')) }));
    return received(target);
  },
  unknown: ({ me }) => ({ ids: [me.world.nextId()], outcome: 'unknown' }),
  slow: ({ me, rest }) => {
    const { promise, resolve } = Promise.withResolvers<Receipt>();
    me.world.later(() => resolve(received(me.world.nextId())), Math.min(Number(rest) || 0, MOST_DELAY_MS));
    return promise;
  },
  flood: (run) => {
    const count = Math.min(Number(run.rest) || 0, MOST_FLOOD);
    run.me.world.later(() => {
      for (let line = 1; line <= count; line++) say(run, { kind: 'text', text: `line ${line} of ${count}` });
    });
  },
  drop: ({ me }) => {
    me.drop({ final: false, error: new BridgeError('network-down', words`You asked to be cut off.`) });
    return DONE;
  },
  end: ({ me }) => {
    me.drop({ final: true, error: new BridgeError('banned', words`You asked to be cut off for good.`) });
    return DONE;
  },
  kick: (run) => putOut(run, 'ejected'),
  ban: (run) => putOut(run, 'banned'),
  op: (run) => setRank(run, 'owner'),
  deop: (run) => setRank(run, 'member'),
  mute: (run) => {
    roomOf(run).traits = { ...roomOf(run).traits, moderated: true };
    setRank(run, 'muted');
  },
  join: (run) => roomOf(run).enter(run.me.world.person(named(run))),
  part: (run) => roomOf(run).exit(named(run), { why: 'left', text: 'Farewell' }),
  quit: (run) => roomOf(run).exit(named(run), { why: 'lost', text: 'Connection reset by peer' }),
  rename: (run) => change(run, (who) => ({ ...who, nick: run.words[1] ?? `${who.nick}_` })),
  away: (run) => change(run, (who) => ({ ...who, presence: { show: 'away', status: run.words.slice(1).join(' ') } })),
  topic: (run) => roomOf(run).setTopic({ text: run.rest, by: TYBALT, at: run.me.world.now() }),
  say: (run) => {
    say(run, { kind: 'text', text: run.rest });
  },
  edit: (run) => {
    if (isDirect(run)) {
      const message = { ...say(run, { kind: 'text', text: 'first' }), body: { kind: 'text', text: run.rest } } as const;
      run.me.emit({ kind: 'edited', conversation: run.conversation, target: message.id, message });
    } else if (!roomOf(run).edit(lastOf(roomOf(run), BENVOLIO).id, { kind: 'text', text: run.rest }))
      throw noSuchMessage();
  },
  unsay: (run) => {
    const room = roomOf(run);
    room.retract(lastOf(room, BENVOLIO).id, benvolio(run));
  },
  own: (run) => {
    const { me, rest } = run;
    const room = roomOf(run);
    const message = me.world.message(asParticipant(me, room), { kind: 'text', text: rest });
    room.tell({ kind: 'said', conversation: room.id, message }, me);
    me.emit({ kind: 'said', conversation: room.id, message: { ...message, own: true } });
    return DONE;
  },
  react: (run) => {
    const room = roomOf(run);
    const target = lastOf(room, run.me.id).id;
    room.tell({ kind: 'reacted', conversation: room.id, target, by: benvolio(run), emoji: run.words });
  },
  type: (run) => run.me.emit({ kind: 'typed', conversation: run.conversation, by: benvolio(run), state: 'composing' }),
  see: (run) => {
    const upTo = run.me.world.nextId();
    run.me.world.later(() =>
      run.me.emit({ kind: 'displayed', conversation: run.conversation, upTo, by: benvolio(run) }),
    );
    return received(upTo);
  },
  sent: ({ me, conversation }) => {
    const target = me.world.nextId();
    me.world.later(() => me.emit({ kind: 'sent', conversation, target }));
    return received(target);
  },
  invite: ({ me, rest }) =>
    me.emit({ kind: 'invited', conversation: parse(rest).conversation, by: BENVOLIO, reason: INVITATION }),
  ask: (run) => {
    const who = run.me.world.person(named(run));
    run.me.emit({ kind: 'asked', conversation: conversationId(who.id), who, text: 'We met at the ball' });
  },
  close: (run) => {
    const room = roomOf(run);
    const event = { kind: 'closed', conversation: room.id, why: 'gone', text: 'The room was closed' } as const;
    const seats = [...room.seats.values()];
    room.seats.clear();
    run.me.world.dropRoom(room.id);
    for (const seat of seats) seat.emit(event);
    return DONE;
  },
  pull: ({ me, rest }) => roomCommands.accept(me, { kind: 'accept', conversation: parse(rest).conversation }),
  move: (run) => roomOf(run).tell({ kind: 'moved', conversation: run.conversation, to: parse(run.rest).conversation }),
  tell: ({ me, rest }) => me.emit({ kind: 'told', account: ONLY_ACCOUNT, text: rest }),
  list: ({ me }) => {
    const contacts = me.world.contacts.list(me.id).map((contact) => {
      const { presence } = me.world.person(participantId(contact.conversation));
      return { ...contact, presence };
    });
    me.emit({ kind: 'listed', account: ONLY_ACCOUNT, contacts, complete: true });
  },
  contact: (run) => {
    const [, name, ...groups] = run.words;
    run.me.world.contacts.add(run.me.id, named(run), { ...(name !== undefined && { name }), groups });
  },
  uncontact: (run) => run.me.world.contacts.remove(run.me.id, named(run)),
  unfriend: (run) => answerAdd(run.me.world, run.me, run.me.world.person(named(run)), false),
  appear: (run) => {
    const [, shown, ...status] = run.words;
    const show = SHOWS.find((one) => one === shown);
    if (show === undefined) throw malformed(words`One appears as ${SHOWS.join(', ')}.`);
    const { world } = run.me;
    const since = show === 'away' || show === 'xa' ? { since: world.now() } : {};
    world.contacts.appear(named(run), { show, ...(status.length > 0 && { status: status.join(' ') }), ...since });
    const who = world.person(named(run));
    for (const watcher of world.watchersOf(who.id))
      watcher.emit({ kind: 'appeared', conversation: conversationId(who.id), who });
  },
  picture: (run) => {
    const room = roomOf(run);
    room.picture = run.rest;
    room.tell({ kind: 'configured', conversation: room.id });
  },
  configured: (run) => roomOf(run).tell({ kind: 'configured', conversation: run.conversation }),
};

/** Benvolio's line in the room, or the other's in a direct conversation. */
function say({ me, conversation }: Pick<Run, 'me' | 'conversation'>, body: Message['body']): Message {
  if (placeOf(conversation)?.kind === 'group') {
    const room = myRoom(me, conversation);
    const message = me.world.message(room.participants.get(BENVOLIO) ?? me.world.person(BENVOLIO), body);
    room.say(message);
    return message;
  }
  return me.world.whisper(me.world.person(participantId(conversation)), me.id, body);
}

function putOut(run: Run, why: 'ejected' | 'banned'): Receipt {
  const text = run.rest === '' ? 'You asked for it' : run.rest;
  roomOf(run).eject(run.me.id, { why, by: TYBALT, text });
  return DONE;
}

function setRank(run: Run, rank: Rank): void {
  roomOf(run).setRank(run.me.id, rank);
}

function change(run: Run, changed: (who: Participant) => Participant): void {
  const room = roomOf(run);
  const who = room.participants.get(named(run));
  if (who === undefined) throw malformed(words`${run.words[0] ?? ''} is not in this room.`);
  room.change(changed(who));
}

function benvolio({ me, conversation }: Run): Participant {
  const id = placeOf(conversation)?.kind === 'group' ? BENVOLIO : participantId(conversation);
  return me.world.person(id);
}

function roomOf({ me, conversation }: Run): EchoRoom {
  return myRoom(me, conversation);
}

function isDirect({ conversation }: Run): boolean {
  return placeOf(conversation)?.kind !== 'group';
}

function named({ words: [name = ''] }: Run): Participant['id'] {
  return participantId(parse(name).conversation);
}

function lastOf(room: EchoRoom, who: Participant['id']): Message {
  const message = room.messages.findLast(({ from }) => from.id === who);
  if (message === undefined) throw noSuchMessage();
  return message;
}
