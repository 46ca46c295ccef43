// Sections 6 and 9: adding and removing contacts by commands, in forms and in a talk with the gateway.

import { expect } from 'vitest';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { at, contact, hasBenvolio, isOnline, presence, STATUS } from './echo-people.ts';
import { BENVOLIO, COMMANDS, GATEWAY } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

const FORMS = 'jabber:x:data';
const ALL = (node: XmlNode): readonly XmlNode[] => [node, ...elementsOf(node).flatMap(ALL)];

/** One stage of a command: what is said in it, and what can be chosen. */
interface Stage {
  readonly session: string;
  readonly status: string;
  readonly text: string;
  readonly options: readonly string[];
}

async function stage(person: Client, node: string, session = '', typed?: string): Promise<Stage> {
  const field = node === 'search' ? 'term' : 'address';
  const form = `<x xmlns='${FORMS}' type='submit'><field var='${field}'><value>${typed}</value></field></x>`;
  const of = session === '' ? '' : ` sessionid='${session}'`;
  const answer = await person.asks(
    `<iq to='${GATEWAY}' type='set' id='c'><command xmlns='${COMMANDS}' node='${node}'${of}>${typed === undefined ? '' : form}</command></iq>`,
    `<iq type='result' id='c'><command xmlns='${COMMANDS}' node='${node}'/></iq>`,
  );
  const [command] = elementsOf(answer);
  const nodes = ALL(answer);
  return {
    session: command?.attrs['sessionid'] ?? '',
    status: command?.attrs['status'] ?? '',
    text: nodes
      .map((one) => `${one.attrs['label'] ?? ''} ${elementsOf(one).length === 0 ? textOf(one) : ''}`)
      .join('\n'),
    options: nodes.filter(({ name }) => name === 'option').map((option) => textOf(elementsOf(option)[0] ?? option)),
  };
}

/** What the gateway answers to a text. */
async function says(person: Client, text: string): Promise<string> {
  person.sends(`<message to='${GATEWAY}' type='chat' id='t'><body>${text}</body></message>`);
  const answer = await person.receives(`<message from='${GATEWAY}' type='chat'><body>*</body></message>`);
  return elementsOf(answer)
    .filter(({ name }) => name === 'body')
    .map(textOf)
    .join('');
}

