// Section 8: pictures in forms (XEP-0221), where signing in has something to scan and where somebody is looked at.

import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { at, hasBenvolio, isOnline } from './echo-people.ts';
import { COMMANDS, error, GATEWAY, REGISTER } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

const FORMS = 'jabber:x:data';
const BITS = 'urn:xmpp:bob';
const MEDIA = `<media xmlns='urn:xmpp:media-element'><uri type='image/png'>*</uri></media>`;
const picture = (type: string): string =>
  `<x xmlns='${FORMS}' type='${type}'><field var='picture' type='fixed' label='*'>${MEDIA}</field></x>`;
const command = (to: string, attrs: string, inside = ''): string =>
  `<iq to='${to}' type='set' id='cmd'><command xmlns='${COMMANDS}' ${attrs}>${inside}</command></iq>`;
const bitsOf = (to: string, cid: string): string =>
  `<iq to='${to}' type='get' id='bits'><data xmlns='${BITS}' cid='${cid}'/></iq>`;
const unknown = `<iq type='error' id='bits'>${error('cancel/item-not-found')}</iq>`;

function cidIn(stanza: XmlNode): string {
  const all = (node: XmlNode): readonly XmlNode[] => [node, ...elementsOf(node).flatMap(all)];
  const uri = all(stanza).find(({ name }) => name === 'uri');
  return uri === undefined ? '' : textOf(uri).slice('cid:'.length);
}

/** Her client asks for what it was named, at the address that named it. @returns the bytes. */
async function fetches(client: Client, to: string, cid: string): Promise<Buffer> {
  const answer = await client.asks(
    bitsOf(to, cid),
    `<iq type='result' id='bits' from='${to}'><data xmlns='${BITS}' cid='${cid}' type='image/png' max-age='86400'>*</data></iq>`,
  );
  const bytes = Buffer.from(elementsOf(answer).map(textOf).join(''), 'base64');
  expect(`sha1+${createHash('sha1').update(bytes).digest('hex')}@bob.xmpp.org`).toBe(cid);
  return bytes;
}

conformance(
  { '8.6': ['pictures are left out', 'bits are out'] },
  'what is to be done elsewhere stands in the form as a picture to scan, beside the words; nobody else gets it',
  { echo: '      guests: false' },
  async ({ romeo, client }) => {
    const first = await romeo.asks(command(GATEWAY, `node='${REGISTER}'`), `<iq type='result' id='cmd'/>`);
    const session = elementsOf(first)[0]?.attrs['sessionid'] ?? '';
    const typed = ['username', 'password'].map((name) => `<field var='${name}'><value>elsewhere</value></field>`);
    const asked = await romeo.asks(
      command(
        GATEWAY,
        `node='${REGISTER}' sessionid='${session}'`,
        `<x xmlns='${FORMS}' type='submit'>${typed.join('')}</x>`,
      ),
      `<iq type='result' id='cmd'><command xmlns='${COMMANDS}' status='executing'>${picture('form').replace(
        '<field',
        `<instructions>Open echo:sign-in/1234 to go on. When that is done, go on here.</instructions><field`,
      )}</command></iq>`,
    );
    const cid = cidIn(asked);
    const bytes = await fetches(romeo, GATEWAY, cid);
    expect(bytes.subarray(1, 4).toString('latin1')).toBe('PNG');
    expect(JSON.stringify(asked)).toMatch(/"(width|height)":"132"/);
    await client('juliet@localhost/balcony').asks(bitsOf(GATEWAY, cid), unknown);
    await romeo.asks(bitsOf(GATEWAY, cid.replace('sha1+', 'sha1+0')), unknown);
  },
);

conformance(
  { '8.6': ['pictures are left out', 'bits are out'] },
  'whoever is looked at is shown with her picture',
  { echo: '      guests: false' },
  async ({ romeo }) => {
    await isOnline(romeo);
    await hasBenvolio(romeo);
    const benvolio = at('benvolio');
    const shown = await romeo.asks(
      command(benvolio, `node='contact-profile'`),
      `<iq type='result' id='cmd'><command xmlns='${COMMANDS}' status='completed'>${picture('result')}</command></iq>`,
    );
    await fetches(romeo, benvolio, cidIn(shown));
  },
);
