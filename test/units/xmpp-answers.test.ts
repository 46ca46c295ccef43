// What is answered while the XMPP server is away: the class of a stanza says whether it is written later.

import { expect, test, vi } from 'vitest';
import { BridgeError } from '../../src/model/errors.ts';
import { conversationId, resourceId, userId } from '../../src/model/ids.ts';
import { type Element, el } from '../../src/xmpp/xml.ts';
import { BridgeStage } from '../support/bridge-stage.ts';
import { xmppSideOf } from '../support/xmpp-stage.ts';

const DOMAIN = 'irc.example.org';

function answersTo(stanza: Element): readonly string[] {
  const written: string[] = [];
  const side = xmppSideOf(new BridgeStage(), {
    domain: DOMAIN,
    write: (xml, to, kind) =>
      void written.push(`${kind} > ${to}: ${/^<\w+/.exec(xml)?.[0]} ${/type='\w+'/.exec(xml)?.[0]}`),
  });
  side.onStanza(stanza);
  return written;
}

const from = 'romeo@example.org/home';

test('that a message failed is told also after an absence of the server', () => {
  const message = { from, to: `#verona@${DOMAIN}`, type: 'groupchat', id: 'm1' };
  expect(answersTo(el('message', message, el('body', {}, 'hello')))).toEqual([`room > ${from}: <message type='error'`]);
});

test('what a request was answered is of no use later', () => {
  const iq = { from, to: DOMAIN, type: 'get', id: 'q1' };
  expect(answersTo(el('iq', iq, el('unknown', { xmlns: 'x' })))).toEqual([`state > ${from}: <iq type='error'`]);
});

test('an answer comes behind what waits for the same client, and not behind what waits for others', () => {
  let isBusy = true;
  const stage = new BridgeStage();
  const written: string[] = [];
  const write = (xml: string, to: string): void => void written.push(`${to}: ${/ id='(\w+)'/.exec(xml)?.[1]}`);
  const side = xmppSideOf(stage, { domain: DOMAIN, write, isBusy: () => isBusy });
  const origin = { resource: resourceId(from), addressed: `#verona@${DOMAIN}` };
  const command = { kind: 'say', conversation: conversationId('#verona'), body: { kind: 'text', text: 'hi' } } as const;
  const refused = ['m1', 'm2', 'm3', 'm4', 'm5', 'm6'];
  for (const id of refused)
    side.presenter.refuse(userId('romeo@example.org'), command, { ...origin, id }, new BridgeError('forbidden', 'No.'));
  const ask = (who: string, id: string): void =>
    side.onStanza(el('iq', { from: who, to: DOMAIN, type: 'get', id }, el('ping', { xmlns: 'urn:xmpp:ping' })));
  ask(from, 'q1');
  ask('juliet@example.org/home', 'q2');
  expect(written.splice(0)).toEqual([
    ...refused.slice(0, 4).map((id) => `${from}: ${id}`),
    'juliet@example.org/home: q2',
  ]);
  isBusy = false;
  side.onReady();
  ask(from, 'q3');
  return vi.waitFor(() => expect(written).toEqual(['m5', 'm6', 'q1', 'q3'].map((id) => `${from}: ${id}`)));
});
