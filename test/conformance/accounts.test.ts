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
  ['REG-1', 'REG-2', '8.1', '23.1.32'],
  'a stranger who asks gets instructions, the old fields and the form; nobody else but the gateway is asked',
  { sabotage: ['registration is out', 'results are empty', 'forms without a type', 'fields without a type'] },
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
  ['REG-3', 'REG-4', 'REG-6', 'GW-2', 'GW-4', '25.2.1'],
  'registered by the form: the result, then the gateway’s subscription; shown with its values and no password; changed',
  { sabotage: ['no answers', 'subscriptions come first', 'results are empty', 'secrets are shown'] },
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
  ['REG-4', '8.2'],
  'a set that nobody asked for before, without a form type, with spaces around; old fields where there is no form',
  { sabotage: ['no answers', 'results are empty'] },
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

conformance(
  ['GW-3', 'REG-7', '7.1', '7.2', '7.8', '23.2.904', '20.2.2'],
  'what is wrong: a field that is missing, credentials, a server that is down; with numbers and words',
  { sabotage: ['silent errors', 'every error is internal', 'errors without numbers', 'errors without words'] },
  async ({ romeo, irc }) => {
    irc.caps = ['multi-prefix', 'sasl'];
    await romeo.asks(submit({ server: 'test' }, 'a'), refused('modify/not-acceptable', 'a', '406'));
    await romeo.asks(submit({ ...ACCOUNT, password: 'guess' }, 'b'), refused('modify/not-acceptable', 'b', '406'));
    await romeo.asks(submit({ ...ACCOUNT, server: 'down' }, 'c'), refused('wait/remote-server-timeout', 'c', '504'));
    await romeo.asks(submit({ ...ACCOUNT, server: 'elsewhere' }, 'd'), refused('modify/not-acceptable', 'd', '406'));
    await romeo.asks(ask(), `<iq type='result'><query xmlns='${REGISTER}'><!registered/></query></iq>`);
  },
);

conformance(
  ['REG-5', '7.5'],
  'removing: never beside anything else, never twice',
  { sabotage: ['silent errors', 'every error is internal', 'errors without numbers'] },
  async ({ romeo }) => {
    await romeo.asks(remove('r0'), refused('auth/registration-required', 'r0', '407'));
    await register(romeo);
    await romeo.asks(
      `<iq to='${GATEWAY}' type='set' id='r1'><query xmlns='${REGISTER}'><remove/><nick>x</nick></query></iq>`,
      refused('modify/bad-request', 'r1', '400'),
    );
    await romeo.asks(remove('r2'), `<iq type='result' id='r2'/>`);
    await romeo.asks(remove('r3'), refused('auth/registration-required', 'r3', '407'));
  },
);

conformance(
  ['REG-6', '19.6.10'],
  'removing: the answer before the subscriptions go, rooms are left, off IRC, and nothing is kept',
  { sabotage: ['no goodbyes', 'no answers', 'nobody is unsubscribed'] },
  async (world) => {
    const { romeo, irc } = world;
    await register(romeo);
    await romeo.receives(`<presence type='subscribe'/>`);
    await befriend(romeo);
    await romeo.joins(ROOM, 'montague');
    world.peer.takeUnread();
    await romeo.asks(remove(), `<iq type='result' id='remove'/>`);
    const order = world.peer.all().map(({ attrs: { id, type } }) => (id === 'remove' ? 'answer' : type));
    expect(order.indexOf('answer')).toBeLessThan(order.indexOf('unsubscribe'));
    for (const from of [GATEWAY, 'benvolio%test@irc.localhost'])
      for (const type of ['unavailable', 'unsubscribe', 'unsubscribed'])
        await romeo.receives(`<presence type='${type}' from='${from}' to='${romeo.bare}'/>`);
    await romeo.receives(`<presence type='unavailable' from='${ROOM}/montague' to='${romeo.jid}'/>`);
    await irc.receives(/QUIT/);
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
  ['REG-3', 'GW-4', 'SUB-1'],
  'after a restart the account, its values and the subscriptions are there',
  { sabotage: ['results are empty', 'subscriptions are out'] },
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
    world.peer.takeUnread();
    await romeo.asks(
      `<presence to='benvolio%test@irc.localhost' type='probe'/>`,
      `<presence from='benvolio%test@irc.localhost' !type/>`,
    );
  },
);

conformance(
  ['SUB-9', 'GW-16'],
  'at start, and after the link was cut, registered users are probed and shown the gateway',
  { sabotage: ['subscriptions are out', 'no presence of the gateway', 'no goodbyes'] },
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
  ['7.4', 'GW-18', '25.3.1'],
  'strangers from elsewhere may not register; those of this server may look, prompt, ping and talk without an account',
  { sabotage: ['silent errors', 'no answers', 'the prompt is out'] },
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
  ['GW-19', 'CPIM-4'],
  'nothing on IRC tells a user’s address or client',
  { sabotage: 'no reflections' },
  async ({ client, irc }) => {
    const romeo = client('montecchi@localhost/privatephone');
    await romeo.joins(ROOM, 'romeo');
    romeo.sends(`<message to='${ROOM}' type='groupchat' id='m'><body>hello</body></message>`);
    await romeo.receives(`<message id='m'/>`);
    irc.says('benvolio', 'romeo', '\u0001VERSION\u0001');
    irc.says('benvolio', 'romeo', '\u0001FINGER\u0001');
    expect(irc.lines.join('\n')).not.toMatch(/montecchi|privatephone|localhost/);
  },
);

conformance(
  ['PRM-1', 'PRM-2', 'PRM-3', 'PRM-4', 'PRM-5', 'ESC-6', '4.2.4', '4.2.5'],
  'the prompt: a sentence and a label; nicks, channels and URIs become addresses; nonsense is refused with words',
  { sabotage: ['the prompt is out', 'results are empty', 'silent errors', 'errors without words'] },
  async ({ romeo }) => {
    const NS = 'jabber:iq:gateway';
    await romeo.asks(
      `<iq to='${GATEWAY}' type='get' id='p'><query xmlns='${NS}'/></iq>`,
      `<iq type='result' id='p'><query xmlns='${NS}'><desc>*</desc><prompt>*</prompt></query></iq>`,
    );
    const typed: readonly (readonly [string, string])[] = [
      ['benvolio%test', 'benvolio%test@irc.localhost'],
      ['  Benvolio%TEST ', 'benvolio%test@irc.localhost'],
      ['#verona%test', '#verona%test@irc.localhost'],
      ['irc://test/%23verona', '#verona%test@irc.localhost'],
      ['irc://test/benvolio,isnick', 'benvolio%test@irc.localhost'],
      ['#a&amp;b/c%test', '#a\\26b\\2fc%test@irc.localhost'],
    ];
    for (const [text, jid] of typed)
      await romeo.asks(
        `<iq to='${GATEWAY}' type='set' id='s'><query xmlns='${NS}'><prompt>${text}</prompt></query></iq>`,
        `<iq type='result' id='s'><query xmlns='${NS}'><jid>${jid}</jid><!prompt/></query></iq>`,
      );
    for (const text of ['', 'two words%test', '#bad channel%test', '%%%'])
      await romeo.asks(
        `<iq to='${GATEWAY}' type='set' id='e'><query xmlns='${NS}'><prompt>${text}</prompt></query></iq>`,
        `<iq type='error' id='e'>${error('modify/not-acceptable')}</iq>`,
      );
  },
);
