// Section 23.1.16 and 23.1.31: who somebody is, since when she is idle, what client she has and how fast it answers, when one asks.

import { expect } from 'vitest';
import type { IrcNetwork } from './irc-network.ts';
import { BENVOLIO, COMMANDS, error, GATEWAY, ROOM } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

const VCARD = `<vCard xmlns='vcard-temp'/>`;
const LAST = `<query xmlns='jabber:iq:last'/>`;
const VERSION = `<query xmlns='jabber:iq:version'/>`;
const PARIS = `paris%test@${GATEWAY}`;
const get = (to: string, payload: string): string => `<iq to='${to}' type='get' id='get'>${payload}</iq>`;
const result = (from: string, payload: string): string => `<iq type='result' id='get' from='${from}'>${payload}</iq>`;

/** Benvolio's client answers the next question of that kind. */
async function answers(irc: IrcNetwork, what: string, text: (asked: string) => string): Promise<void> {
  const line = await irc.receives(new RegExp(`PRIVMSG benvolio :?\u0001${what}`));
  const asked = /\u0001\w+ ?(.*)\u0001/.exec(line)?.[1] ?? '';
  irc.says('benvolio', 'romeo', `\u0001${what} ${text(asked)}\u0001`, 'NOTICE');
}

async function subscribes(romeo: Client): Promise<void> {
  await romeo.asks(`<presence to='${BENVOLIO}' type='subscribe'/>`, `<presence type='subscribed' from='${BENVOLIO}'/>`);
}

conformance(
  { '23.1.16': ['nobody is asked about', 'vcards are out', 'about is out', 'silent errors'] },
  'whois: the real name, the nick and the server are the vCard, being idle is the last activity; who is not there is not found',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    const card = await romeo.asks(
      get(BENVOLIO, VCARD),
      result(
        BENVOLIO,
        `<vCard xmlns='vcard-temp'><FN>benvolio of Verona</FN><NICKNAME>benvolio</NICKNAME><URL>*</URL><DESC>*</DESC></vCard>`,
      ),
    );
    expect(JSON.stringify(card)).toContain('irc.test');
    expect(await irc.receives(/WHOIS/)).toBe('romeo WHOIS benvolio benvolio');
    await subscribes(romeo);
    const idle = await romeo.asks(get(BENVOLIO, LAST), result(BENVOLIO, `<query xmlns='jabber:iq:last' seconds='*'/>`));
    expect(JSON.stringify(idle)).toMatch(/"seconds":"6\d"/);
    const absent = await romeo.asks(
      get(PARIS, VCARD),
      `<iq type='error' id='get' from='${PARIS}'>${error('cancel/item-not-found')}</iq>`,
    );
    expect(JSON.stringify(absent)).toContain('There is nobody of that name.');
  },
);

conformance(
  {
    '23.1.31': [
      'clients are not asked',
      'nobody is asked about',
      'about is out',
      'commands are out',
      'notes are missing',
    ],
  },
  'profile, idle time, version and ping are asked of the network and of the person’s client when one asks, of a person in a room too',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    await subscribes(romeo);
    await romeo.asks(
      get(BENVOLIO, VCARD),
      result(BENVOLIO, `<vCard xmlns='vcard-temp'><FN>benvolio of Verona</FN></vCard>`),
    );
    await romeo.asks(get(BENVOLIO, LAST), result(BENVOLIO, `<query xmlns='jabber:iq:last' seconds='*'/>`));
    for (const jid of [BENVOLIO, `${ROOM}/benvolio`]) {
      romeo.sends(get(jid, VERSION));
      await answers(irc, 'VERSION', () => 'quill \u0002and\u0002 ink');
      await romeo.receives(
        result(jid, `<query xmlns='jabber:iq:version'><name>quill and ink</name><version/></query>`),
      );
    }
    romeo.sends(
      `<iq to='${BENVOLIO}' type='set' id='get'><command xmlns='${COMMANDS}' node='contact-ping' action='execute'/></iq>`,
    );
    await answers(irc, 'PING', (asked) => asked);
    const pinged = await romeo.receives(
      result(BENVOLIO, `<command xmlns='${COMMANDS}' status='completed'><note type='info'>*</note></command>`),
    );
    expect(JSON.stringify(pinged)).toMatch(/: \d+ ms/);
    await irc.flush('romeo');
    expect(irc.lines.filter((line) => line.includes('\u0001'))).toHaveLength(3);
  },
);

conformance(
  { '23.1.31': ['silent errors', 'every error is internal'] },
  'a client that says nothing: the request fails for now, and nobody in a room has the version of somebody who is not in it',
  { speed: 10 },
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    romeo.sends(get(BENVOLIO, VERSION));
    await irc.receives(/PRIVMSG benvolio :?\u0001VERSION/);
    await romeo.receives(`<iq type='error' id='get' from='${BENVOLIO}'>${error('wait/remote-server-timeout')}</iq>`);
    const nobody = `${ROOM}/paris`;
    await romeo.asks(
      get(nobody, VERSION),
      `<iq type='error' id='get' from='${nobody}'>${error('cancel/item-not-found')}</iq>`,
    );
  },
);
