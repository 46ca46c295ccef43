// Asking a gateway what the address of something is (jabber:iq:gateway).

import { elementsOf, textOf } from '../support/xml-tree.ts';
import { error, GATEWAY } from './patterns.ts';
import type { Client } from './world.ts';

const NS = 'jabber:iq:gateway';

/** Settings of gateways that are asked for addresses alone: nobody is there to be reached. */
export const SMS = `      accountSid: AC${'0'.repeat(32)}
      authToken: secret
      numbers: ['+15550001111']
      country: US
      apiUrl: http://127.0.0.1:1`;
export const MATRIX = `      homeserver: http://127.0.0.1:1
      serverName: example.org`;

/** @param typed with its entities. @returns the address. */
export async function prompted(person: Client, typed: string): Promise<string> {
  const answer = await person.asks(
    `<iq to='${GATEWAY}' type='set' id='prompt'><query xmlns='${NS}'><prompt>${typed}</prompt></query></iq>`,
    `<iq type='result' id='prompt'><query xmlns='${NS}'><jid>*</jid></query></iq>`,
  );
  return elementsOf(answer).flatMap(elementsOf).map(textOf)[0] ?? '';
}

/** It is refused. @returns with which words. */
export async function notPrompted(person: Client, typed: string, kind: `${string}/${string}`): Promise<string> {
  const answer = await person.asks(
    `<iq to='${GATEWAY}' type='set' id='prompt'><query xmlns='${NS}'><prompt>${typed}</prompt></query></iq>`,
    `<iq type='error' id='prompt'>${error(kind)}</iq>`,
  );
  return elementsOf(answer).flatMap(elementsOf).map(textOf).join('');
}
