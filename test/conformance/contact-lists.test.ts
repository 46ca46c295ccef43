// Section 11: the network's list of contacts on its way into rosters, by privilege, by exchange, or one by one.

import { expect } from 'vitest';
import { elementsOf, type XmlNode } from '../support/xml-tree.ts';
import { appears, at, contact, isOnline, NICK, presence, script, signsUp } from './echo-people.ts';
import { error, GATEWAY } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client, World } from './world.ts';

/** The server's own word, as Prosody nests it. */
function grants(world: World, from: string, version: 1 | 2, permissions = "<perm access='roster' type='both'/>"): void {
  world
    .client(from)
    .sends(
      `<message to='${GATEWAY}'><privilege xmlns='urn:xmpp:privilege:${version}'>${permissions}</privilege></message>`,
    );
}

/** Answers what the gateway asks of the server for the user. @returns the request's item. */
async function roster(world: World, type: 'get' | 'set', answer = ''): Promise<XmlNode | undefined> {
  const server = world.client('romeo@localhost');
  const asked = await server.receives(
    `<iq type='${type}' from='${GATEWAY}' to='romeo@localhost'><query xmlns='jabber:iq:roster'/></iq>`,
  );
  server.sends(`<iq to='${GATEWAY}' type='result' id='${asked.attrs['id']}'>${answer}</iq>`);
  return elementsOf(asked).flatMap(elementsOf)[0];
}

for (const version of [1, 2] as const)
  conformance(
    { '11.3': ['privileges are out', 'lists are out'], 'GW-15': ['privileges are out', 'contacts keep no names'] },
    `with the right to write rosters (version ${version}) contacts come with names and groups; what the user calls them stays`,
    { ...contact },
    async (world) => {
      const { romeo } = world;
      grants(world, 'mallory@localhost', version);
      grants(world, 'localhost', version);
      await signsUp(romeo);
      romeo.sends(appears());
      const own = `<query xmlns='jabber:iq:roster'><item jid='${at('benvolio')}' name='Ben' subscription='none'><group>Friends</group></item></query>`;
      await roster(world, 'get', own);
      const first = await roster(world, 'set');
      expect(first?.attrs).toMatchObject({ jid: at('benvolio'), name: 'Ben', subscription: 'both' });
      expect(JSON.stringify(first)).toContain('Friends');
      await romeo.receives(`<presence from='${at('benvolio')}' to='${romeo.bare}' !type/>`);
      const named = `<query xmlns='jabber:iq:roster'><item jid='${at('benvolio')}' name='Ben' subscription='both'><group>Friends</group></item></query>`;
      romeo.sends(script('contact mercutio Merc Kinsmen'));
      romeo.sends(script('list'));
      await roster(world, 'get', named);
      const second = await roster(world, 'set');
      expect(second?.attrs).toMatchObject({ jid: at('mercutio'), name: 'Merc', subscription: 'both' });
      expect(JSON.stringify(second)).toContain('Kinsmen');
      // The name follows the network where the user has left it as it was.
      romeo.sends(script('contact mercutio Mercutio Kinsmen'));
      romeo.sends(script('contact benvolio Benvolio'));
      romeo.sends(script('list'));
      await roster(
        world,
        'get',
        named.replace(
          '</query>',
          `<item jid='${at('mercutio')}' name='Merc' subscription='both'><group>Kinsmen</group></item></query>`,
        ),
      );
      expect((await roster(world, 'set'))?.attrs).toMatchObject({ jid: at('mercutio'), name: 'Mercutio' });
      expect((await romeo.unread()).filter(({ attrs }) => attrs['type'] === 'subscribe')).toEqual([]);
      expect((await world.client('romeo@localhost').unread()).filter(({ name }) => name === 'iq')).toEqual([]);
      await romeo.asks(
        `<iq to='${GATEWAY}' type='set' id='x'><query xmlns='jabber:iq:register'><remove/></query></iq>`,
        `<iq type='result' id='x'/>`,
      );
      await roster(world, 'get', named);
      expect((await roster(world, 'set'))?.attrs).toMatchObject({ jid: at('benvolio'), subscription: 'remove' });
    },
  );

conformance(
  { '11.3': 'nobody is asked' },
  'privileges that the server grants and then refuses are not relied on, nor is anybody else’s word',
  { ...contact },
  async (world) => {
    const { romeo } = world;
    grants(world, 'mallory@localhost', 2);
    await isOnline(romeo);
    grants(world, 'localhost', 2);
    romeo.sends(script('contact mercutio Merc'));
    romeo.sends(script('list'));
    await roster(world, 'get', `<query xmlns='jabber:iq:roster'/>`);
    const server = world.client('romeo@localhost');
    const set = await server.receives(`<iq type='set'><query xmlns='jabber:iq:roster'/></iq>`);
    const refusal = `<error type='cancel'><internal-server-error xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>`;
    server.sends(`<iq to='${GATEWAY}' type='error' id='${set.attrs['id']}'>${refusal}</iq>`);
    await romeo.receives(
      `<presence type='subscribe' from='${at('mercutio')}'><nick xmlns='${NICK}'>Merc</nick></presence>`,
    );
  },
);

