// Talking with the gateway’s own address.

import { expect } from 'vitest';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { GATEWAY } from './patterns.ts';
import type { Client } from './world.ts';

export const bodyOf = (message: XmlNode): string =>
  elementsOf(message)
    .filter(({ name }) => name === 'body')
    .map(textOf)
    .join('');

/** What she is told next. */
export async function hears(client: Client): Promise<{ readonly text: string; readonly stanza: XmlNode }> {
  const stanza = await client.receives(`<message from='${GATEWAY}' type='chat'><body>*</body></message>`);
  return { text: bodyOf(stanza), stanza };
}

/** What is answered to a text. */
export function says(client: Client, text: string): ReturnType<typeof hears> {
  client.sends(`<message to='${GATEWAY}' type='chat' id='t'><body>${text}</body></message>`);
  return hears(client);
}

export async function talk(
  client: Client,
  ...turns: readonly (readonly [says: string, hears: RegExp])[]
): Promise<void> {
  for (const [text, expected] of turns) expect((await says(client, text)).text).toMatch(expected);
}
