// Pictures of rooms on Matrix, in both directions.

import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { SQUARE } from '../support/matrix-person.ts';
import { MUC_USER } from '../support/openings.ts';
import { until } from '../support/processes.ts';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import type { XmppClient } from '../support/xmpp-client.ts';
import { inRoom, type Play } from './matrix-scenes.ts';

const VCARD = `<vCard xmlns='vcard-temp'/>`;
const changed = (room: string): string =>
  `<message from='${room}' type='groupchat'><x xmlns='${MUC_USER}'><status code='104'/></x></message>`;

function find(node: XmlNode, fits: (node: XmlNode) => boolean): XmlNode | undefined {
  for (const child of elementsOf(node)) {
    const found = fits(child) ? child : find(child, fits);
    if (found !== undefined) return found;
  }
  return undefined;
}
const hashTold = async (client: XmppClient, room: string): Promise<string> => {
  const info = await client.asks('get', room, `<query xmlns='http://jabber.org/protocol/disco#info'/>`);
  const field = find(info, ({ attrs }) => attrs['var'] === 'muc#roominfo_avatarhash');
  return field === undefined ? '' : textOf(find(field, ({ name }) => name === 'value') ?? field);
};
const bytesShown = async (client: XmppClient, room: string): Promise<Buffer> => {
  const card = await client.asks('get', room, VCARD);
  const bytes = find(card, ({ name }) => name === 'BINVAL');
  return Buffer.from(bytes === undefined ? '' : textOf(bytes), 'base64');
};
const sha1 = (bytes: Buffer): string => createHash('sha1').update(bytes).digest('hex');

export function pictures(play: Play): void {
  play('a room’s picture is shown, changes, goes, and is set by whoever may', async (cast) => {
    const romeo = await cast.linked('romeo');
    const nurse = await cast.stranger('nurse');
    const { room, jid } = await inRoom(romeo, nurse);
    const { client, matrix } = romeo;
    expect(await hashTold(client, jid)).toBe('');
    await nurse.setState(room, 'm.room.avatar', { url: await nurse.upload(SQUARE) });
    await client.finds(changed(jid));
    const shown = await bytesShown(client, jid);
    expect(shown.length).toBeGreaterThan(50);
    expect(await hashTold(client, jid)).toBe(sha1(shown));

    const sets = (photo: string): Promise<XmlNode> =>
      client.asks('set', jid, `<vCard xmlns='vcard-temp'>${photo}</vCard>`);
    const mine = `<PHOTO><TYPE>image/png</TYPE><BINVAL>${SQUARE}</BINVAL></PHOTO>`;
    expect((await sets(mine)).attrs['type']).toBe('error');
    await nurse.setPower(room, matrix.id, 100);
    await client.finds(
      `<presence from='${jid}/${matrix.name}'><x xmlns='${MUC_USER}'><item role='moderator'/></x></presence>`,
    );
    expect((await sets('')).attrs['type']).toBe('result');
    await client.finds(changed(jid));
    expect(await hashTold(client, jid)).toBe('');
    expect((await sets(mine)).attrs['type']).toBe('result');
    await client.finds(changed(jid));
    const own = await bytesShown(client, jid);
    expect(await hashTold(client, jid)).toBe(sha1(own));
    await until(
      'the picture on Matrix',
      async () =>
        typeof (await nurse.call('GET', ['_matrix/client/v3', 'rooms', room, 'state', 'm.room.avatar', '']))['url'] ===
        'string',
      { deadlineMs: 5_000, everyMs: 100 },
    );
  });
}
