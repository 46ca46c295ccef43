// Sections 6 to 8: registering, looking at, changing and removing an account in-band; the prompt; strangers.

import { expect } from 'vitest';
import { matches } from '../support/matcher.ts';
import { error, GATEWAY, joinOf, ping, REGISTER, ROOM } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client, World } from './world.ts';

const FORMS = 'jabber:x:data';
const ask = (id = 'get'): string => `<iq to='${GATEWAY}' type='get' id='${id}'><query xmlns='${REGISTER}'/></iq>`;
const submit = (fields: Readonly<Record<string, string>>, id = 'set', more = ''): string =>
  `<iq to='${GATEWAY}' type='set' id='${id}'><query xmlns='${REGISTER}'>${more}<x xmlns='${FORMS}' type='submit'>${Object.entries(
    fields,
  )
    .map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`)
    .join('')}</x></query></iq>`;
const remove = (id = 'remove'): string =>
  `<iq to='${GATEWAY}' type='set' id='${id}'><query xmlns='${REGISTER}'><remove/></query></iq>`;
const refused = (kind: `${string}/${string}`, id: string, code: string): string =>
  `<iq type='error' id='${id}' from='${GATEWAY}'>${error(kind).replace('<error ', `<error code='${code}' `)}</iq>`;
const ACCOUNT = { FORM_TYPE: REGISTER, server: 'test', nick: 'montague' };

async function register(romeo: Client, fields: Readonly<Record<string, string>> = ACCOUNT): Promise<void> {
  await romeo.asks(submit(fields), `<iq type='result' id='set' from='${GATEWAY}'/>`);
}

conformance(
  {
    'REG-1': 'registration is out',
    'REG-2': 'results are empty',
    '8.1': ['forms without a type', 'fields without a type'],
    '23.1.32': 'results are empty',
  },
  'a stranger who asks gets instructions, the old fields and the form; nobody else but the gateway is asked',
  {},
  async ({ romeo }) => {
    const got = await romeo.asks(
      ask(),
      `<iq type='result' id='get' from='${GATEWAY}'><query xmlns='${REGISTER}'><!registered/><instructions>*</instructions><nick/><username/><password/><x xmlns='${FORMS}' type='form'><field var='FORM_TYPE' type='hidden'><value>${REGISTER}</value></field><field var='server' type='list-single' label='*'><required/><option label='*'><value>test</value></option></field><field var='nick' type='text-single' label='*'><required/></field><field var='password' type='text-private'/></x></query></iq>`,
    );
    const form = JSON.stringify(got);
    expect(form).not.toMatch(/"name":"field","ns":"jabber:x:data","attrs":\{(?![^}]*"type")/);
  },
);

conformance(
  {
    'REG-3': ['accounts are forgotten', 'secrets are shown'],
    'REG-4': 'results are empty',
    'REG-6': 'subscriptions come first',
    'GW-2': ['subscriptions come first', 'nobody is asked'],
    'GW-4': 'results are empty',
    '25.2.1': 'subscriptions come first',
  },
  'registered by the form: the result, then the gateway’s subscription; shown with its values and no password; changed',
  {},
  async ({ romeo, irc }) => {
    irc.caps = ['multi-prefix', 'sasl'];
    romeo.sends(submit({ ...ACCOUNT, password: 'wherefore', surplus: 'x' }));
    const first = await romeo.receives(`<* from='${GATEWAY}'/>`);
    expect(matches(`<iq type='result' id='set'/>`, first)).toBe(true);
    await romeo.receives(`<presence type='subscribe' from='${GATEWAY}' to='${romeo.bare}'/>`);
    const shown = await romeo.asks(
      ask(),
      `<iq type='result'><query xmlns='${REGISTER}'><registered/><nick>montague</nick><password/></query></iq>`,
    );
    expect(JSON.stringify(shown)).not.toMatch(/wherefore|"secret"/);
    await romeo.asks(submit({ ...ACCOUNT, nick: 'capulet', password: '' }, 'edit'), `<iq type='result' id='edit'/>`);
    await romeo.asks(
      ask('again'),
      `<iq type='result' id='again'><query xmlns='${REGISTER}'><registered/><nick>capulet</nick></query></iq>`,
    );
    const before = irc.lines.filter((line) => line.includes('AUTHENTICATE PLAIN')).length;
    romeo.sends(joinOf('whoever'));
    await irc.receives(/capulet JOIN #verona/);
    expect(irc.lines.filter((line) => line.includes('AUTHENTICATE PLAIN')).length).toBeGreaterThan(before);
    await romeo.receives(
      `<presence from='${ROOM}/capulet'><x xmlns='http://jabber.org/protocol/muc#user'><status code='110'/></x></presence>`,
    );
  },
);

conformance(
  { 'REG-4': 'results are empty' },
  'a set that nobody asked for before, without a form type, with spaces around; old fields where there is no form',
  { claims: ['8.2'] },
  async ({ romeo, client }) => {
    await romeo.asks(submit({ server: 'test', nick: '  montague ' }), `<iq type='result' id='set'/>`);
    await romeo.asks(
      ask(),
      `<iq type='result'><query xmlns='${REGISTER}'><registered/><nick>montague</nick></query></iq>`,
    );
    for (const spelt of ['1', 'false', 'true', '0']) {
      await romeo.asks(submit({ stayConnected: spelt }, spelt), `<iq type='result' id='${spelt}'/>`);
      const form = JSON.stringify(await romeo.asks(ask(`shown${spelt}`), `<iq type='result' id='shown${spelt}'/>`));
      const shown = spelt === '1' || spelt === 'true' ? '1|true' : '0|false';
      expect(/"var":"stayConnected".*?"name":"value".*?\["(\w+)"\]/.exec(form)?.[1]).toMatch(
        new RegExp(`^(?:${shown})$`),
      );
    }
    const juliet = client('juliet@localhost/chamber');
    await juliet.asks(
      `<iq to='${GATEWAY}' type='set' id='old'><query xmlns='${REGISTER}'><nick>capulet</nick></query></iq>`,
      `<iq type='result' id='old'/>`,
    );
    await juliet.asks(
      ask(),
      `<iq type='result'><query xmlns='${REGISTER}'><registered/><nick>capulet</nick></query></iq>`,
    );
  },
);

for (const [wrong, id, fields, kind, code, caps = ['sasl']] of [
  ['a field that is missing', '7.1', { server: 'test' }, 'modify/not-acceptable', '406'],
  ['credentials', '7.2', { ...ACCOUNT, password: 'guess' }, 'modify/not-acceptable', '406'],
  ['a server that is down', '7.8', { ...ACCOUNT, server: 'down' }, 'wait/remote-server-timeout', '504'],
  ['a password that the server can’t check', 'GW-3', { ...ACCOUNT, password: 'x' }, 'modify/not-acceptable', '406', []],
  ['a server that is none', 'GW-3', { ...ACCOUNT, server: 'elsewhere' }, 'modify/not-acceptable', '406'],
] as const)
  conformance(
    { [id]: ['silent errors', 'every error is internal', 'errors without words'], 'REG-7': 'errors without numbers' },
    `registering refused for ${wrong}: with number and words, and nothing is kept`,
    { claims: ['23.2.904'] },
    async ({ romeo, irc }) => {
      irc.caps = ['multi-prefix', ...caps];
      await romeo.asks(submit(fields, 'a'), refused(kind, 'a', code));
      await romeo.asks(ask(), `<iq type='result'><query xmlns='${REGISTER}'><!registered/></query></iq>`);
    },
  );

conformance(
  ['7.5'],
  'removing without an account',
  { sabotage: ['silent errors', 'every error is internal', 'errors without numbers'] },
  async ({ romeo }) => void (await romeo.asks(remove('r0'), refused('auth/registration-required', 'r0', '407'))),
);

conformance(
  ['REG-5'],
  'removing never goes beside anything else',
  { sabotage: ['silent errors', 'every error is internal'] },
  async ({ romeo }) => {
    await register(romeo);
    await romeo.asks(
      `<iq to='${GATEWAY}' type='set' id='r1'><query xmlns='${REGISTER}'><remove/><nick>x</nick></query></iq>`,
      refused('modify/bad-request', 'r1', '400'),
    );
    await romeo.asks(ask(), `<iq type='result'><query xmlns='${REGISTER}'><registered/></query></iq>`);
  },
);

conformance(
  { 'REG-6': ['the answer comes last', 'no goodbyes', 'nobody is unsubscribed'] },
  'removing: the answer before the subscriptions go, rooms are left, off IRC, and nothing is kept',
  { claims: ['19.6.10'] },
  async (world) => {
    const { romeo, irc } = world;
    await register(romeo);
    await romeo.receives(`<presence type='subscribe'/>`);
    await befriend(romeo);
    await romeo.joins(ROOM, 'montague');
    world.peer.takeUnread();
    await romeo.asks(remove(), `<iq type='result' id='remove'/>`);
    for (const from of [GATEWAY, 'benvolio%test@irc.localhost'])
      for (const type of ['unavailable', 'unsubscribe', 'unsubscribed'])
        await romeo.receives(`<presence type='${type}' from='${from}' to='${romeo.bare}'/>`);
    const order = world.peer.all().map(({ attrs: { id, type } }) => (id === 'remove' ? 'answer' : type));
    expect(order.indexOf('answer')).toBeLessThan(order.indexOf('unsubscribe'));
    await romeo.receives(`<presence type='unavailable' from='${ROOM}/montague' to='${romeo.jid}'/>`);
    await irc.receives(/QUIT(?! :Account checked)/);
    await romeo.asks(ask('g'), `<iq type='result' id='g'><query xmlns='${REGISTER}'><!registered/></query></iq>`);
  },
);

/** The gateway and one contact are in the roster, both ways. */
async function befriend(romeo: Client): Promise<void> {
  for (const to of [GATEWAY, 'benvolio%test@irc.localhost']) {
    romeo.sends(`<presence to='${to}' type='subscribed'/>`);
    await romeo.asks(`<presence to='${to}' type='subscribe'/>`, `<presence type='subscribed' from='${to}'/>`);
  }
}

conformance(
  { 'GW-4': 'accounts are forgotten' },
  'after a restart the account, its values and the subscriptions are there',
  { claims: ['SUB-1'] },
  async (world) => {
    const { romeo } = world;
    await register(romeo);
    await befriend(romeo);
    await world.stop();
    await world.start();
    await romeo.asks(
      ask(),
      `<iq type='result'><query xmlns='${REGISTER}'><registered/><nick>montague</nick></query></iq>`,
    );
    romeo.sends(`<presence to='${GATEWAY}'/>`);
    for (const from of [GATEWAY, 'benvolio%test@irc.localhost'])
      await romeo.receives(`<presence from='${from}' !type><!show/></presence>`);
  },
);

conformance(
  { 'SUB-9': 'nobody is probed', 'GW-16': ['no presence of the gateway', 'no goodbyes'] },
  'at start, and after the link was cut, registered users are probed and shown the gateway',
  {},
  async (world) => {
    const { romeo } = world;
    await register(romeo);
    await befriend(romeo);
    for (const again of [() => restart(world), () => cut(world)]) {
      world.peer.takeUnread();
      await again();
      await romeo.receives(`<presence from='${GATEWAY}' to='${romeo.bare}' type='probe'/>`);
      await romeo.receives(`<presence from='${GATEWAY}' to='${romeo.bare}' !type/>`);
    }
  },
);

async function restart(world: World): Promise<void> {
  await world.stop();
  await world.romeo.receives(`<presence from='${GATEWAY}' to='${world.romeo.bare}' type='unavailable'/>`);
  await world.start();
}

async function cut(world: World): Promise<void> {
  world.peer.reset();
  await world.reconnected();
}

conformance(
  { '7.4': 'silent errors', 'GW-18': ['no answers', 'the prompt is out'], '25.3.1': 'IRC lines are lost' },
  'strangers from elsewhere may not register; those of this server may look, prompt, ping and talk without an account',
  {},
  async ({ client, romeo, irc }) => {
    const mallory = client('mallory@evil.example/x');
    await mallory.asks(submit(ACCOUNT, 'm'), `<iq type='error' id='m' from='${GATEWAY}'><error type='*'/></iq>`);
    expect(irc.lines).toEqual([]);
    await romeo.asks(ping(GATEWAY), `<iq type='result'/>`);
    await romeo.asks(
      `<iq to='${GATEWAY}' type='get' id='p'><query xmlns='jabber:iq:gateway'/></iq>`,
      `<iq type='result' id='p'/>`,
    );
    romeo.sends(`<presence to='${GATEWAY}'/>`);
    await romeo.joins(ROOM, 'romeo');
    romeo.sends(
      `<message to='benvolio%test@irc.localhost' type='chat' id='c'><body>before any subscription</body></message>`,
    );
    await irc.receives(/PRIVMSG benvolio :before any subscription/);
  },
);

conformance(
  { 'GW-19': 'addresses are told on IRC', 'CPIM-4': 'addresses are told on IRC' },
  'nothing on IRC tells a user’s address or client',
  {},
  async ({ client, irc }) => {
    const romeo = client('montecchi@localhost/privatephone');
    await romeo.joins(ROOM, 'romeo');
    romeo.sends(`<message to='${ROOM}' type='groupchat' id='m'><body>hello</body></message>`);
    await romeo.receives(`<message id='m'/>`);
    irc.says('benvolio', 'romeo', '\u0001VERSION\u0001');
    irc.says('benvolio', 'romeo', '\u0001FINGER\u0001');
    await irc.receives(/NOTICE benvolio :\u0001VERSION/);
    await irc.flush('romeo');
    expect(irc.lines.join('\n')).not.toMatch(/montecchi|privatephone|localhost/);
  },
);

conformance(
  { '8.3': 'results are empty' },
  'an optional field that is left out stays as it was, and one that is empty is cleared',
  {},
  async ({ romeo }) => {
    await register(romeo, { ...ACCOUNT, realname: 'Romeo Montague' });
    const shown = async (): Promise<string> =>
      JSON.stringify(
        await romeo.asks(ask('s'), `<iq type='result' id='s'><query xmlns='${REGISTER}'><registered/></query></iq>`),
      );
    await register(romeo);
    expect(await shown()).toContain('Romeo Montague');
    await register(romeo, { ...ACCOUNT, realname: '' });
    expect(await shown()).not.toContain('Romeo Montague');
  },
);

conformance(
  { '7.3': ['silent errors', 'every error is internal', 'errors without numbers'] },
  'an account that somebody else has',
  { echo: '      guests: false' },
  async ({ romeo }) => {
    const taken = { username: 'taken', password: 'secret' };
    await romeo.asks(submit(taken, 'a'), refused('cancel/conflict', 'a', '409'));
  },
);

conformance(
  { '7.7': ['silent errors', 'every error is internal'] },
  'whoever guesses a password is kept waiting after a few tries',
  { echo: '      guests: false' },
  async ({ romeo }) => {
    const guess = { username: 'romeo', password: 'wrong' };
    for (let times = 0; times < 8; times++)
      await romeo.asks(submit(guess, `g${times}`), refused('modify/not-acceptable', `g${times}`, '406'));
    const right = { ...guess, password: 'wherefore' };
    await romeo.asks(submit(right, 'r'), refused('wait/resource-constraint', 'r', '500'));
  },
);
