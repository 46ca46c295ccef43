// Section 4 and CPIM-2: telephones and Matrix as addresses, and their URIs.

import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { expect } from 'vitest';
import { isUsernameCaseMapped } from '../support/precis.ts';
import { error, GATEWAY } from './patterns.ts';
import { MATRIX, prompted, SMS } from './prompting.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

const VCARD4 = 'urn:ietf:params:xml:ns:vcard-4.0';
async function areAddressed(
  person: Client,
  written: readonly (readonly [typed: string, local: string])[],
): Promise<void> {
  for (const [typed, local] of written) {
    const jid = await prompted(person, typed);
    expect(jid).toBe(`${local}@${GATEWAY}`);
    expect(isUsernameCaseMapped(local)).toBe(true);
    expect(await prompted(person, jid)).toBe(jid);
  }
}

conformance(
  {
    '4.2.1': 'numbers are as they were typed',
    '4.2.2': 'short numbers are of no country',
    'CPIM-2': 'numbers are as they were typed',
  },
  'telephone numbers in every form and URI are E.164, short ones with the country they are dialled in; others are refused',
  { sms: SMS },
  async ({ romeo }) => {
    await areAddressed(romeo, [
      ['+15551234567', '+15551234567'],
      ['+1 (555) 123-4567', '+15551234567'],
      ['(555) 123.4567', '+15551234567'],
      ['011 1 555 123 4567', '+15551234567'],
      ['tel:+1-555-123-4567', '+15551234567'],
      ['sms:+15551234567?body=hi', '+15551234567'],
      [`im:%2B15551234567@${GATEWAY}`, '+15551234567'],
      [`xmpp:+15551234567@${GATEWAY}`, '+15551234567'],
      ['33733', '33733;phone-context=us'],
      ['tel:33733;phone-context=ca', '33733;phone-context=3dca'],
    ]);
    await isRefused(romeo, ['33733;phone-context=zz', '15551234567', '555-1234', '+1555']);
  },
);

/** Addresses that can't be. */
async function isRefused(person: Client, locals: readonly string[]): Promise<void> {
  for (const local of locals) {
    const jid = `${local}@${GATEWAY}`;
    await person.asks(
      `<message to='${jid}' type='chat' id='m'><body>hello</body></message>`,
      `<message type='error' id='m' from='${jid}'>${error('modify/jid-malformed')}</message>`,
    );
  }
}

conformance(
  { 'MAP-1': 'senders have numbers' },
  'a sender that has a name only is its name in hex, and back',
  { sms: SMS, claims: ['4.2.3'] },
  async ({ romeo }) => {
    const local = `${Buffer.from('AMAZON').toString('hex')};sender`;
    await areAddressed(romeo, [[local, local]]);
    expect(texts(await profile(romeo, `${local}@${GATEWAY}`))).toContain(`sms:${local}`);
  },
);

conformance(
  {
    '4.2.7': ['bytes are letters', 'case is kept'],
    '4.2.8': 'addresses are not escaped',
    '4.2.9': ['bytes are letters', 'case is kept'],
    'CPIM-2': 'addresses are not escaped',
  },
  'people, aliases and rooms of Matrix in every form and URI; upper case and odd characters are coded by bytes',
  { matrix: MATRIX },
  async ({ romeo }) => {
    await areAddressed(romeo, [
      ['@benvolio:example.org', 'benvolio\\3aexample.org'],
      ['@Ben=41:Example.ORG:8448', '=42en=3d41\\3aexample.org\\3a8448'],
      ['@b/ö\\3A:example.org', 'b\\2fö\\3=41\\3aexample.org'],
      ['@!odd:example.org', '@!odd'.replace('@', '\\40') + '\\3aexample.org'],
      ['matrix:u/benvolio:example.org', 'benvolio\\3aexample.org'],
      ['https://matrix.to/#/@benvolio:example.org', 'benvolio\\3aexample.org'],
      ['#verona:example.org', '#verona\\3aexample.org'],
      ['matrix:r/verona:example.org', '#verona\\3aexample.org'],
      ['!OGEhHVWSdvArJzumhm:example.org', '!=4f=47=45h=48=56=57=53dv=41r=4azumhm\\3aexample.org'],
      ['!QzTz-room12', '!=51z=54z-room12'],
      ['matrix:roomid/OGE:example.org?via=example.net', '!=4f=47=45\\3aexample.org'],
      [`xmpp:benvolio\\3aexample.org@${GATEWAY}?message`, 'benvolio\\3aexample.org'],
      [`im:benvolio%3Aexample.org@${GATEWAY}`, 'benvolio\\3aexample.org'],
    ]);
  },
);

for (const [name, network, typed, uri] of [
  ['a telephone', { sms: SMS }, '+1 555 123 4567', 'tel:+15551234567'],
  ['a person of Matrix', { matrix: MATRIX }, '@Benvolio:example.org', 'matrix:u/Benvolio:example.org'],
  ['a person of IRC', {}, 'benvolio%test', 'irc://127.0.0.1'],
] as const)
  conformance(
    { 'CPIM-2': ['profiles have no addresses', 'vcards are out'] },
    `the profile of ${name} says its URI`,
    network,
    async ({ romeo }) => {
      expect(texts(await profile(romeo, await prompted(romeo, typed))).some((text) => text.startsWith(uri))).toBe(true);
    },
  );

function profile(person: Client, jid: string): Promise<XmlNode> {
  return person.asks(
    `<iq to='${jid}' type='get' id='v'><vcard xmlns='${VCARD4}'/></iq>`,
    `<iq type='result' id='v' from='${jid}'><vcard xmlns='${VCARD4}'/></iq>`,
  );
}
const texts = (node: XmlNode): string[] => [textOf(node), ...elementsOf(node).flatMap(texts)];
