// People on the echo network as the conformance tests of contacts know them: how they sign up, appear, and make things happen there.

import { GATEWAY, REGISTER } from './patterns.ts';
import type { Client } from './world.ts';

export const NICK = 'http://jabber.org/protocol/nick';
export const STATUS = (text: string): string => `<status>${text}</status>`;
export const at = (name: string): string => `${name}@${GATEWAY}`;
export const presence = (to: string, type: string, inside = ''): string =>
  `<presence to='${to}' type='${type}'>${inside}</presence>`;
export const appears = (inside = ''): string => `<presence to='${GATEWAY}'>${inside}</presence>`;
/** A line that makes something happen on the network. */
export const script = (line: string): string =>
  `<message to='${at('benvolio')}' type='chat' id='s'><body>!${line}</body></message>`;

/** An account, and the gateway in the roster both ways; the client is there. */
export async function signsUp(person: Client, password = 'secret'): Promise<void> {
  const name = person.bare.split('@', 1)[0] ?? '';
  const fields = `<username>${name}</username><password>${password}</password>`;
  const set = `<iq to='${GATEWAY}' type='set' id='reg'><query xmlns='${REGISTER}'>${fields}</query></iq>`;
  await person.asks(set, `<iq type='result' id='reg'/>`);
  await person.receives(`<presence type='subscribe' from='${GATEWAY}'/>`);
  person.sends(presence(GATEWAY, 'subscribed'));
  await person.asks(presence(GATEWAY, 'subscribe'), `<presence type='subscribed' from='${GATEWAY}'/>`);
}

/** Signs up, is online, and has been asked by the one contact that everybody has on this network. */
export async function isOnline(person: Client): Promise<void> {
  await signsUp(person);
  person.sends(appears());
  await person.receives(`<presence from='${GATEWAY}' !type><!show/><status>*</status></presence>`);
  await person.receives(`<presence type='subscribe' from='${at('benvolio')}'/>`);
}

/** Benvolio is in the roster, both ways. */
export async function hasBenvolio(person: Client): Promise<void> {
  person.sends(presence(at('benvolio'), 'subscribed'));
  await person.asks(presence(at('benvolio'), 'subscribe'), `<presence type='subscribed' from='${at('benvolio')}'/>`);
  await person.receives(`<presence from='${at('benvolio')}' to='${person.bare}' !type/>`);
}

/** A network with accounts, and without guests. */
export const contact = { echo: '      guests: false' } as const;
