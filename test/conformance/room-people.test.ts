// Sections 19.5 to 19.7: who comes, goes, is renamed, is kicked, and what they are.

import { expect } from 'vitest';
import { error, gone, here, MUC_ADMIN, MUC_USER, ping, rename, ROOM, status } from './patterns.ts';
import { conformance } from './proves.ts';

conformance(
  { '19.6.2': 'no goodbyes', '19.6.3': 'nobody is kicked', '19.5.3': 'nobody is renamed' },
  'others come, are renamed, are kicked, part and quit, with their words',
  { claims: ['23.1.5'] },
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    irc.joins('mercutio', '#verona');
    await romeo.receives(here('mercutio', `<item affiliation='none' role='participant'/>`));
    irc.renames('mercutio', 'mab', '#verona');
    await romeo.receives(gone('mercutio', `<item nick='mab'/>${status(303)}<!status code='110'/>`));
    await romeo.receives(here('mab', `<item role='participant'/><!status code='110'/>`));
    irc.kicks('tybalt', 'mab', '#verona', 'a plague');
    await romeo.receives(
      gone('mab', `<item role='none'><actor nick='tybalt'/><reason>a plague</reason></item>${status(307)}`),
    );
    irc.joins('sampson', '#verona');
    irc.joins('gregory', '#verona');
    irc.parts('sampson', '#verona', 'to supper');
    await romeo.receives(
      `<presence from='${ROOM}/sampson' type='unavailable'><status>to supper</status><x xmlns='${MUC_USER}'><item role='none'/></x></presence>`,
    );
    irc.quits('gregory', '#verona', 'asleep');
    await romeo.receives(`<presence from='${ROOM}/gregory' type='unavailable'><status>asleep</status></presence>`);
  },
);

conformance(
  { '19.5.1': ['nobody is renamed', 'nobody is oneself'], '23.1.25': 'nobody is renamed' },
  'one’s own nick change: in every room of the server, to every client, from the old with 303 and then the new',
  {},
  async ({ romeo, irc, client }) => {
    irc.channel('#second', { nicks: ['tybalt'] });
    const other = client('romeo@localhost/balcony');
    await romeo.joins(ROOM, 'romeo');
    await romeo.joins('#second%test@irc.localhost', 'romeo');
    await other.joins(ROOM, 'romeo');
    romeo.sends(rename(`${ROOM}/montague`));
    await irc.receives(/NICK montague/);
    for (const one of [romeo, other]) {
      await one.receives(gone('romeo', `<item nick='montague'/>${status(110, 303)}`));
      await one.receives(here('montague', status(110)));
    }
    await romeo.receives(
      `<presence from='#second%test@irc.localhost/romeo' type='unavailable'><x xmlns='${MUC_USER}'>${status(110, 303)}</x></presence>`,
    );
    await romeo.receives(
      `<presence from='#second%test@irc.localhost/montague'><x xmlns='${MUC_USER}'>${status(110)}</x></presence>`,
    );
  },
);

for (const [numeric, kind, id] of [
  ['433', 'cancel/conflict', '23.2.433'],
  ['432', 'cancel/not-acceptable', '23.2.432'],
  ['438', 'wait/policy-violation', '23.2.438'],
] as const) {
  conformance(
    { '19.5.2': ['errors without ids', 'errors from the domain'], [id]: ['silent errors', 'every error is internal'] },
    `a nick change refused with ${numeric} comes from the wanted nick with the asker’s id, and changes nothing`,
    {},
    async ({ romeo, irc }) => {
      await romeo.joins(ROOM, 'romeo');
      irc.refuse('NICK', `${numeric} %n montague :No`);
      await romeo.asks(
        rename(`${ROOM}/montague`),
        `<presence type='error' from='${ROOM}/montague' id='nick'>${error(kind)}</presence>`,
      );
      await romeo.asks(ping(`${ROOM}/romeo`), `<iq type='result' id='ping'/>`);
    },
  );
}