conformance(
  {
    'GW-11': ['nobody is asked', 'notes are missing'],
    'CMD-4': ['notes are missing', 'commands are out'],
  },
  'adding by a form: it says what will happen, what is wrong with an address, and what has happened',
  { alone: true },
  async ({ romeo }) => {
    const { session, text } = await stage(romeo, 'add');
    expect(text).toMatch(/Whom do you want in your contact list\? They do not hear of it, and need not agree\./);
    expect(text).toMatch(/Person, such as nick/);
    const wrong: readonly (readonly [string, RegExp])[] = [
      ['#verona', /That is a room, not a person\. A person is written so: nick/],
      ['test', /That is a server, not a person/],
      ['two words', /“two words” is not an IRC address; write #channel%test, nick%test/],
      ['benvolio%nosuch', /There is no server “nosuch” on this gateway\. Known: test\./],
      ['', /Nothing was given/],
    ];
    for (const [typed, why] of wrong) {
      const again = await stage(romeo, 'add', session, typed);
      expect([typed, again.status, again.text]).toEqual([typed, 'executing', expect.stringMatching(why)]);
    }
    const done = await stage(romeo, 'add', session, 'Benvolio');
    expect([done.status, done.text]).toEqual(['completed', expect.stringMatching(/say yes\. If it does not ask, add/)]);
    expect(done.text).toContain(BENVOLIO);
    await romeo.receives(`<presence type='subscribe' from='${BENVOLIO}' to='${romeo.bare}'/>`);
    romeo.sends(presence(BENVOLIO, 'subscribed'));
    await romeo.asks(presence(BENVOLIO, 'subscribe'), `<presence type='subscribed' from='${BENVOLIO}'/>`);
    const twice = await stage(romeo, 'add', (await stage(romeo, 'add')).session, 'benvolio%test');
    expect(twice.text).toMatch(/is in your contact list already/);
    expect((await romeo.unread()).filter(({ attrs: { type } }) => type === 'subscribe')).toEqual([]);
  },
);

conformance(
  { 'GW-11': ['the talk is out', 'nobody is asked'], '6.2.1': 'the talk is out' },
  'the same in a talk: every written form behind the word, what is wrong with it, whom else it might be',
  { settings: '' },
  async ({ romeo }) => {
    expect(await says(romeo, 'add benvolio')).toMatch(
      /Write benvolio%test or benvolio%down\.[^]*Person, such as nick%test/,
    );
    expect(await says(romeo, 'benvolio%nosuch')).toMatch(/no server “nosuch”/);
    expect(await says(romeo, 'benvolio on test')).toMatch(/say yes[^]*Address: benvolio%test@/);
    await romeo.receives(`<presence type='subscribe' from='${BENVOLIO}'/>`);
    expect(await says(romeo, 'add #verona%test')).toMatch(/That is a room, not a person/);
    expect(await says(romeo, 'cancel')).toMatch(/Cancelled/);
    expect(await says(romeo, 'join irc://test/verona')).toMatch(/Address: #verona%test@/);
    expect(await says(romeo, 'join benvolio%test')).toMatch(
      /That is a person, not a room[^]*Room, such as #channel%test/,
    );
  },
);

conformance(
  { 'GW-11': ['nobody is asked', 'nobody is unsubscribed'], 'CMD-4': 'notes are missing' },
  'where people have to agree: nobody is added who is not there, and it is said who is asked and who is waited for',
  contact,
  async ({ romeo, client }) => {
    await isOnline(romeo);
    const juliet = client('juliet@localhost/balcony');
    await isOnline(juliet);
    const { session, text } = await stage(romeo, 'add');
    expect(text).toMatch(/they are asked too, and look offline until they agree/);
    expect(await stage(romeo, 'add', session, 'nobody')).toMatchObject({
      status: 'executing',
      text: expect.stringMatching(/called nobody/),
    });
    const done = await stage(romeo, 'add', session, 'juliet');
    expect([done.status, done.text]).toEqual(['completed', expect.stringMatching(/Then juliet@.* is asked to agree/)]);
    await romeo.receives(`<presence type='subscribe' from='${at('juliet')}'/>`);
    romeo.sends(presence(at('juliet'), 'subscribed'));
    romeo.sends(presence(at('juliet'), 'subscribe', STATUS('Wherefore?')));
    await juliet.receives(`<presence type='subscribe' from='${at('romeo')}'/>`);
    const waiting = await stage(romeo, 'add', (await stage(romeo, 'add')).session, 'juliet');
    expect(waiting.text).toMatch(/has been asked already, and has not answered yet/);
    juliet.sends(presence(at('romeo'), 'unsubscribed'));
    await romeo.receives(`<presence type='unsubscribed' from='${at('juliet')}'/>`);
  },
);

conformance(
  {
    'GW-13': ['nobody is unsubscribed', 'contact commands are out', 'notes are missing'],
    'CMD-6': ['contact commands are out', 'the talk is out'],
  },
  'removing: one chooses from one’s contacts, or types any of them, in a form and in a talk',
  contact,
  async ({ romeo }) => {
    await isOnline(romeo);
    expect(await stage(romeo, 'contact-remove')).toMatchObject({
      status: 'completed',
      text: expect.stringMatching(/You have no contacts here/),
    });
    await hasBenvolio(romeo);
    const asked = await stage(romeo, 'contact-remove');
    expect(asked.options).toEqual([at('benvolio')]);
    expect(asked.text).toMatch(/Whom do you want to remove[^]*You can still write to them/);
    const other = await stage(romeo, 'contact-remove', asked.session, 'nurse');
    expect([other.status, other.text]).toEqual([
      'executing',
      expect.stringMatching(/nurse@.* is none of your contacts/),
    ]);
    const done = await stage(romeo, 'contact-remove', asked.session, at('benvolio'));
    expect([done.status, done.text]).toEqual(['completed', expect.stringMatching(/benvolio@.* is removed/)]);
    await isParted(romeo);
    await hasBenvolio(romeo);
    await romeo.receives(`<message from='${GATEWAY}' type='chat'><body>*</body></message>`);
    expect(await says(romeo, 'remove')).toMatch(/Whom do you want to remove[^]*1\. .*benvolio@/);
    expect(await says(romeo, '1')).toMatch(/benvolio@.* is removed/);
    await isParted(romeo);
    await hasBenvolio(romeo);
    expect(await says(romeo, 'remove echo:person/benvolio')).toMatch(/benvolio@.* is removed/);
    await isParted(romeo);
  },
);

conformance(
  { '12.9': ['search is out', 'the talk is out'], 'CMD-6': ['search is out', 'the talk is out'] },
  'finding people by a part of the name or by an address, in a form and in a talk, and adding them from there',
  contact,
  async ({ romeo }) => {
    await isOnline(romeo);
    const { session, text } = await stage(romeo, 'search');
    expect(text).toMatch(/Whom are you looking for on .*\? Type a part of the name, or the address, such as benvolio/);
    expect((await stage(romeo, 'search', session, 'xyzzy')).text).toMatch(/Nobody was found/);
    expect((await stage(romeo, 'search', session, '')).text).toMatch(/Please type a part of the name/);
    const found = await stage(romeo, 'search', session, 'BENV');
    expect(found.text).toMatch(/Benvolio Montague[^]*1 person was found\. “add” and the address/);
    expect(found.text).toContain(at('benvolio'));
    await romeo.receives(`<message from='${GATEWAY}' type='chat'><body>*</body></message>`);
    expect(await says(romeo, 'find benv')).toMatch(/1 person[^]*Benvolio Montague: benvolio@/);
    expect(await says(romeo, 'find echo:person/benvolio')).toMatch(/1 person[^]*Benvolio Montague/);
    expect(await says(romeo, 'find echo:person/nobody')).toMatch(/Nobody was found/);
  },
);

async function isParted(romeo: Client): Promise<void> {
  for (const type of ['unsubscribe', 'unsubscribed', 'unavailable'])
    await romeo.receives(`<presence type='${type}' from='${at('benvolio')}' to='${romeo.bare}'/>`);
}
