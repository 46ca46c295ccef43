// What the gateway says in the place of people is read in each reader's language, wherever a message stands.

import { expect, test } from 'vitest';
import { bodyOfWords, type Message, ONLINE } from '../../src/model/conversation.ts';
import type { AnyEvent } from '../../src/model/events.ts';
import { conversationId, messageId, participantId } from '../../src/model/ids.ts';
import { rendered, type Text, words } from '../../src/model/words.ts';
import { hasOwnWords, inLanguage } from '../../src/xmpp/own-words.ts';

const conversation = conversationId('#verona');
const from = { id: participantId('tybalt'), nick: 'tybalt', rank: 'member', presence: ONLINE } as const;
const message = (body: Message['body']): Message => ({ id: messageId('1'), from, own: false, body });
const told = message({ ...bodyOfWords('notice', words`[sticker: ${'a rose'}]`), thread: 't' });
const said = message({ kind: 'text', text: 'peace' });
const german = Object.assign(
  (text: Text): string => rendered(text, new Map([['[sticker: {0}]', '[Aufkleber: {0}]']]), 'de'),
  { language: 'de' },
);
const inGerman = { ...told, body: { kind: 'notice', text: '[Aufkleber: a rose]', thread: 't' } };

const snapshot = {
  id: conversation,
  kind: 'group',
  name: 'verona',
  self: participantId('romeo'),
  participants: new Map(),
} as const;

test.each<[AnyEvent, AnyEvent]>([
  [
    { kind: 'said', conversation, message: told },
    { kind: 'said', conversation, message: inGerman as Message },
  ],
  [
    { kind: 'edited', conversation, target: messageId('0'), message: told },
    { kind: 'edited', conversation, target: messageId('0'), message: inGerman as Message },
  ],
  [
    { kind: 'opened', conversation, snapshot, history: [said, told] },
    { kind: 'opened', conversation, snapshot, history: [said, inGerman as Message] },
  ],
])('$kind', (event, expected) => {
  expect(hasOwnWords(event)).toBe(true);
  expect(inLanguage(event, german)).toEqual(expected);
});

test('what people say is left as it is', () => {
  for (const event of [
    { kind: 'said', conversation, message: said },
    { kind: 'opened', conversation, snapshot, history: [said] },
    { kind: 'opened', conversation, snapshot },
    { kind: 'configured', conversation },
  ] satisfies AnyEvent[]) {
    expect(hasOwnWords(event)).toBe(false);
  }
});
