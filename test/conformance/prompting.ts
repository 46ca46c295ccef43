// Asking a gateway what the address of something is (jabber:iq:gateway).

import { elementsOf, textOf } from '../support/xml-tree.ts';
import { error, GATEWAY } from './patterns.ts';
import type { Client } from './world.ts';

const NS = 'jabber:iq:gateway';

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
