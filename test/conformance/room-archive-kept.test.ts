// The archive that the gateway keeps itself: as long as the operator and the person want it, and hers to have and to delete.

import { expect } from 'vitest';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { COMMANDS, DISCO_INFO, error, GATEWAY, REGISTER, ROOM, say } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

const MAM = 'urn:xmpp:mam:2';
const FORMS = 'jabber:x:data';
const GARDEN = '#garden@irc.localhost';

const asksAll = (room: string): string => `<iq to='${room}' type='set' id='mam'><query xmlns='${MAM}'/></iq>`;
const fin = (first: string): string =>
  `<iq type='result' id='mam'><fin xmlns='${MAM}' complete='true'><set xmlns='http://jabber.org/protocol/rsm'>${first}</set></fin></iq>`;
const archived = (inside: string): string =>
  `<message from='*'><result xmlns='${MAM}' id='*'><forwarded xmlns='urn:xmpp:forward:0'><message xmlns='' type='groupchat'>${inside}</message></forwarded></result></message>`;
const refused = (kind: `${string}/${string}`): string => `<iq type='error' id='mam'>${error(kind)}</iq>`;

const command = (node: string, attrs = '', inside = ''): string =>
  `<iq to='${GATEWAY}' type='set' id='cmd'><command xmlns='${COMMANDS}' node='${node}' ${attrs}>${inside}</command></iq>`;
const completed = `<iq type='result' id='cmd'><command xmlns='${COMMANDS}' status='completed'/></iq>`;

/** Runs a command with one form to its end. */
async function runs(client: Client, node: string, field: string, value: string): Promise<void> {
  const first = await client.asks(command(node), `<iq type='result' id='cmd'><command xmlns='${COMMANDS}'/></iq>`);
  const session = elementsOf(first)[0]?.attrs['sessionid'] ?? '';
  const form = `<x xmlns='${FORMS}' type='submit'><field var='${field}'><value>${value}</value></field></x>`;
  await client.asks(command(node, `sessionid='${session}' action='complete'`, form), completed);
}

async function featuresOf(client: Client, room: string): Promise<readonly string[]> {
  const info = await client.asks(
    `<iq to='${room}' type='get' id='info'><query xmlns='${DISCO_INFO}'/></iq>`,
    `<iq type='result' id='info'/>`,
  );
  return elementsOf(info)
    .flatMap(elementsOf)
    .flatMap(({ attrs: { var: name } }) => name ?? []);
}

const dataIn = (copy: XmlNode): string =>
  elementsOf(copy)
    .flatMap(elementsOf)
    .flatMap(elementsOf)
    .filter(({ attrs }) => attrs['var'] === 'data')
    .flatMap(elementsOf)
    .map(textOf)
    .join('\n');

conformance(
  { '19.9.2': ['own data are out', 'archives are empty'] },
  'a person gets a copy of what is kept of rooms for her, and has it deleted; without an account too, and nobody else loses anything',
  {},
  async ({ romeo, irc, client }) => {
    const juliet = client('juliet@localhost/balcony');
    for (const [who, nick] of [
      [romeo, 'romeo'],
      [juliet, 'juliet'],
    ] as const)
      await who.joins(ROOM, nick);
    irc.says('benvolio', '#verona', 'for both');
    await romeo.receives(`<message type='groupchat'><body>for both</body></message>`);
    await juliet.receives(`<message type='groupchat'><body>for both</body></message>`);
    romeo.sends(`<presence to='${ROOM}/romeo' type='unavailable'/>`);
    await romeo.receives(`<presence type='unavailable' from='${ROOM}/romeo'/>`);
    const copy = JSON.parse(dataIn(await romeo.asks(command('export-data'), completed))) as object;
    expect(copy).toMatchObject({
      rooms: [],
      archive: [{ room: ROOM, messages: [{ from: 'benvolio', text: 'for both' }] }],
    });
    await runs(romeo, 'delete-data', 'sure', '1');
    await romeo.asks(asksAll(ROOM), refused('auth/forbidden'));
    await romeo.asks(command('export-data'), `<iq type='error' id='cmd'/>`);
    juliet.sends(asksAll(ROOM));
    await juliet.receives(archived('<body>for both</body>'));
    await juliet.receives(fin('<count>1</count>'));
  },
);