conformance(
  ['19.6.1'],
  'leaving is confirmed by one’s own unavailable; leaving what one is not in is silent',
  { sabotage: ['no goodbyes', 'nobody is oneself'] },
  async ({ romeo }) => {
    await romeo.joins(ROOM, 'romeo');
    await romeo.asks(
      `<presence to='${ROOM}/whatever' type='unavailable'/>`,
      gone('romeo', `<item role='none'/>${status(110)}`),
    );
    romeo.sends(`<presence to='${ROOM}/romeo' type='unavailable'/>`);
    expect(await romeo.unread()).toEqual([]);
  },
);

conformance(
  { '19.6.4': ['nobody is kicked', 'everybody is in the room'], 'MUC-50': 'everybody is in the room' },
  'being kicked: 110 and 307 to every client, who and why; afterwards one is out',
  {},
  async ({ romeo, irc, client }) => {
    const other = client('romeo@localhost/balcony');
    await romeo.joins(ROOM, 'romeo');
    await other.joins(ROOM, 'romeo');
    irc.kicks('tybalt', 'romeo', '#verona', 'villain');
    for (const one of [romeo, other])
      await one.receives(
        gone('romeo', `<item role='none'><actor nick='tybalt'/><reason>villain</reason></item>${status(110, 307)}`),
      );
    await romeo.asks(
      ping(`${ROOM}/romeo`),
      `<iq type='error' id='ping' from='${ROOM}/romeo'>${error('cancel/not-acceptable')}</iq>`,
    );
    expect(irc.lines.filter((line) => line.includes('JOIN'))).toHaveLength(1);
  },
);

conformance(
  ['19.6.8'],
  'the connection to IRC is lost: 110 and 333 to every client in every room',
  { sabotage: ['no status', 'no goodbyes', 'to the first client only'] },
  async ({ romeo, irc, client }) => {
    const other = client('romeo@localhost/balcony');
    await romeo.joins(ROOM, 'romeo');
    await other.joins(ROOM, 'romeo');
    irc.cut();
    for (const one of [romeo, other]) await one.receives(gone('romeo', status(110, 333)));
  },
);

conformance(
  { 'COMP-8': ['no goodbyes', 'no end of the stream'] },
  'a planned end: those in rooms are told, the stream is closed in order',
  {},
  async (world) => {
    const { romeo, peer } = world;
    await romeo.joins(ROOM, 'romeo');
    await world.stop();
    await romeo.receives(gone('romeo', status(110)));
    await world.ended();
    expect(peer.ended).toBe(true);
  },
);

conformance(
  {
    '19.7.1': ['no affiliations', 'everybody is a participant'],
    '19.7.2': ['no affiliations', 'everybody is a participant'],
    '19.7.3': ['no affiliations', 'everybody is a participant'],
    '19.7.4': ['no affiliations', 'everybody is a moderator'],
    '19.7.5': 'everybody is a moderator',
    '23.1.11': ['no affiliations', 'everybody is a participant'],
  },
  'prefixes and modes are affiliations and roles, also when they change',
  {},
  async ({ romeo, irc }) => {
    irc.channel('#ranks', { nicks: ['~owner', '&admin', '@op', '%half', '+voice', 'plain', '@+both'] });
    const got = await romeo.joins('#ranks%test@irc.localhost', 'romeo');
    const rank = (nick: string): string | undefined => {
      const presence = got.find(({ attrs }) => attrs['from'] === `#ranks%test@irc.localhost/${nick}`);
      const found = /"affiliation":"(\w+)","role":"(\w+)"/.exec(JSON.stringify(presence));
      return found ? `${found[1]} ${found[2]}` : undefined;
    };
    expect(['owner', 'admin', 'op', 'half', 'voice', 'plain', 'both'].map(rank)).toEqual([
      'owner moderator',
      'admin moderator',
      'admin moderator',
      'member moderator',
      'member participant',
      'none participant',
      'admin moderator',
    ]);
    irc.modes('op', '#ranks', '+o plain');
    await romeo.receives(
      `<presence from='#ranks%test@irc.localhost/plain' !type><x xmlns='${MUC_USER}'><item affiliation='admin' role='moderator'/></x></presence>`,
    );
    irc.modes('op', '#ranks', '+v romeo');
    await romeo.receives(
      `<presence from='#ranks%test@irc.localhost/romeo' !type><x xmlns='${MUC_USER}'><item affiliation='member' role='participant'/>${status(110)}</x></presence>`,
    );
  },
);

