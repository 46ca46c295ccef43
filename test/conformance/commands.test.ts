// Section 9: ad-hoc commands.

import { expect } from 'vitest';
import { elementsOf, type XmlNode } from '../support/xml-tree.ts';
import { COMMANDS, DISCO_INFO, DISCO_ITEMS, error, GATEWAY, REGISTER } from './patterns.ts';
import { conformance } from './proves.ts';

const FORMS = 'jabber:x:data';
const command = (attrs: string, inside = '', id = 'cmd'): string =>
  `<iq to='${GATEWAY}' type='set' id='${id}'><command xmlns='${COMMANDS}' ${attrs}>${inside}</command></iq>`;
const answer = (attrs: string, inside = ''): string =>
  `<iq type='result' from='${GATEWAY}'><command xmlns='${COMMANDS}' ${attrs}>${inside}</command></iq>`;
const form = (fields: Readonly<Record<string, string>>): string =>
  `<x xmlns='${FORMS}' type='submit'>${Object.entries(fields)
    .map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`)
    .join('')}</x>`;
const sessionOf = (iq: XmlNode): string => elementsOf(iq)[0]?.attrs['sessionid'] ?? '';
const listed = `<iq to='${GATEWAY}' type='get' id='list'><query xmlns='${DISCO_ITEMS}' node='${COMMANDS}'/></iq>`;
const register = `node='${REGISTER}'`;

conformance(
  ['CMD-1', '25.1.7'],
  'the list has what one may run now: registering first, more with an account; each is described',
  { sabotage: ['commands are out', 'registration is out', 'results are empty', 'identities are missing'] },
  async ({ romeo }) => {
    const items = (inside: string): string =>
      `<iq type='result' id='list'><query xmlns='${DISCO_ITEMS}' node='${COMMANDS}'>${inside}</query></iq>`;
    await romeo.asks(listed, items(`<item jid='${GATEWAY}' node='${REGISTER}' name='*'/><!item node='unregister'/>`));
    await romeo.asks(
      `<iq to='${GATEWAY}' type='get' id='i'><query xmlns='${DISCO_INFO}' node='${REGISTER}'/></iq>`,
      `<iq type='result' id='i'><query xmlns='${DISCO_INFO}' node='${REGISTER}'><identity category='automation' type='command-node'/><feature var='${COMMANDS}'/><feature var='${FORMS}'/></query></iq>`,
    );
    await romeo.asks(
      `<iq to='${GATEWAY}' type='get' id='j'><query xmlns='${DISCO_INFO}' node='${COMMANDS}'/></iq>`,
      `<iq type='result' id='j'><query xmlns='${DISCO_INFO}'><identity category='automation' type='command-list'/></query></iq>`,
    );
    const first = await romeo.asks(command(register), answer(`status='executing'`));
    await romeo.asks(
      command(
        `${register} sessionid='${sessionOf(first)}' action='complete'`,
        form({ server: 'test', nick: 'montague' }),
      ),
      answer(`status='completed'`, `<note type='info'>*</note>`),
    );
    await romeo.asks(listed, items(`<item node='${REGISTER}'/><item node='unregister'/>`));
  },
);

conformance(
  ['CMD-2', 'CMD-4', '8.1', 'GW-2'],
  'registering by command: a form with its default action; a wrong field shows it again with what was typed; then done',
  { sabotage: ['commands are out', 'results are empty', 'forms without a type', 'fields without a type'] },
  async ({ romeo }) => {
    const first = await romeo.asks(
      command(`${register} action='execute'`),
      answer(
        `${register} status='executing' sessionid='*'`,
        `<actions execute='complete'><complete/></actions><x xmlns='${FORMS}' type='form'><field var='FORM_TYPE' type='hidden'/><field var='nick' type='text-single'/></x>`,
      ),
    );
    const session = `${register} sessionid='${sessionOf(first)}'`;
    await romeo.asks(
      command(session, form({ server: 'test', nick: 'not a nick' })),
      answer(
        `${session} status='executing'`,
        `<note type='warn'>*</note><x xmlns='${FORMS}' type='form'><field var='nick'><value>not a nick</value></field></x>`,
      ),
    );
    await romeo.asks(
      command(`${session} action='complete'`, form({ server: 'test', nick: 'montague' })),
      answer(`${session} status='completed'`, `<note type='info'>*</note>`),
    );
    await romeo.receives(`<presence type='subscribe' from='${GATEWAY}'/>`);
  },
);

conformance(
  ['CMD-4'],
  'what fails without a wrong field ends the command with an error note',
  { sabotage: ['commands are out', 'results are empty'] },
  async ({ romeo }) => {
    const first = await romeo.asks(command(register), answer(`status='executing'`));
    await romeo.asks(
      command(`${register} sessionid='${sessionOf(first)}'`, form({ server: 'down', nick: 'montague' })),
      answer(`status='completed'`, `<note type='error'>*</note>`),
    );
  },
);

conformance(
  ['CMD-3', '8.4', '9.5'],
  'sessions: no two alike, of one client only, cancelled for good',
  { sabotage: ['sessions are guessable', 'silent errors', 'no answers'] },
  async ({ romeo, client }) => {
    const mallory = client('mallory@localhost/x');
    const [one, two] = [
      await romeo.asks(command(register, '', 'a'), answer('')),
      await romeo.asks(command(register, '', 'b'), answer('')),
    ].map(sessionOf);
    expect(one).not.toBe(two);
    expect(one?.length).toBeGreaterThan(15);
    const bad = `<iq type='error'><error type='modify'><bad-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><bad-sessionid xmlns='${COMMANDS}'/></error></iq>`;
    await mallory.asks(command(`${register} sessionid='${one}'`, form({ nick: 'x' })), bad);
    await romeo.asks(
      command(`${register} sessionid='${one}' action='cancel'`),
      answer(`sessionid='${one}' status='canceled'`),
    );
    await romeo.asks(command(`${register} sessionid='${one}' action='complete'`, form({ nick: 'x' })), bad);
  },
);

conformance(
  ['9.1', '9.2', '9.3', '9.4', '9.8'],
  'what is wrong with a command is said by its name',
  { sabotage: ['silent errors', 'every error is internal'] },
  async ({ romeo }) => {
    const bad = (name: string): string =>
      `<iq type='error' id='cmd' from='${GATEWAY}'><error type='modify'><bad-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><${name} xmlns='${COMMANDS}'/></error></iq>`;
    await romeo.asks(
      command(`node='no-such-command'`),
      `<iq type='error' id='cmd'>${error('cancel/item-not-found')}</iq>`,
    );
    await romeo.asks(command(`${register} action='explode'`), bad('malformed-action'));
    await romeo.asks(command(`${register} action='complete'`), bad('bad-action'));
    const first = await romeo.asks(command(register), answer(`status='executing'`));
    await romeo.asks(command(`${register} sessionid='${sessionOf(first)}' action='prev'`), bad('bad-action'));
    await romeo.asks(command(`${register} sessionid='${sessionOf(first)}' action='complete'`), bad('bad-payload'));
    await romeo.asks(command(`node='unregister'`), `<iq type='error' id='cmd'>${error('auth/forbidden')}</iq>`);
  },
);
