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
  { 'CMD-1': ['commands are out', 'every command is listed'], '25.1.7': 'commands are out' },
  'the list has what one may run now: registering first, more with an account; each is described',
  {},
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
  {
    'CMD-2': 'stages allow nothing',
    'CMD-4': 'notes are missing',
    '8.1': ['forms without a type', 'fields without a type'],
    'GW-2': 'nobody is asked',
  },
  'registering by command: a form with its default action; a wrong field shows it again with what was typed; then done',
  {},
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
  { 'CMD-4': 'notes are missing' },
  'what fails without a wrong field ends the command with an error note',
  {},
  async ({ romeo }) => {
    const first = await romeo.asks(command(register), answer(`status='executing'`));
    await romeo.asks(
      command(`${register} sessionid='${sessionOf(first)}'`, form({ server: 'down', nick: 'montague' })),
      answer(`status='completed'`, `<note type='error'>*</note>`),
    );
  },
);

conformance(
  { '8.4': 'nothing is cancelled', '9.5': 'every error is internal' },
  'sessions: no two alike, of one client only, cancelled for good',
  { claims: ['CMD-3'] },
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

const named = (name: string): string =>
  `<iq type='error' id='cmd' from='${GATEWAY}'><error type='modify'><bad-request xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><${name} xmlns='${COMMANDS}'/></error></iq>`;
const plain = (kind: `${string}/${string}`): string =>
  `<iq type='error' id='cmd' from='${GATEWAY}'>${error(kind)}</iq>`;

for (const [id, attrs, refusal] of [
  ['9.1', `node='no-such-command'`, plain('cancel/item-not-found')],
  ['9.8', `node='unregister'`, plain('auth/forbidden')],
] as const)
  conformance(
    [id],
    `a command refused: ${attrs}`,
    { sabotage: ['silent errors', 'every error is internal'] },
    async ({ romeo }) => void (await romeo.asks(command(attrs), refusal)),
  );

for (const [id, action, name, started] of [
  ['9.2', 'explode', 'malformed-action', false],
  ['9.3', 'complete', 'bad-action', false],
  ['9.3', 'prev', 'bad-action', true],
  ['9.4', 'complete', 'bad-payload', true],
] as const)
  conformance(
    [id],
    `what is wrong with ${action}${started ? ' in a session' : ''} is said by its name, ${name}`,
    { sabotage: ['silent errors', 'every error is internal', 'errors lose their names'] },
    async ({ romeo }) => {
      const session = started
        ? `sessionid='${sessionOf(await romeo.asks(command(register), answer(`status='executing'`)))}'`
        : '';
      await romeo.asks(command(`${register} ${session} action='${action}'`), named(name));
    },
  );

const REFUSED = ['silent errors', 'every error is internal', 'errors lose their names'] as const;
const ASKED = answer(`status='executing'`);

conformance(
  { '9.3': REFUSED, '9.4': REFUSED },
  'what a step does not offer is refused, and the session stays; what it offers, and the default, goes on',
  {},
  async ({ romeo }) => {
    const session = `${register} sessionid='${sessionOf(await romeo.asks(command(register), ASKED))}'`;
    const account = form({ server: 'test', nick: 'montague' });
    await romeo.asks(command(`${session} action='next'`, account), named('bad-action'));
    for (const type of ['form', 'result'])
      await romeo.asks(command(session, account.replace('submit', type)), named('bad-payload'));
    await romeo.asks(command(`${session} action='complete'`, account), answer(`status='completed'`));
    const own = `node='room-settings'`;
    const first = await romeo.asks(
      command(own),
      answer(`status='executing'`, `<actions execute='next'><next/></actions>`),
    );
    const settings = `${own} sessionid='${sessionOf(first)}'`;
    const room = form({ room: '#verona%test' });
    await romeo.asks(command(`${settings} action='complete'`, room), named('bad-action'));
    await romeo.asks(command(`${settings} action='next'`, room), ASKED);
    await romeo.asks(command(`${settings} action='next'`, form({ history: 'none' })), named('bad-action'));
    await romeo.asks(command(`${settings} action='execute'`, form({ history: 'none' })), answer(`status='completed'`));
  },
);

conformance(
  { '9.4': 'every error is internal' },
  'a step with nothing to fill in goes on without a form, a step with fields does not',
  { echo: '      guests: false' },
  async ({ romeo }) => {
    const session = `${register} sessionid='${sessionOf(await romeo.asks(command(register), ASKED))}'`;
    await romeo.asks(command(session), named('bad-payload'));
    const account = form({ username: 'romeo', password: 'elsewhere' });
    await romeo.asks(command(session, account), answer(`status='executing'`, `<actions><prev/><complete/></actions>`));
    await romeo.asks(command(`${session} action='complete'`), answer(`status='completed'`));
  },
);

conformance(
  { 'CMD-3': ['stages allow nothing', 'commands are out'] },
  'back shows the form before with what was typed, and the secret need not be typed again',
  { echo: '      guests: false' },
  async ({ romeo }) => {
    const first = await romeo.asks(command(register), answer(`status='executing'`));
    const session = `${register} sessionid='${sessionOf(first)}'`;
    await romeo.asks(
      command(session, form({ username: 'romeo', password: 'code' })),
      answer(
        `status='executing'`,
        `<actions execute='complete'><prev/><complete/></actions><x xmlns='${FORMS}'><field var='code'/></x>`,
      ),
    );
    await romeo.asks(
      command(`${session} action='prev'`),
      answer(
        `status='executing'`,
        `<actions><!prev/></actions><x xmlns='${FORMS}'><field var='username'><value>romeo</value></field><field var='password'><!required/><!value/></field></x>`,
      ),
    );
    await romeo.asks(
      command(session, form({ username: 'romeo', password: '' })),
      answer(`status='executing'`, `<x xmlns='${FORMS}'><field var='code'/></x>`),
    );
    await romeo.asks(
      command(session, form({ code: '9' })),
      answer(
        `status='executing'`,
        `<note type='warn'>That is not the code.</note><x xmlns='${FORMS}'><field var='code'/></x>`,
      ),
    );
    await romeo.asks(command(session, form({ code: '1234' })), answer(`status='completed'`));
  },
);

conformance(
  { '9.6': ['silent errors', 'every error is internal'] },
  'a session that has lasted too long is over, and it is said',
  {},
  async ({ romeo, clock }) => {
    const first = await romeo.asks(command(register), answer(`status='executing'`));
    clock.aheadMs = 10 * 60_000 + 1_000;
    await romeo.asks(
      command(`${register} sessionid='${sessionOf(first)}'`, form({ server: 'test', nick: 'montague' })),
      `<iq type='error' id='cmd'><error type='cancel'><not-allowed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/><session-expired xmlns='${COMMANDS}'/></error></iq>`,
    );
  },
);

conformance(
  { 'CMD-5': ['no chats', 'notes are missing'] },
  'what takes long completes with a note, and a message tells how it ended',
  { echo: '      guests: false' },
  async ({ romeo, clock }) => {
    clock.speed = 50;
    const first = await romeo.asks(command(register), answer(`status='executing'`));
    await romeo.asks(
      command(`${register} sessionid='${sessionOf(first)}'`, form({ username: 'romeo', password: 'slow' })),
      answer(
        `status='completed'`,
        `<note type='info'>This takes a while: it goes on, and you will get a message.</note>`,
      ),
    );
    const linked = `Your account romeo (echo) is linked. Say yes when ${GATEWAY} asks to see whether you are there: then you are signed in while you are.`;
    await romeo.receives(`<message type='chat' from='${GATEWAY}'><body>${linked}</body></message>`);
    await romeo.receives(`<presence type='subscribe' from='${GATEWAY}'/>`);
  },
);

conformance(
  { '9.7': ['errors without words', 'silent errors'] },
  'in a language that nobody here speaks, errors are in English',
  {},
  async ({ romeo }) => {
    await romeo.asks(
      command(`node='no-such-command'`).replace('<iq ', "<iq xml:lang='tlh' "),
      `<iq type='error' id='cmd'><error><text xmlns='urn:ietf:params:xml:ns:xmpp-stanzas' xml:lang='en'>There is no such command.</text></error></iq>`,
    );
  },
);

conformance(
  { 'CMD-7': 'commands are out' },
  'a room has commands of its own: what one wants of it',
  {},
  async ({ romeo }) => {
    const room = `#verona%test@${GATEWAY}`;
    const at = (xml: string): string => xml.replace(`to='${GATEWAY}'`, `to='${room}'`);
    await romeo.asks(at(listed), `<iq type='result' id='list'><query xmlns='${DISCO_ITEMS}'><!item/></query></iq>`);
    const first = await romeo.asks(command(register), answer(`status='executing'`));
    const fields = form({ server: 'test', nick: 'montague' });
    await romeo.asks(command(`${register} sessionid='${sessionOf(first)}'`, fields), answer(`status='completed'`));
    await romeo.asks(
      at(listed),
      `<iq type='result' id='list'><query xmlns='${DISCO_ITEMS}'><item jid='${room}' node='room-settings' name='*'/><!item node='unregister'/></query></iq>`,
    );
    // Whoever is in the room stands in another list.
    await romeo.joins(room, 'montague');
    const inRoom = await romeo.asks(at(listed), `<iq type='result' id='list' from='${room}'/>`);
    const items = elementsOf(inRoom).flatMap(elementsOf);
    expect(items.map(({ attrs }) => attrs['node'])).toEqual(['room-settings']);
    const own = `node='room-settings'`;
    const opened = await romeo.asks(
      at(command(own)),
      `<iq type='result' from='${room}'><command xmlns='${COMMANDS}' status='executing'><x xmlns='${FORMS}'><field var='history'><value>client</value></field></x></command></iq>`,
    );
    await romeo.asks(
      at(command(`${own} sessionid='${sessionOf(opened)}'`, form({ history: 'none' }))),
      `<iq type='result' from='${room}'><command xmlns='${COMMANDS}' status='completed'/></iq>`,
    );
  },
);
