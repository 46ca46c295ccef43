// Sections 6 to 8: several accounts as one registration, removals that are not permitted, booleans and addresses in forms, tables.

import { expect } from 'vitest';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { COMMANDS, error, GATEWAY, joinOf, REGISTER } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

const FORMS = 'jabber:x:data';
const STANZAS = 'urn:ietf:params:xml:ns:xmpp-stanzas';
const ESCALUS = 'escalus@localhost/cell';
const ADMIN = 'http://jabber.org/protocol/admin';
const fieldsOf = (fields: Readonly<Record<string, string>>): string =>
  `<x xmlns='${FORMS}' type='submit'>${Object.entries(fields)
    .map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`)
    .join('')}</x>`;
const register = (fields: Readonly<Record<string, string>>, id = 'set'): string =>
  `<iq to='${GATEWAY}' type='set' id='${id}'><query xmlns='${REGISTER}'>${fieldsOf(fields)}</query></iq>`;
const ask = `<iq to='${GATEWAY}' type='get' id='get'><query xmlns='${REGISTER}'/></iq>`;
const remove = `<iq to='${GATEWAY}' type='set' id='remove'><query xmlns='${REGISTER}'><remove/></query></iq>`;
const command = (attrs: string, inside = ''): string =>
  `<iq to='${GATEWAY}' type='set' id='cmd'><command xmlns='${COMMANDS}' ${attrs}>${inside}</command></iq>`;
const answer = (attrs: string, inside = ''): string =>
  `<iq type='result' id='cmd'><command xmlns='${COMMANDS}' ${attrs}>${inside}</command></iq>`;

conformance(
  { 'GW-17': ['accounts are forgotten', 'no presence of the gateway', 'nobody is unsubscribed'] },
  'accounts with several servers are one registration: one gateway in the roster, one presence, one removal',
  { servers: ', other: { host: 127.0.0.1, port: PORT, tls: false, linesPerSecond: 0 }' },
  async ({ romeo, irc }) => {
    for (const [server, nick] of [
      ['test', 'romeo'],
      ['other', 'montague'],
    ] as const)
      await romeo.asks(register({ server, nick }), `<iq type='result' id='set'/>`);
    await romeo.receives(`<presence type='subscribe' from='${GATEWAY}'/>`);
    await romeo.asks(ask, `<iq type='result' id='get'><query xmlns='${REGISTER}'><registered/></query></iq>`);
    romeo.sends(`<presence to='${GATEWAY}' type='subscribed'/>`);
    await romeo.asks(`<presence to='${GATEWAY}' type='subscribe'/>`, `<presence type='subscribed' from='${GATEWAY}'/>`);
    romeo.sends(`<presence to='${GATEWAY}'/>`);
    await romeo.receives(`<presence from='${GATEWAY}' !type><!show/></presence>`);
    for (const [server, nick] of [
      ['test', 'romeo'],
      ['other', 'montague'],
    ] as const) {
      irc.channel(`#of${server}`);
      romeo.sends(joinOf('whoever', `#of${server}%${server}@${GATEWAY}`));
      await irc.receives(new RegExp(`^${nick} JOIN #of${server}`));
    }
    expect((await romeo.unread()).filter(({ attrs }) => attrs['type'] === 'subscribe')).toEqual([]);
    await romeo.asks(remove, `<iq type='result' id='remove'/>`);
    for (const nick of ['romeo', 'montague']) await irc.receives(new RegExp(`^${nick} QUIT(?! :Account checked)`));
    await romeo.receives(`<presence type='unsubscribed' from='${GATEWAY}'/>`);
    await romeo.asks(ask, `<iq type='result' id='get'><query xmlns='${REGISTER}'><!registered/></query></iq>`);
  },
);

async function administers(escalus: Client, node: string, user: string): Promise<void> {
  const first = await escalus.asks(command(`node='${ADMIN}#${node}'`), answer(`status='executing'`));
  const session = elementsOf(first)[0]?.attrs['sessionid'] ?? '';
  const fields = fieldsOf({ accountjids: user });
  await escalus.asks(command(`node='${ADMIN}#${node}' sessionid='${session}'`, fields), answer(`status='completed'`));
}

conformance(
  { '7.6': ['silent errors', 'every error is internal', 'errors without words'] },
  'a user whom the operator has blocked may not remove her account: it is there when she is let in again',
  {},
  async ({ romeo, client }) => {
    const escalus = client(ESCALUS);
    await romeo.asks(register({ server: 'test', nick: 'romeo' }), `<iq type='result' id='set'/>`);
    await administers(escalus, 'disable-user', romeo.bare);
    await romeo.asks(remove, `<iq type='error' id='remove' from='${GATEWAY}'>${error('auth/forbidden')}</iq>`);
    await administers(escalus, 'reenable-user', romeo.bare);
    await romeo.asks(ask, `<iq type='result' id='get'><query xmlns='${REGISTER}'><registered/></query></iq>`);
  },
);

