// Section 6.1: whatever people type to name somebody or a room, in every written form and URI of each network, in the prompt and in a talk.

import { expect } from 'vitest';
import { DISCO_INFO, error, GATEWAY, REGISTER } from './patterns.ts';
import { MATRIX, notPrompted, prompted, SMS } from './prompting.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

type Written = readonly (readonly [typed: string, local: string])[];

async function areUnderstood(person: Client, written: Written): Promise<void> {
  for (const [typed, local] of written)
    expect([typed, await prompted(person, typed)]).toEqual([typed, `${local}@${GATEWAY}`]);
}

async function areRefused(
  person: Client,
  typed: readonly string[],
  kind: `${string}/${string}`,
  words: RegExp,
): Promise<void> {
  for (const one of typed)
    expect([one, await notPrompted(person, one, kind)]).toEqual([one, expect.stringMatching(words)]);
}

const BENVOLIO = 'benvolio%test';
const VERONA = '#verona%test';

/** Whoever types them, and however many servers there are. */
const WITH_A_SERVER: Written = [
  ['benvolio%test', BENVOLIO],
  ['  Benvolio%TEST ', BENVOLIO],
  ['benvolio@test', BENVOLIO],
  ['benvolio test', BENVOLIO],
  ['benvolio on test', BENVOLIO],
  ['benvolio!ben@montague.lit%test', BENVOLIO],
  ['irc://test/benvolio,isnick', BENVOLIO],
  ['IRC://TEST/Benvolio,isuser', BENVOLIO],
  ['irc://test/benvolio!ben@montague.lit,isuser', BENVOLIO],
  [`xmpp:benvolio%25test@${GATEWAY}?message`, BENVOLIO],
  [`im:benvolio%25test@${GATEWAY}`, BENVOLIO],
  [`benvolio%test@${GATEWAY}`, BENVOLIO],
  ['#verona%test', VERONA],
  ['#Verona test', VERONA],
  ['#verona@test', VERONA],
  ['irc://test/verona', VERONA],
  ['irc://test/%23verona', VERONA],
  ['irc://test/#verona', VERONA],
  ['ircs://test/verona?key=rose', VERONA],
  ['irc://romeo@test/verona', VERONA],
  [`xmpp:%23verona%25test@${GATEWAY}?join`, VERONA],
  ['&amp;verona%test', '\\26verona%test'],
  ['#50%%test', '#50%%test'],
  ['test', 'test'],
  ['irc://test/', 'test'],
];
const ALONE: Written = [
  ['benvolio', BENVOLIO],
  [' Benvolio ', BENVOLIO],
  ['benvolio!ben@montague.lit', BENVOLIO],
  ['[x]^_`', '[x]^_`%test'],
  ['irc:///benvolio,isnick', BENVOLIO],
  ['#verona', VERONA],
  ['irc:#verona', VERONA],
  ['irc:///verona', VERONA],
];

conformance(
  { 'PRM-3': ['nicks are servers', 'rooms are people'] },
  'IRC with one server: nicks and channels with it or without, masks, URIs, any case and spaces',
  { alone: true },
  async ({ romeo }) => {
    await areUnderstood(romeo, [...WITH_A_SERVER, ...ALONE]);
  },
);

