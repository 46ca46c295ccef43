// What is answered while the XMPP server is away: the class of a stanza says whether it is written later.

import { expect, test } from 'vitest';
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
