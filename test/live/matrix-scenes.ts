// What the plays on Matrix begin with and say often.

import { expect } from 'vitest';
import type { MatrixPerson } from '../support/matrix-person.ts';
import { addressOf, type Linked, MATRIX, type MatrixCast } from '../support/matrix-world.ts';
import { joinRequest, occupant } from '../support/openings.ts';
import type { XmppClient } from '../support/xmpp-client.ts';

export type Play = (what: string, act: (cast: MatrixCast) => Promise<void>) => void;

export const CORRECT = 'urn:xmpp:message-correct:0';
export const RETRACT = 'urn:xmpp:message-retract:1';

export const chat = (from: string, body: string): string =>
  `<message from='${from}' type='chat'><body>${body}</body></message>`;
export const say = (to: string, id: string, body: string): string =>
  `<message to='${to}' type='chat' id='${id}'><body>${body}</body></message>`;
export const roomSay = (to: string, id: string, body: string): string =>
  `<message to='${to}' type='groupchat' id='${id}'><body>${body}</body></message>`;

/** Romeo and the nurse have spoken; the room in which they do. */
export async function talking({ client, matrix }: Linked, nurse: MatrixPerson): Promise<{ jid: string; room: string }> {
  const jid = await addressOf(client, nurse.id);
  client.sends(say(jid, 'first', 'Good morrow'));
  const room = await nurse.isInvited(matrix.id);
  await nurse.join(room);
  await nurse.hears(matrix.id, 'Good morrow');
  await nurse.say(room, 'And you, sir');
  await client.finds(chat(jid, 'And you, sir'));
  return { jid, room };
}

/** Romeo in a public room of the nurse's, all of it read. */
export async function inRoom({ client, matrix }: Linked, nurse: MatrixPerson): Promise<{ room: string; jid: string }> {
  const room = await nurse.createRoom({ name: 'Verona', topic: 'No brawling', open: true });
  const jid = await addressOf(client, room);
  client.sends(joinRequest(jid, matrix.name));
  await client.finds(occupant(jid, nurse.name, 'moderator'));
  await client.finds(occupant(jid, matrix.name, 'participant', "<status code='110'/>"));
  await client.finds(`<message type='groupchat'><subject>No brawling</subject><!body/></message>`);
  await nurse.seesMember(room, matrix.id, 'join');
  return { room, jid };
}

export function isEditOf(content: Readonly<Record<string, unknown>>, target: string): boolean {
  return JSON.stringify(content['m.relates_to'] ?? '').includes(target) && content['m.new_content'] !== undefined;
}

export const stanzaId = (node: { readonly children: readonly unknown[] }): string => {
  const found = /"by":"[^"]+","id":"([^"]+)"|"id":"([^"]+)","by":"/.exec(JSON.stringify(node.children));
  return found?.[1] ?? found?.[2] ?? '';
};

/** Nothing was said to her that the play does not speak of. */
export async function noMessages(client: XmppClient): Promise<void> {
  await client.asks('get', MATRIX, "<ping xmlns='urn:xmpp:ping'/>");
  expect(client.unread.filter((raw) => raw.startsWith('<message') && raw.includes('<body'))).toEqual([]);
}