conformance(
  {
    '19.6.11': ['no confirmations', 'room administration is out'],
    '19.7.8': ['no answers', 'room administration is out'],
  },
  'lists are answered; kicks, voices and bans go to the network and are answered when it is done',
  { claims: ['23.1.27'] },
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    for (const affiliation of ['owner', 'admin', 'member', 'outcast']) {
      await romeo.asks(
        `<iq to='${ROOM}' type='get' id='${affiliation}'><query xmlns='${MUC_ADMIN}'><item affiliation='${affiliation}'/></query></iq>`,
        `<iq type='result' id='${affiliation}' from='${ROOM}'><query xmlns='${MUC_ADMIN}'/></iq>`,
      );
    }
    const set = (item: string, id: string): string =>
      `<iq to='${ROOM}' type='set' id='${id}'><query xmlns='${MUC_ADMIN}'>${item}</query></iq>`;
    await romeo.asks(
      set(`<item nick='tybalt' role='none'><reason>peace</reason></item>`, 'k0'),
      `<iq type='result' id='k0' from='${ROOM}'/>`,
    );
    await romeo.receives(gone('tybalt', `<item role='none'><reason>peace</reason></item>${status(307)}`));
    irc.refuse('KICK #verona', '482 %n #verona :You are not a channel operator');
    await romeo.asks(
      set(`<item nick='benvolio' role='none'><reason>out</reason></item>`, 'k1'),
      `<iq type='error' id='k1' from='${ROOM}'>${error('auth/forbidden')}</iq>`,
    );
    await irc.receives(/KICK #verona benvolio :out/);
    await romeo.asks(
      set(`<item nick='nobody' role='none'/>`, 'k2'),
      `<iq type='error' id='k2'>${error('cancel/item-not-found')}</iq>`,
    );
    await romeo.asks(
      set(`<item nick='benvolio' role='none' affiliation='none'/>`, 'k3'),
      `<iq type='error' id='k3'>${error('modify/bad-request')}</iq>`,
    );
    await romeo.asks(
      set(`<item nick='romeo' affiliation='outcast'/>`, 'k4'),
      `<iq type='error' id='k4'>${error('cancel/conflict')}</iq>`,
    );
  },
);

conformance(
  { 'MUC-20': ['nobody is away', 'presence is kept back'] },
  'whoever is in a room and shows herself away there is so on IRC, and to all her clients in it; and back',
  {},
  async ({ romeo, irc, client }) => {
    const other = client('romeo@localhost/balcony');
    await romeo.joins(ROOM, 'romeo');
    await other.joins(ROOM, 'romeo');
    for (const who of [romeo, other])
      who.sends(`<presence to='${ROOM}/romeo'><show>away</show><status>at supper</status></presence>`);
    expect(await irc.receives(/AWAY/)).toBe('romeo AWAY :at supper');
    irc.tell('romeo', ':irc.test 306 romeo :You have been marked as being away');
    const away = `<presence from='${ROOM}/romeo' !type><show>away</show><status>at supper</status><x xmlns='${MUC_USER}'>${status(110)}</x></presence>`;
    await romeo.receives(away);
    await other.receives(away);
    other.sends(`<presence to='${ROOM}/romeo'/>`);
    expect(await irc.receives(/AWAY/)).toBe('romeo AWAY');
    irc.tell('romeo', ':irc.test 305 romeo :You are no longer marked as being away');
    const back = `<presence from='${ROOM}/romeo' !type><!show/><!status xmlns='jabber:client'/><x xmlns='${MUC_USER}'>${status(110)}</x></presence>`;
    await romeo.receives(back);
    await other.receives(back);
  },
);
