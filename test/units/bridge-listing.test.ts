// Who of a very large room is shown, and when: a table of what happens and what clients are told of it.

import { expect, test } from 'vitest';
import { Listing } from '../../src/bridge/listing.ts';
import { type Conversation, type Message, ONLINE, type Participant, type Rank } from '../../src/model/conversation.ts';
import type { AnyEvent } from '../../src/model/events.ts';
import { conversationId, messageId, participantId } from '../../src/model/ids.ts';

const id = conversationId('#verona');
const conversation = id;

function person(nick: string, rank: Rank = 'member'): Participant {
  return { id: participantId(nick), nick, rank, presence: ONLINE };
}
const [romeo, tybalt, sampson, abram] = [
  person('romeo'),
  person('tybalt', 'moderator'),
  person('sampson'),
  person('abram'),
];

function room(people: readonly Participant[], topicBy?: string): Conversation {
  const participants = new Map(people.map((one) => [one.id, one]));
  const topic = topicBy === undefined ? {} : { topic: { text: 'peace', by: topicBy } };
  return { id, kind: 'group', name: '#verona', self: romeo.id, participants, ...topic };
}
const verona = room([romeo, tybalt, sampson, abram]);

/** Opened with what a whole list may have at the most. */
function listing(most: number, of = verona): Listing {
  const made = new Listing(most);
  made.open(of, true);
  return made;
}
const names = (one: Listing): string[] | undefined => one.listed && [...one.listed].sort();
/** `+` comes in, `-` goes, `>` changes; other kinds by their names. */
const words = (events: readonly AnyEvent[]): string[] =>
  events.map((event) => {
    if (event.kind === 'joined') return `+${event.who.nick}`;
    if (event.kind === 'left') return `-${event.who.nick}`;
    return event.kind === 'changed' ? `${event.before.nick}>${event.now.nick}` : event.kind;
  });

const message = (from: Participant): Message => ({
  id: messageId('1'),
  from,
  own: false,
  body: { kind: 'text', text: 'hello' },
});
const said = (from: Participant): AnyEvent => ({ kind: 'said', conversation, message: message(from) });
const joined = (who: Participant): AnyEvent => ({ kind: 'joined', conversation, who });
const left = (who: Participant, why: 'left' | 'lost' | 'ejected' | 'banned' = 'left'): AnyEvent => ({
  kind: 'left',
  conversation,
  who,
  why,
});
const changed = (before: Participant, change: Partial<Participant>): AnyEvent => ({
  kind: 'changed',
  conversation,
  before,
  now: { ...before, ...change },
});

test('a room of as many as a whole list has is shown as a whole, whatever happens', () => {
  const whole = listing(4);
  expect(whole.listed).toBeUndefined();
  for (const event of [said(abram), joined(person('peter')), left(abram), changed(sampson, { presence: ONLINE })])
    expect(whole.told(event, verona)).toEqual([event]);
});

test('of one more, the user herself, those with a rank and who has set the topic', () => {
  expect(names(listing(3))).toEqual(['romeo', 'tybalt']);
  expect(names(listing(3, room([romeo, tybalt, sampson, abram], 'abram')))).toEqual(['abram', 'romeo', 'tybalt']);
});

const rows: readonly (readonly [string, AnyEvent, readonly string[]])[] = [
  ['a word of somebody who is not shown', said(sampson), ['+sampson', 'said']],
  ['a word of somebody who is', said(tybalt), ['said']],
  ['a word from outside', said(person('mercutio')), ['said']],
  [
    'a correction',
    { kind: 'edited', conversation, target: messageId('1'), message: message(abram) },
    ['+abram', 'edited'],
  ],
  [
    'a reaction',
    { kind: 'reacted', conversation, target: messageId('1'), by: abram, emoji: ['!'] },
    ['+abram', 'reacted'],
  ],
  ['a retraction', { kind: 'retracted', conversation, target: messageId('1'), by: abram }, ['+abram', 'retracted']],
  ['a retraction by nobody', { kind: 'retracted', conversation, target: messageId('1') }, ['retracted']],
  ['a topic', { kind: 'topicSet', conversation, topic: { text: 'war', by: 'abram' } }, ['+abram', 'topicSet']],
  ['a topic of a server', { kind: 'topicSet', conversation, topic: { text: 'war', by: 'irc.x' } }, ['topicSet']],
  ['typing', { kind: 'typed', conversation, by: abram, state: 'composing' }, []],
  ['having seen', { kind: 'displayed', conversation, by: abram, upTo: messageId('1') }, []],
  ['somebody comes', joined(person('peter')), []],
  ['an operator comes', joined(person('escalus', 'owner')), ['+escalus']],
  ['somebody goes', left(abram), []],
  ['somebody is lost', left(abram, 'lost'), []],
  ['an operator goes', left(tybalt), ['-tybalt']],
  ['a kick', left(abram, 'ejected'), ['+abram', '-abram']],
  ['a ban', left(abram, 'banned'), ['+abram', '-abram']],
  ['another nick', changed(abram, { id: participantId('abe'), nick: 'abe' }), ['+abram', 'abram>abe']],
  ['a rank', changed(abram, { rank: 'voiced' }), ['+abram', 'abram>abram']],
  ['away', changed(abram, { presence: { show: 'away' } }), []],
  ['an operator away', changed(tybalt, { presence: { show: 'away' } }), ['tybalt>tybalt']],
  ['the ways of the room', { kind: 'configured', conversation }, ['configured']],
];

test.each(rows)('what is told of a very large room: %s', (_, event, told) => {
  const part = listing(3);
  expect(words(part.told(event, verona))).toEqual(told);
});

test('who has come in stays, under whichever name, until she goes; and then must come in again', () => {
  const part = listing(3);
  expect(words(part.told(said(abram), verona))).toEqual(['+abram', 'said']);
  expect(words(part.told(said(abram), verona))).toEqual(['said']);
  const abe = { ...abram, id: participantId('abe'), nick: 'abe' };
  expect(words(part.told(changed(abram, abe), verona))).toEqual(['abram>abe']);
  expect(words(part.told(left(abe), verona))).toEqual(['-abe']);
  expect(words(part.told(said(abram), verona))).toEqual(['+abram', 'said']);
});

test('opened again, those who were shown still are; opened anew, they are not', () => {
  const part = listing(3);
  part.told(said(abram), verona);
  part.open(verona, false);
  expect(names(part)).toEqual(['abram', 'romeo', 'tybalt']);
  part.open(room([romeo, tybalt, abram]), false);
  expect(names(part)).toEqual(['abram', 'romeo', 'tybalt']);
  part.open(verona, true);
  expect(names(part)).toEqual(['romeo', 'tybalt']);
});

test('all users who hear of it are told in the same words', () => {
  const event = said(abram);
  expect(listing(3).told(event, verona)[0]).toBe(listing(3).told(event, verona)[0]);
});