conformance(
  { '18.1': ['administration is out', 'silent errors'] },
  'a user whom the operator has blocked gets a copy of her data and deletes them, by these two commands alone, and stays blocked',
  {},
  async ({ romeo, client }) => {
    const escalus = client(ESCALUS);
    await romeo.asks(register({ server: 'test', nick: 'romeo' }), `<iq type='result' id='set'/>`);
    await administers(escalus, 'disable-user', romeo.bare);
    const refused = `<iq type='error' id='cmd'>${error('auth/forbidden')}</iq>`;
    await romeo.asks(command(`node='settings'`), refused);
    const copy = await romeo.asks(command(`node='export-data'`), answer(`status='completed'`));
    expect(JSON.stringify(copy)).toContain('romeo (test)');
    const asked = await romeo.asks(command(`node='delete-data'`), answer(`status='executing'`));
    const session = elementsOf(asked)[0]?.attrs['sessionid'] ?? '';
    await romeo.asks(
      command(`node='delete-data' sessionid='${session}'`, fieldsOf({ sure: '1' })),
      answer(`status='completed'`),
    );
    await romeo.asks(ask, `<iq type='error' id='get'>${error('auth/forbidden')}</iq>`);
    await administers(escalus, 'reenable-user', romeo.bare);
    await romeo.asks(ask, `<iq type='result' id='get'><query xmlns='${REGISTER}'><!registered/></query></iq>`);
  },
);

conformance(
  { '9.8': ['silent errors', 'every error is internal', 'errors without words'] },
  'who has no account is told that the settings need one',
  {},
  async ({ romeo }) => {
    for (const node of ['settings', 'room-settings'])
      await romeo.asks(
        command(`node='${node}'`),
        `<iq type='error' id='cmd'><error type='auth'><forbidden xmlns='${STANZAS}'/><text xmlns='${STANZAS}'>This needs an account: please register first.</text></error></iq>`,
      );
  },
);

conformance(
  { '8.2': ['results are empty', 'silent errors', 'options have no labels'] },
  'a boolean in all four spellings, and in no other; an option by its value, and no other; options have labels',
  {},
  async ({ romeo }) => {
    const wrong = `<iq type='error' id='set'>${error('modify/not-acceptable')}</iq>`;
    for (const [spelt, shown] of [
      ['1', /^(?:1|true)$/],
      ['false', /^(?:0|false)$/],
      ['true', /^(?:1|true)$/],
      ['0', /^(?:0|false)$/],
    ] as const) {
      await romeo.asks(
        register({ server: 'test', nick: 'romeo', stayConnected: spelt }),
        `<iq type='result' id='set'/>`,
      );
      const form = await romeo.asks(ask, `<iq type='result' id='get'/>`);
      const field = all(form).find(({ attrs }) => attrs['var'] === 'stayConnected');
      const [value] = (field === undefined ? [] : elementsOf(field)).filter(({ name }) => name === 'value');
      expect(value === undefined ? '' : textOf(value)).toMatch(shown);
    }
    await romeo.asks(register({ server: 'test', nick: 'romeo', stayConnected: 'perhaps' }), wrong);
    await romeo.asks(register({ server: 'test', nick: 'romeo', longTexts: 'shorten' }), wrong);
    const options = all(await romeo.asks(ask, `<iq type='result' id='get'/>`)).filter(({ name }) => name === 'option');
    expect(options.length).toBeGreaterThan(3);
    for (const { attrs } of options) expect(attrs['label'] ?? '').toMatch(/./);
  },
);

conformance({ '8.2': 'notes are missing' }, 'an address that is asked for has to be one', {}, async ({ client }) => {
  const escalus = client(ESCALUS);
  const first = await escalus.asks(command(`node='${ADMIN}#disable-user'`), answer(`status='executing'`));
  const session = elementsOf(first)[0]?.attrs['sessionid'] ?? '';
  await escalus.asks(
    command(`node='${ADMIN}#disable-user' sessionid='${session}'`, fieldsOf({ accountjids: 'no such@@thing' })),
    answer(`status='executing'`, `<note type='warn'>*</note>`),
  );
});

conformance(
  { '9.9': ['silent errors', 'every error is internal', 'errors without words'] },
  'while an account is being checked neither another client nor the same can begin anew; then both can',
  { echo: '      guests: false' },
  async ({ romeo, client, clock }) => {
    const phone = client('romeo@localhost/phone');
    const node = `node='${REGISTER}'`;
    const first = await romeo.asks(command(node), answer(`status='executing'`));
    const session = `${node} sessionid='${elementsOf(first)[0]?.attrs['sessionid'] ?? ''}'`;
    const submitted = command(session, fieldsOf({ username: 'romeo', password: 'slow' }));
    romeo.sends(submitted);
    const refused = `<iq type='error' id='cmd'>${error('cancel/not-allowed')}</iq>`;
    await phone.asks(command(node), refused);
    await romeo.asks(submitted, refused);
    clock.speed = 50;
    await romeo.receives(answer(`status='completed'`));
    await romeo.receives(`<message type='chat' from='${GATEWAY}'><body>*</body></message>`);
    await phone.asks(command(node), answer(`status='executing'`));
  },
);