const X = 'http://jabber.org/protocol/rosterx';

/** Appears with a client that takes lists. @returns what answers the next offer of that kind, and has its items. */
async function takesLists(
  romeo: Client,
): Promise<(action: string, answer?: 'result' | 'error') => Promise<readonly XmlNode[]>> {
  romeo.sends(appears(`<c xmlns='http://jabber.org/protocol/caps' hash='sha-1' node='urn:client' ver='1'/>`));
  const info = await romeo.receives(
    `<iq type='get'><query xmlns='http://jabber.org/protocol/disco#info' node='urn:client#1'/></iq>`,
  );
  romeo.sends(
    `<iq to='${GATEWAY}' type='result' id='${info.attrs['id']}'><query xmlns='http://jabber.org/protocol/disco#info' node='urn:client#1'><feature var='${X}'/></query></iq>`,
  );
  return async (action, answer = 'result') => {
    const asked = await romeo.receives(
      `<iq type='set' from='${GATEWAY}' to='${romeo.jid}'><x xmlns='${X}'><item action='${action}'/></x></iq>`,
    );
    const why = answer === 'error' ? error('cancel/not-allowed') : '';
    romeo.sends(`<iq to='${GATEWAY}' type='${answer}' id='${asked.attrs['id']}'>${why}</iq>`);
    const items = elementsOf(asked).flatMap(elementsOf);
    expect(items.filter(({ attrs }) => attrs['action'] !== action)).toEqual([]);
    return items;
  };
}

conformance(
  { '11.1': ['lists are out', 'everybody is in the same group'], 'GW-15': 'lists are out' },
  'a client that takes lists gets them, a hundred at a time, once; additions, changes and removals apart',
  { ...contact, claims: ['11.2'] },
  async ({ romeo }) => {
    await signsUp(romeo);
    const offered = await takesLists(romeo);
    expect(await offered('add')).toHaveLength(1);
    for (let nth = 0; nth < 150; nth++) romeo.sends(script(`contact capulet${nth} Capulet${nth} Kinsmen`));
    for (let again = 0; again < 2; again++) romeo.sends(script('list'));
    const [some, rest] = [await offered('add'), await offered('add')];
    expect([some.length, rest.length]).toEqual([100, 50]);
    expect(new Set([...some, ...rest].map(({ attrs }) => attrs['jid'])).size).toBe(150);
    expect(JSON.stringify(some)).toContain('Kinsmen');
    await romeo.asks(presence(at('capulet7'), 'subscribe'), `<presence type='subscribed' from='${at('capulet7')}'/>`);
    romeo.sends(script('contact capulet7 Tybalt Kinsmen'));
    romeo.sends(script('list'));
    expect((await offered('modify')).map(({ attrs }) => attrs['name'])).toEqual(['Tybalt']);
    romeo.sends(script('uncontact capulet7'));
    romeo.sends(script('list'));
    expect(await offered('delete')).toHaveLength(1);
    expect((await romeo.unread()).filter(({ name, attrs }) => name === 'iq' && attrs['type'] === 'set')).toEqual([]);
  },
);

conformance(
  { '11.1': ['lists are out', 'changes of lists are kept back', 'contacts keep no names'] },
  'what a client has taken follows the network without any subscription, also after a restart; what it declined does not',
  { ...contact },
  async (world) => {
    const { romeo } = world;
    await signsUp(romeo);
    const offered = await takesLists(romeo);
    expect(await offered('add')).toHaveLength(1);
    const lists = async (...lines: readonly string[]): Promise<void> => {
      for (const line of [...lines, 'list']) romeo.sends(script(line));
      await world.barrier();
    };
    await lists('contact mercutio Merc Kinsmen');
    expect(await offered('add')).toHaveLength(1);
    await lists('contact paris Paris');
    expect(await offered('add', 'error')).toHaveLength(1);
    await lists('contact mercutio Mercutio Kinsmen', 'contact paris County');
    const changed = await offered('modify');
    expect(changed.map(({ attrs }) => [attrs['jid'], attrs['name']])).toEqual([[at('mercutio'), 'Mercutio']]);
    await world.stop();
    await world.start();
    await takesLists(romeo);
    await lists('uncontact mercutio', 'uncontact paris');
    expect((await offered('delete')).map(({ attrs }) => attrs['jid'])).toEqual([at('mercutio')]);
    expect((await romeo.unread()).filter(({ name, attrs }) => name === 'iq' && attrs['type'] === 'set')).toEqual([]);
  },
);

conformance(
  { '11.4': ['silent errors', 'every error is internal'] },
  'namespaces that the server delegates by mistake are refused',
  { ...contact },
  async (world) => {
    await world
      .client('localhost')
      .asks(
        `<iq to='${GATEWAY}' type='set' id='d'><delegation xmlns='urn:xmpp:delegation:2'/></iq>`,
        `<iq type='error' id='d' from='${GATEWAY}'>${error('cancel/service-unavailable')}</iq>`,
      );
  },
);