conformance(
  { '19.9.2': ['settings are out', 'archives are empty', 'silent errors'], 'MUC-3': 'settings are out' },
  'who does not want what is said to be kept has no archive, in disco neither, and loses what there was; with another mind it begins anew',
  { echo: '      abilities: plain\n      people: 0' },
  async ({ romeo }) => {
    const account = `<query xmlns='${REGISTER}'><username>romeo</username><password>very secret</password></query>`;
    await romeo.asks(`<iq to='${GATEWAY}' type='set' id='reg'>${account}</iq>`, `<iq type='result' id='reg'/>`);
    await romeo.joins(GARDEN, 'romeo');
    const says = async (text: string): Promise<void> => {
      romeo.sends(say(text, text, GARDEN));
      await romeo.receives(`<message type='groupchat' id='${text}'/>`);
    };
    await says('first');
    expect(await featuresOf(romeo, GARDEN)).toEqual(expect.arrayContaining([MAM, `${MAM}#extended`]));
    romeo.sends(asksAll(GARDEN));
    await romeo.receives(archived('<body>first</body>'));
    await romeo.receives(`<iq type='result' id='mam'/>`);
    await runs(romeo, 'settings', 'archive', '0');
    expect(await featuresOf(romeo, GARDEN)).not.toEqual(expect.arrayContaining([MAM]));
    await romeo.asks(asksAll(GARDEN), refused('cancel/service-unavailable'));
    await says('second');
    await runs(romeo, 'settings', 'archive', '1');
    await says('third');
    romeo.sends(asksAll(GARDEN));
    await romeo.receives(archived('<body>third</body>'));
    await romeo.receives(fin('<count>1</count>'));
    const left = (await romeo.unread()).filter(({ name }) => name === 'message');
    expect(JSON.stringify(left)).not.toContain(MAM);
  },
);

conformance(
  { '19.9.2': ['silent errors', 'every error is internal'] },
  'where the operator keeps nothing there is no archive, and what was kept before is gone',
  { gateway: '    archive: { days: 0 }' },
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    irc.says('benvolio', '#verona', 'to the wind');
    await romeo.receives(`<message type='groupchat'><body>to the wind</body></message>`);
    expect(await featuresOf(romeo, ROOM)).not.toEqual(expect.arrayContaining([MAM]));
    await romeo.asks(asksAll(ROOM), refused('cancel/service-unavailable'));
  },
);

conformance(
  { '19.3.2': ['archives are empty', 'history has no times'] },
  'what a client does not want to be stored is said and not kept; who comes back without an archive gets the last lines as history',
  { claims: ['13.3'] },
  async ({ romeo }) => {
    await romeo.joins(ROOM, 'romeo');
    romeo.sends(
      `<message to='${ROOM}' type='groupchat' id='off'><body>off the record</body><no-store xmlns='urn:xmpp:hints'/></message>`,
    );
    await romeo.receives(`<message id='off' type='groupchat'/>`);
    romeo.sends(say('on the record', 'on'));
    await romeo.receives(`<message id='on' type='groupchat'/>`);
    romeo.sends(asksAll(ROOM));
    await romeo.receives(archived('<body>on the record</body>'));
    await romeo.receives(fin('<count>1</count>'));
    romeo.sends(`<presence to='${ROOM}/romeo' type='unavailable'/>`);
    await romeo.receives(`<presence type='unavailable' from='${ROOM}/romeo'/>`);
    const again = await romeo.joins(ROOM, 'romeo');
    const history = again.filter(({ name, attrs }) => name === 'message' && attrs['id'] === 'on');
    expect(history).toHaveLength(1);
    expect(JSON.stringify(history)).toContain('urn:xmpp:delay');
    expect(again.filter(({ attrs }) => attrs['id'] === 'off')).toEqual([]);
  },
);
