// Sections 9 and 11: what one may do about a contact, by commands at its own address and by name; the list of contacts once more.

import { expect } from 'vitest';
import { elementsOf } from '../support/xml-tree.ts';
import { at, contact, hasBenvolio, isOnline, presence, script } from './echo-people.ts';
import { COMMANDS, DISCO_INFO, DISCO_ITEMS, error, GATEWAY } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

const BENVOLIO = at('benvolio');
const command = (to: string, node: string, inside = ''): string =>
  `<iq to='${to}' type='set' id='cmd'><command xmlns='${COMMANDS}' node='${node}'>${inside}</command></iq>`;
const done = (from: string, inside = ''): string =>
  `<iq type='result' id='cmd' from='${from}'><command xmlns='${COMMANDS}' status='completed'><note type='info'>*</note>${inside}</command></iq>`;

async function nodesAt(person: Client, to: string): Promise<readonly (string | undefined)[]> {
  const listed = await person.asks(
    `<iq to='${to}' type='get' id='list'><query xmlns='${DISCO_ITEMS}' node='${COMMANDS}'/></iq>`,
    `<iq type='result' id='list' from='${to}'/>`,
  );
  return elementsOf(listed)
    .flatMap(elementsOf)
    .map(({ attrs }) => attrs['node']);
}

/** Benvolio says that, and it gets through or not. */
async function says(romeo: Client, words: string): Promise<number> {
  romeo.sends(script(`say ${words}`));
  romeo.sends(script('tell done'));
  await romeo.receives(`<message><body>done</body></message>`);
  const heard = await romeo.unread();
  return heard.filter((stanza) => JSON.stringify(stanza).includes(words)).length;
}

conformance(
  { 'CMD-7': ['commands are out', 'contact commands are out'], 'CMD-1': 'contact commands are out' },
  'a contact has commands of its own, and none of the gateway’s: who it is, blocking, removing',
  contact,
  async ({ romeo }) => {
    await isOnline(romeo);
    await hasBenvolio(romeo);
    await romeo.asks(
      `<iq to='${BENVOLIO}' type='get' id='i'><query xmlns='${DISCO_INFO}'/></iq>`,
      `<iq type='result' id='i'><query xmlns='${DISCO_INFO}'><feature var='${COMMANDS}'/></query></iq>`,
    );
    expect(await nodesAt(romeo, BENVOLIO)).toEqual([
      'contact-profile',
      'contact-remove',
      'contact-block',
      'contact-unblock',
      'contact-ping',
    ]);
    await romeo.asks(
      command(BENVOLIO, 'unregister'),
      `<iq type='error' id='cmd'>${error('cancel/item-not-found')}</iq>`,
    );
    await romeo.asks(
      command(BENVOLIO, 'contact-profile'),
      done(
        BENVOLIO,
        `<x xmlns='jabber:x:data' type='result'><field var='fn'><value>Benvolio Montague</value></field></x>`,
      ),
    );
    await romeo.asks(command(BENVOLIO, 'contact-block'), done(BENVOLIO));
    expect(await says(romeo, 'can you hear me')).toBe(0);
    await romeo.asks(command(BENVOLIO, 'contact-unblock'), done(BENVOLIO));
    expect(await says(romeo, 'and now')).toBe(1);
    await romeo.asks(command(BENVOLIO, 'contact-remove'), done(BENVOLIO));
    for (const type of ['unsubscribe', 'unsubscribed', 'unavailable'])
      await romeo.receives(`<presence type='${type}' from='${BENVOLIO}' to='${romeo.bare}'/>`);
    await romeo.asks(
      command(BENVOLIO, 'contact-remove'),
      `<iq type='result' id='cmd'><command xmlns='${COMMANDS}' status='completed'><note type='error'>*</note></command></iq>`,
    );
  },
);

conformance(
  { 'CMD-6': ['contact commands are out', 'the talk is out'] },
  'the same by name: in a form at the gateway, and in a talk with it',
  contact,
  async ({ romeo }) => {
    await isOnline(romeo);
    const asked = await romeo.asks(
      command(GATEWAY, 'contact-profile'),
      `<iq type='result' id='cmd'><command xmlns='${COMMANDS}' status='executing'><x xmlns='jabber:x:data'><field var='address'><required/></field></x></command></iq>`,
    );
    const session = elementsOf(asked)[0]?.attrs['sessionid'] ?? '';
    const form = `<x xmlns='jabber:x:data' type='submit'><field var='address'><value>echo:person/benvolio</value></field></x>`;
    await romeo.asks(
      command(GATEWAY, `contact-profile' sessionid='${session}`, form),
      done(GATEWAY, `<x xmlns='jabber:x:data'><field var='jid'><value>${BENVOLIO}</value></field></x>`),
    );
    romeo.sends(`<message to='${GATEWAY}' type='chat' id='t'><body>who benvolio</body></message>`);
    for (;;) {
      const told = JSON.stringify(
        await romeo.receives(`<message from='${GATEWAY}' type='chat'><body>*</body></message>`),
      );
      if (told.includes('Benvolio Montague')) break;
    }
  },
);

conformance(
  { 'GW-15': ['contact commands are out', 'nobody is asked'] },
  'what she has refused is not offered again, unless she fetches her contacts once more',
  contact,
  async ({ romeo }) => {
    await isOnline(romeo);
    romeo.sends(presence(BENVOLIO, 'unsubscribed'));
    romeo.sends(script('list'));
    const offers = async (): Promise<number> =>
      (await romeo.unread()).filter(({ attrs: { type, from } }) => type === 'subscribe' && from === BENVOLIO).length;
    expect(await offers()).toBe(0);
    await romeo.asks(command(GATEWAY, 'fetch-contacts'), done(GATEWAY));
    await romeo.receives(`<presence type='subscribe' from='${BENVOLIO}' to='${romeo.bare}'/>`);
    expect(await offers()).toBe(0);
    romeo.sends(script('uncontact benvolio'));
    const told = JSON.stringify(await romeo.asks(command(GATEWAY, 'fetch-contacts'), done(GATEWAY)));
    expect(told).toContain('There are no contacts on the list of the network.');
  },
);
