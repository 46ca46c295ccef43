// XEP-0425 in rooms: messages of others taken back by moderators, asked for and told in both of its versions.

import { expect } from 'vitest';
import { elementsOf, type XmlNode } from '../support/xml-tree.ts';
import { DISCO_INFO, error, MUC_USER, ROOM, say, status } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

const GARDEN = '#garden@irc.localhost';
const ECHO = { echo: '      people: 3' };
const MODERATE = 'urn:xmpp:message-moderate:1';
const MODERATE_0 = 'urn:xmpp:message-moderate:0';

const now = (id: string, inside = `<retract xmlns='urn:xmpp:message-retract:1'/><reason>peace</reason>`): string =>
  `<iq to='${GARDEN}' type='set' id='mod'><moderate xmlns='${MODERATE}' id='${id}'>${inside}</moderate></iq>`;
const before = (id: string): string =>
  `<iq to='${GARDEN}' type='set' id='mod'><apply-to xmlns='urn:xmpp:fasten:0' id='${id}'><moderate xmlns='${MODERATE_0}'><retract xmlns='urn:xmpp:message-retract:0'/><reason>quiet</reason></moderate></apply-to></iq>`;
const done = `<iq type='result' id='mod' from='${GARDEN}'/>`;
const refused = (kind: `${string}/${string}`): string => `<iq type='error' id='mod'>${error(kind)}</iq>`;
const told = (id: string, by: string, reason: string): string =>
  `<message from='${GARDEN}' type='groupchat' id='*'><retract xmlns='urn:xmpp:message-retract:1' id='${id}'><moderated xmlns='${MODERATE}' by='${GARDEN}/${by}'><occupant-id xmlns='urn:xmpp:occupant-id:0' id='*'/></moderated><reason>${reason}</reason></retract><apply-to xmlns='urn:xmpp:fasten:0' id='${id}'><moderated xmlns='${MODERATE_0}' by='${GARDEN}/${by}'><retract xmlns='urn:xmpp:message-retract:0'/><reason>${reason}</reason></moderated></apply-to><store xmlns='urn:xmpp:hints'/></message>`;

const idOf = (stanza: XmlNode): string =>
  elementsOf(stanza).find(({ name }) => name === 'stanza-id')?.attrs['id'] ?? '';

async function becomesOwner(romeo: Client): Promise<void> {
  romeo.sends(say('!op', 'op', GARDEN));
  await romeo.receives(
    `<presence from='${GARDEN}/romeo'><x xmlns='${MUC_USER}'><item role='moderator'/>${status(110)}</x></presence>`,
  );
}

async function benvolioSays(client: Client, text: string): Promise<string> {
  client.sends(say(`!say ${text}`, 's', GARDEN));
  return idOf(
    await client.receives(`<message from='${GARDEN}/benvolio' type='groupchat'><body>${text}</body></message>`),
  );
}

conformance(
  {
    '14.7': [
      'moderation is out',
      'moderators are nobody',
      'moderation is of one version',
      'silent errors',
      'every error is internal',
      'no confirmations',
    ],
  },
  'a moderator takes back what another has said: by the room, to all, once; who is none, and messages that are not there, are refused',
  ECHO,
  async ({ romeo, client }) => {
    const juliet = client('juliet@localhost/balcony');
    await romeo.joins(GARDEN, 'romeo');
    await juliet.joins(GARDEN, 'juliet');
    const first = await benvolioSays(romeo, 'thou villain');
    await romeo.asks(now(first), refused('auth/forbidden'));
    await becomesOwner(romeo);
    await romeo.asks(
      `<iq to='${GARDEN}' type='get' id='info'><query xmlns='${DISCO_INFO}'/></iq>`,
      `<iq type='result' id='info'><query xmlns='${DISCO_INFO}'><feature var='${MODERATE}'/><feature var='${MODERATE_0}'/></query></iq>`,
    );
    romeo.sends(now(first));
    await romeo.receives(told(first, 'romeo', 'peace'));
    await romeo.receives(done);
    await juliet.receives(told(first, 'romeo', 'peace'));
    await romeo.asks(now(first), refused('cancel/item-not-found'));
    await romeo.asks(now('nothing'), refused('cancel/item-not-found'));
    await romeo.asks(now(first, '<reason>what?</reason>'), refused('modify/bad-request'));
    const second = await benvolioSays(romeo, 'thou knave');
    romeo.sends(before(second));
    await romeo.receives(told(second, 'romeo', 'quiet'));
    await romeo.receives(done);
    await client('romeo@localhost/late').asks(now(second), refused('auth/forbidden'));
    const again = (await romeo.unread()).filter((stanza) => JSON.stringify(stanza).includes(MODERATE));
    expect(again).toEqual([]);
  },
);

conformance(
  { '14.7': ['features nobody can use', 'silent errors', 'every error is internal'] },
  'where the network can not take messages back it is not offered, before joining neither, and refused',
  {},
  async ({ romeo }) => {
    const lacks = async (room: string): Promise<void> => {
      const info = await romeo.asks(
        `<iq to='${room}' type='get' id='info'><query xmlns='${DISCO_INFO}'/></iq>`,
        `<iq type='result' id='info' from='${room}'/>`,
      );
      expect(JSON.stringify(info)).not.toMatch(/message-(moderate|retract)|chatstates|reactions/);
    };
    await lacks(ROOM);
    await romeo.joins(ROOM, 'romeo');
    await lacks(ROOM);
    await lacks('#elsewhere%test@irc.localhost');
    await romeo.asks(now('x').replace(GARDEN, ROOM), refused('cancel/not-allowed'));
  },
);
