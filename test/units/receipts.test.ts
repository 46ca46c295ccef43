// Receipts of messages that were sent in parts: nothing is said to be delivered before all of it is.

import { expect, test } from 'vitest';
import { ONLINE } from '../../src/model/conversation.ts';
import { conversationId, type MessageId, messageId, participantId, userId } from '../../src/model/ids.ts';
import { BridgeStage } from '../support/bridge-stage.ts';
import { xmppSideOf } from '../support/xmpp-stage.ts';

const ROMEO = userId('romeo@example.org');
const NURSE = conversationId('nurse');

/** The receipts that are written when these parts are delivered, one after the other. */
function receiptsOf(messages: Readonly<Record<string, readonly string[]>>, delivered: readonly string[]) {
  const written: string[] = [];
  const named = Object.entries(messages);
  const side = xmppSideOf(new BridgeStage(), {
    domain: 'sms.example.org',
    write: (xml) => void written.push(/<received [^>]*id='(\w+)'/.exec(xml)?.[1] ?? xml),
    doors: {
      messageIds: {
        remember: () => undefined,
        network: (_user, _conversation, id) => messages[id]?.map(messageId),
        xmpp: (_user, _conversation, id: MessageId) => named.find(([, ids]) => ids.includes(id))?.[0],
      },
    },
  });
  for (const part of delivered) {
    const by = { id: participantId('nurse'), nick: 'nurse', rank: 'none', presence: ONLINE } as const;
    const event = { kind: 'delivered', conversation: NURSE, upTo: messageId(part), by } as const;
    side.presenter.present({ user: ROMEO, event, conversation: undefined, to: [] });
  }
  return written;
}

test('a message in one piece', () => {
  expect(receiptsOf({ m1: ['a'] }, ['a'])).toEqual(['m1']);
});

test('one in parts, when the last of them is there, in whichever order', () => {
  const messages = { m1: ['a', 'b', 'c'], m2: ['d'], m3: ['e', 'f'] };
  expect(receiptsOf(messages, ['c', 'e', 'a', 'a', 'd'])).toEqual(['m2']);
  expect(receiptsOf(messages, ['c', 'e', 'a', 'd', 'b', 'f'])).toEqual(['m2', 'm1', 'm3']);
});

test('what nobody here has sent', () => {
  expect(receiptsOf({}, ['z'])).toEqual([]);
});
