// What is answered while the XMPP server is away: the class of a stanza says whether it is written later.

import { expect, test } from 'vitest';
import { openMemory } from '../../src/store/memory.ts';
import { Addresses } from '../../src/xmpp/address.ts';
import { features } from '../../src/xmpp/features/index.ts';
import { type Element, el } from '../../src/xmpp/xml.ts';
import { XmppSide } from '../../src/xmpp/xmpp-side.ts';
import { NOBODY_TO_ADMINISTER } from '../support/administration.ts';
import { BridgeStage } from '../support/bridge-stage.ts';

const DOMAIN = 'irc.example.org';

function answersTo(stanza: Element): readonly string[] {
  const stage = new BridgeStage();
  const written: string[] = [];
  const side = new XmppSide({
    domain: DOMAIN,
    network: stage.network,
    version: '0',
    languages: { catalogues: new Map(), byDefault: 'en' },
    addresses: new Addresses(DOMAIN, openMemory().table('addresses'), stage.log),
    subscriptions: { of: () => new Map(), users: () => [], set: () => undefined, removeAll: () => undefined },
    forms: { get: () => undefined, put: () => Promise.resolve(), delete: () => Promise.resolve() },
    allow: ['*'],
    admins: [],
    features: Object.values(features),
    link: {
      congested: false,
      request: () => Promise.reject(new Error('nobody is asked anything')),
      write: (xml, to, kind) =>
        written.push(`${kind} > ${to}: ${/^<\w+/.exec(xml)?.[0]} ${/type='\w+'/.exec(xml)?.[0]}`),
    },
    clock: stage.clock,
    log: stage.log,
  });
  const { bridge } = stage;
  const administration = NOBODY_TO_ADMINISTER;
  side.attach({ bridge, desk: bridge.desk, administration, messageIds: bridge.ids });
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
