// Section 6: an account is changed while it is connected: what the network can take over counts at once; else it is connected anew, and is
// back in its rooms without anybody's doing.

import { expect } from 'vitest';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { COMMANDS, GATEWAY, MUC_USER, REGISTER, ROOM, say, status } from './patterns.ts';
import { conformance } from './proves.ts';
import { talk } from './talking.ts';
import type { Client, World } from './world.ts';

const FORMS = 'jabber:x:data';
const MANTUA = `#mantua%test@${GATEWAY}`;
type Fields = Readonly<Record<string, string>>;

const submitted = (fields: Fields): string =>
  `<x xmlns='${FORMS}' type='submit'>${Object.entries(fields)
    .map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`)
    .join('')}</x>`;

async function registers(romeo: Client, fields: Fields): Promise<void> {
  await romeo.asks(
    `<iq to='${GATEWAY}' type='set' id='reg'><query xmlns='${REGISTER}'>${submitted({ server: 'test', ...fields })}</query></iq>`,
    `<iq type='result' id='reg'/>`,
  );
}

/** @returns the form and the note at the end. */
async function sets(romeo: Client, fields: Fields): Promise<readonly [form: XmlNode, note: string]> {
  const command = (attrs: string, inside = ''): string =>
    `<iq to='${GATEWAY}' type='set' id='cmd'><command xmlns='${COMMANDS}' node='settings' ${attrs}>${inside}</command></iq>`;
  const form = await romeo.asks(
    command(''),
    `<iq type='result' id='cmd'><command xmlns='${COMMANDS}' status='executing'/></iq>`,
  );
  const session = `sessionid='${elementsOf(form)[0]?.attrs['sessionid'] ?? ''}'`;
  const done = await romeo.asks(
    command(session, submitted(fields)),
    `<iq type='result' id='cmd'><command xmlns='${COMMANDS}' status='completed'><note type='info'/></command></iq>`,
  );
  return [form, elementsOf(done).flatMap(elementsOf).map(textOf).join('')];
}

async function isInBoth({ romeo, irc }: World): Promise<void> {
  irc.channel('#mantua', { nicks: ['@friar'] });
  await registers(romeo, { nick: 'romeo' });
  await romeo.joins(ROOM, 'romeo');
  await romeo.joins(MANTUA, 'romeo');
  for (const channel of ['#verona', '#mantua']) await irc.receives(new RegExp(`romeo JOIN ${channel}`));
}

/** How often the gateway signed on there. */
const signOns = ({ irc }: World): number => irc.lines.filter((line) => line.includes(' USER ')).length;

const isOut = ({ attrs }: XmlNode): boolean => attrs['type'] === 'unavailable';

conformance(
  { 'CMD-4': ['preferences are out', 'notes are missing'], 'CMD-6': ['preferences are out', 'the talk is out'] },
  'the settings have the nick of the account: by form and by talk it counts at once, and without one that fits they say so',
  {},
  async (world) => {
    const { romeo, irc } = world;
    await isInBoth(world);
    const before = signOns(world);
    const [form, note] = await sets(romeo, { nick: 'monty' });
    expect(JSON.stringify(form)).toMatch(/"var":"nick".*?"romeo"/);
    expect(note).toBe('Saved.');
    await irc.receives(/romeo NICK :?monty/);
    await romeo.receives(`<presence from='${ROOM}/monty' !type><x xmlns='${MUC_USER}'>${status(110)}</x></presence>`);
    const [, nothing] = await sets(romeo, { colour: 'red' });
    expect(nothing).toBe('Nothing was changed.');
    await talk(romeo, ['settings', /^Settings of monty \(test\):\n1\. Nick: monty\n/], ['1', /^Nick:\nNow: monty/]);
    await talk(romeo, ['not one', /“Nick” won’t do[^]*Nick:/], ['capulet', /^Saved\.[^]*1\. Nick: capulet\n/]);
    await irc.receives(/monty NICK :?capulet/);
    await talk(romeo, ['done', /^Done/], ['status', /capulet \(test\)/]);
    expect(signOns(world)).toBe(before);
  },
);

conformance(
  { 'GW-4': 'results are empty' },
  'the real name is changed at once where the server can do that, and the nick anywhere: she leaves no room for it',
  {},
  async (world) => {
    const { romeo, irc } = world;
    irc.caps = ['multi-prefix', 'setname'];
    await isInBoth(world);
    const before = signOns(world);
    const [, note] = await sets(romeo, { realname: 'Romeo Montague' });
    expect(note).toBe('Saved.');
    await irc.receives(/romeo SETNAME :Romeo Montague/);
    expect(signOns(world)).toBe(before);
    await registers(romeo, { nick: 'monty' });
    await irc.receives(/romeo NICK :?monty/);
    for (const room of [ROOM, MANTUA])
      await romeo.receives(
        `<presence from='${room}/romeo' type='unavailable'><x xmlns='${MUC_USER}'><item nick='monty'/>${status(303)}</x></presence>`,
      );
    const others = (await romeo.unread()).filter((stanza) => isOut(stanza));
    expect(others).toEqual([]);
    // Signing in was tried as somebody else for a moment, and nothing more.
    expect(signOns(world)).toBe(before + 1);
  },
);

conformance(
  { 'GW-4': 'results are empty' },
  'a real name that only a new connection has: the form says so before, and she is in all her rooms again without coming',
  {},
  async (world) => {
    const { romeo, irc } = world;
    await isInBoth(world);
    const [form, note] = await sets(romeo, { realname: 'Romeo Montague' });
    expect(JSON.stringify(form)).toMatch(/connected anew for a moment/);
    expect(note).toMatch(/^Saved\. You are connected anew for that/);
    for (const room of [ROOM, MANTUA])
      await romeo.receives(
        `<presence from='${room}/romeo' type='unavailable'><x xmlns='${MUC_USER}'>${status(110, 333)}</x></presence>`,
      );
    await irc.receives(/romeo QUIT(?! :Account checked)/);
    await irc.receives(/USER romeo 0 \* :Romeo Montague/);
    for (const channel of ['#verona', '#mantua']) await irc.receives(new RegExp(`romeo JOIN ${channel}`));
    await romeo.joins(ROOM, 'romeo');
    romeo.sends(say('I am back', 'back'));
    await irc.receives(/PRIVMSG #verona :I am back/);
    expect(irc.lines.filter((line) => line.includes('JOIN #verona'))).toHaveLength(2);
  },
);

conformance(
  { 'GW-4': 'results are empty' },
  'what counts the next time, and what the gateway sees to itself, connects nobody anew',
  {},
  async (world) => {
    const { romeo, irc } = world;
    await isInBoth(world);
    const before = signOns(world);
    const [, note] = await sets(romeo, { onConnect: 'MODE romeo +i', archive: '0', edits: 'refuse', nickserv: '1' });
    expect(note).toBe('Saved.');
    romeo.sends(say('still here', 'still'));
    await irc.receives(/PRIVMSG #verona :still here/);
    expect(signOns(world)).toBe(before);
    expect((await romeo.unread()).filter((stanza) => isOut(stanza))).toEqual([]);
  },
);

conformance(
  { 'GW-4': 'results are empty' },
  'a nick that somebody has is told, and she stays in her rooms as she was called',
  {},
  async (world) => {
    const { romeo, irc } = world;
    await isInBoth(world);
    irc.taken.add('monty');
    await registers(romeo, { nick: 'monty' });
    await irc.receives(/romeo NICK :?monty/);
    await romeo.receives(
      `<message to='${romeo.bare}' type='chat'><body>You can’t be called monty now, and stay romeo. The nick is in use.</body></message>`,
    );
    const shown = await romeo.asks(
      `<iq to='${GATEWAY}' type='get' id='get'><query xmlns='${REGISTER}'/></iq>`,
      `<iq type='result' id='get'><query xmlns='${REGISTER}'><registered/><nick>monty</nick></query></iq>`,
    );
    expect(JSON.stringify(shown)).toMatch(/You are changing monty \(test\)\./);
    romeo.sends(say('still me', 'me'));
    await romeo.receives(`<message from='${ROOM}/romeo' id='me'/>`);
    expect((await romeo.unread()).filter((stanza) => isOut(stanza))).toEqual([]);
  },
);