conformance(
  { '8.5': ['tables have no columns', 'columns come last'] },
  'a table says its columns before its rows, and each row has these alone',
  { echo: '      people: 3' },
  async ({ romeo }) => {
    await romeo.asks(register({ username: 'romeo', password: 'secret' }), `<iq type='result' id='set'/>`);
    romeo.sends(`<presence to='${GATEWAY}'/>`);
    const found = await romeo.asks(
      `<iq to='${GATEWAY}' type='set' id='s'><query xmlns='jabber:iq:search'>${fieldsOf({ term: 'ben' })}</query></iq>`,
      `<iq type='result' id='s'/>`,
    );
    const table = all(found).find(({ name, ns }) => name === 'x' && ns === FORMS);
    const parts = table === undefined ? [] : elementsOf(table).filter(({ name }) => name !== 'field');
    expect(parts.map(({ name }) => name)).toEqual(['reported', 'item']);
    const [columns, row] = parts.map((part) => elementsOf(part).map(({ attrs }) => attrs['var']));
    expect(row).toEqual(columns);
  },
);

/** The stanza and all within. */
const all = (node: XmlNode): XmlNode[] => [node, ...elementsOf(node).flatMap(all)];

conformance(
  { 'REG-3': 'results are empty', 'REG-4': 'results are empty' },
  'with several accounts the form says which it shows and that another server adds one; what is left as shown changes no other',
  { servers: ', other: { host: 127.0.0.1, port: PORT, tls: false, linesPerSecond: 0 }' },
  async ({ romeo }) => {
    const shown = async (): Promise<string> =>
      JSON.stringify(await romeo.asks(ask, `<iq type='result' id='get'><query xmlns='${REGISTER}'/></iq>`));
    const first = { server: 'test', nick: 'romeo', realname: 'Romeo Montague', stayConnected: '0', archive: '1' };
    expect(await shown()).not.toContain('add an account there');
    await romeo.asks(register(first), `<iq type='result' id='set'/>`);
    expect(await shown()).toContain('You are changing romeo (test). With another server you add an account there');
    const second = { server: 'other', nick: 'monty', realname: 'Monty', stayConnected: '1', archive: '0' };
    await romeo.asks(register(second), `<iq type='result' id='set'/>`);
    const before = await keptOf(romeo);
    expect(before).toMatch(/Romeo Montague[^]*monty \(other\)[^]*"nick": "monty"/);
    // The form as it is shown, with the other server and one answer typed into it.
    await romeo.asks(
      register({ ...first, server: 'other', onConnect: 'MODE monty +i' }),
      `<iq type='result' id='set'/>`,
    );
    const after = await keptOf(romeo);
    expect(after).toContain('MODE monty +i');
    for (const own of ['"nick": "monty"', '"realname": "Monty"', '"stayConnected": true', '"archive": false'])
      expect([before, after].map((text) => text.includes(own))).toEqual([true, true]);
  },
);

/** What is kept of her accounts, in JSON. */
async function keptOf(romeo: Client): Promise<string> {
  const copy = await romeo.asks(command(`node='export-data'`), answer(`status='completed'`));
  const lines = JSON.stringify(copy).replaceAll('\\"', '"');
  return lines.slice(lines.indexOf('"accounts"'), lines.indexOf('"contacts"'));
}

const WRONG = [
  [{ username: 'Rom eo', password: 'x' }, 'Such a name is not possible here. (Field: Name)'],
  [{ username: 'romeo', password: 'wrong' }, 'The name or the password is wrong. (Field: Password)'],
  [{ username: 'romeo', password: '' }, '“Password” is needed.'],
] as const;

conformance(
  { '7.1': ['errors without words', 'silent errors'], '7.2': 'errors without words' },
  'an answer that would not do is told with the label of its field, once',
  { echo: '      guests: false' },
  async ({ romeo }) => {
    for (const [fields, text] of WRONG)
      await romeo.asks(
        register(fields),
        `<iq type='error' id='set'><error type='modify' code='406'><not-acceptable xmlns='${STANZAS}'/><text xmlns='${STANZAS}'>${text}</text></error></iq>`,
      );
  },
);

conformance(
  { 'REG-4': ['silent errors', 'every error is internal'] },
  'a form that is shown, or a result, is none that was filled in',
  {},
  async ({ romeo }) => {
    for (const type of ['form', 'result'])
      await romeo.asks(
        register({ server: 'test', nick: 'montague' }).replace("type='submit'", `type='${type}'`),
        `<iq type='error' id='set'><error type='modify' code='400'><bad-request xmlns='${STANZAS}'/></error></iq>`,
      );
    await romeo.asks(ask, `<iq type='result' id='get'><query xmlns='${REGISTER}'><!registered/></query></iq>`);
  },
);