conformance(
  { 'PRM-3': ['nicks are servers', 'errors without words'], 'PRM-4': ['silent errors', 'errors without words'] },
  'IRC with several servers: a name alone is asked back with all its forms, or is on the server of the only account',
  { settings: '' },
  async ({ romeo }) => {
    await areUnderstood(romeo, WITH_A_SERVER);
    const [nicks, channels] = [/Write benvolio%test or benvolio%down/i, /Write #verona%test or #verona%down/];
    await areRefused(
      romeo,
      ['benvolio', ' Benvolio', 'benvolio!b@c', 'irc:///benvolio,isnick'],
      'modify/not-acceptable',
      nicks,
    );
    await areRefused(romeo, ['#verona', 'irc:#verona'], 'modify/not-acceptable', channels);
    const account = `<query xmlns='${REGISTER}'><nick>montague</nick></query>`;
    await romeo.asks(`<iq to='${GATEWAY}' type='set' id='r'>${account}</iq>`, `<iq type='result' id='r'/>`);
    await areUnderstood(romeo, [...ALONE, ['benvolio%down', 'benvolio%down'], ['down', 'down']]);
  },
);

conformance(
  {
    'PRM-3': ['unknown servers are known', 'errors without words'],
    'PRM-4': ['silent errors', 'every error is internal'],
  },
  'IRC: unknown servers and garbage are refused, and it is said what would be right',
  { settings: '' },
  async ({ romeo }) => {
    const unknown = [
      'benvolio%nosuch',
      'benvolio@nosuch',
      'benvolio on nosuch',
      '#verona%nosuch',
      'irc://nosuch/verona',
      'irc.nosuch.net',
    ];
    await areRefused(
      romeo,
      [...unknown, 'romeo@montague.lit'],
      'cancel/item-not-found',
      /no server[^]*Known: test, down/,
    );
    const garbage = [
      '',
      ' ',
      'two words',
      'three odd words',
      '#two words%test',
      '#a,b%test',
      '%',
      '%%%',
      '#',
      'irc:',
      'x'.repeat(600),
    ];
    await areRefused(romeo, garbage, 'modify/not-acceptable', /#channel%test, nick%test/);
  },
);

conformance(
  { 'PRM-3': ['numbers are as they were typed', 'short numbers are of no country', 'errors without words'] },
  'telephones: numbers as one writes them, at home and abroad, and their URIs; what can’t be one is refused',
  { sms: SMS },
  async ({ romeo }) => {
    const typed = [
      '+15551234567',
      '+1 (555) 123-4567',
      ' +1.555.123.4567 ',
      '+1\u00a0555\u00a0123\u20114567',
      '(555) 123-4567',
      '555 123 4567',
      '1-555-123-4567',
      '011 1 555 123 4567',
      '001 555 123 4567',
      'tel:+1-555-123-4567',
      'TEL:+15551234567',
      'tel:555-1234567;phone-context=+1',
      'sms:+15551234567?body=hello',
      'smsto:+15551234567',
      'mms:%2B15551234567',
      `im:%2B15551234567@${GATEWAY}`,
      `xmpp:+15551234567@${GATEWAY}?message`,
    ];
    await areUnderstood(romeo, [
      ...typed.map((one): readonly [string, string] => [one, '+15551234567']),
      ['+44 20 7946 0018', '+442079460018'],
      ['0044 20 7946 0018', '+442079460018'],
      ['33733', '33733;phone-context=us'],
      ['tel:33733;phone-context=us', '33733;phone-context=us'],
    ]);
    const garbage = [
      '',
      'benvolio',
      '1-800-FLOWERS',
      '+1 555',
      '555-1234, 555-9876',
      '+15551234567;ext=5',
      '911',
      '#verona',
    ];
    await areRefused(romeo, garbage, 'modify/not-acceptable', /\w/);
  },
);

conformance(
  { 'PRM-3': ['names are as they were typed', 'rooms are people', 'errors without words'] },
  'Matrix: people, aliases and rooms as it writes them, their URIs and links; what says no server is of the gateway’s own',
  { matrix: MATRIX },
  async ({ romeo }) => {
    const [person, alias, room] = ['benvolio\\3aexample.org', '#verona\\3aexample.org', '!=4f=47\\3aexample.org'];
    await areUnderstood(romeo, [
      ['@benvolio:example.org', person],
      [' @benvolio:Example.ORG ', person],
      ['benvolio:example.org', person],
      ['@benvolio', person],
      ['matrix:u/benvolio:example.org', person],
      ['MATRIX:u/benvolio:example.org?action=chat', person],
      ['https://matrix.to/#/@benvolio:example.org', person],
      ['https://matrix.to/#/%40benvolio%3Aexample.org', person],
      [`benvolio\\3aexample.org@${GATEWAY}`, person],
      ['#verona:example.org', alias],
      ['#verona', alias],
      ['matrix:r/verona:example.org', alias],
      ['https://matrix.to/#/#verona:example.org?via=example.net', alias],
      ['!OG:example.org', room],
      ['matrix:roomid/OG:example.org?via=example.net', room],
      ['https://matrix.to/#/!OG:example.org/$event', room],
    ]);
    const garbage = [
      '',
      'benvolio',
      'two words',
      '@two words:example.org',
      '@benvolio:',
      'matrix:x/benvolio:example.org',
      '+15551234567',
    ];
    await areRefused(romeo, garbage, 'modify/not-acceptable', /write @name:example\.org, #room:example\.org/);
  },
);

const said = (to: string): string => `<message to='${to}' type='chat' id='m'><body>hello</body></message>`;
const subscribed = (to: string): string => `<presence to='${to}' type='subscribe'/>`;

conformance(
  {
    'SUB-3': [
      'silent errors',
      'nobody is unsubscribed',
      'every error is internal',
      'unknown servers are known',
      'no chats',
    ],
    'MAP-5': ['silent errors', 'every error is internal'],
    'GW-14': ['silent errors', 'every error is internal'],
  },
  'subscribing or writing to what can’t be is refused in words and taken back: malformed names, and servers that nobody knows',
  { alone: true },
  async ({ romeo, irc }) => {
    const odd: readonly (readonly [local: string, kind: `${string}/${string}`])[] = [
      ['two\\20words%test', 'modify/jid-malformed'],
      ['#a,b%test', 'modify/jid-malformed'],
      ['benvolio%', 'modify/jid-malformed'],
      ['benvolio%nosuch', 'cancel/item-not-found'],
      ['benvolio%irc.nosuch.net', 'cancel/item-not-found'],
      ['benvolio', 'cancel/item-not-found'],
      ['irc.nosuch.net', 'cancel/item-not-found'],
    ];
    for (const [local, kind] of odd) {
      const jid = `${local}@${GATEWAY}`;
      await romeo.asks(subscribed(jid), `<presence type='error' from='${jid}'>${error(kind)}</presence>`);
      await romeo.receives(`<presence type='unsubscribed' from='${jid}' to='${romeo.bare}'/>`);
      const told = await romeo.receives(
        `<message type='chat' from='${GATEWAY}' to='${romeo.bare}'><body>*</body></message>`,
      );
      expect(JSON.stringify(told)).toMatch(/is not in your contact list: There (can be no such address|is no server)/);
      await romeo.asks(said(jid), `<message type='error' id='m' from='${jid}'>${error(kind)}</message>`);
    }
    expect(
      (await romeo.unread()).filter(({ attrs: { type } }) => type === 'subscribed' || type === 'subscribe'),
    ).toEqual([]);
    expect(irc.lines).toEqual([]);
  },
);

conformance(
  { 'SUB-3': ['silent errors', 'nobody is unsubscribed', 'no chats'] },
  'a room is joined and not subscribed to: it is said so, and the request is taken back',
  { alone: true },
  async ({ romeo }) => {
    const room = `${VERONA}@${GATEWAY}`;
    await romeo.asks(
      subscribed(room),
      `<presence type='error' from='${room}'>${error('cancel/not-allowed')}</presence>`,
    );
    await romeo.receives(`<presence type='unsubscribed' from='${room}' to='${romeo.bare}'/>`);
    const told = await romeo.receives(`<message type='chat' from='${GATEWAY}'><body>*</body></message>`);
    expect(JSON.stringify(told)).toMatch(/is not in your contact list: This is a room: join it/);
  },
);

conformance(
  { '20.1.11': ['silent errors', 'every error is internal'] },
  'what a client asks before it joins or adds tells already that nobody knows the server',
  { alone: true },
  async ({ romeo }) => {
    for (const local of ['#verona%nosuch', 'benvolio%nosuch', 'benvolio']) {
      const jid = `${local}@${GATEWAY}`;
      await romeo.asks(
        `<iq to='${jid}' type='get' id='i'><query xmlns='${DISCO_INFO}'/></iq>`,
        `<iq type='error' id='i' from='${jid}'>${error('cancel/remote-server-not-found')}</iq>`,
      );
    }
  },
);
