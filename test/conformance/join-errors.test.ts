// Sections 20 and 23.2: what refuses a join, a message, a kick or an invitation, exactly as clients tell it apart.

import { BENVOLIO, error, joinOf, MUC_ADMIN, MUC_USER, ROOM } from './patterns.ts';
import { conformance } from './proves.ts';
import type { RequirementId } from './requirements.ts';

const CLOSED = '#closed%test@irc.localhost';
const SABOTAGES = [
  'silent errors',
  'every error is internal',
  'every error can be retried',
  'errors without ids',
  'errors without words',
] as const;

type Kind = `${string}/${string}`;

const JOINS: readonly (readonly [numeric: string, kind: Kind, ...ids: RequirementId[]])[] = [
  ['403', 'cancel/item-not-found', '23.2.403', '20.1.6'],
  ['405', 'cancel/resource-constraint', '23.2.405', '20.1.9'],
  ['437', 'cancel/resource-constraint', '23.2.437'],
  ['471', 'cancel/service-unavailable', '23.2.471', '20.1.8'],
  ['473', 'auth/registration-required', '23.2.473', '20.1.3'],
  ['474', 'auth/forbidden', '23.2.474', '20.1.2'],
  ['475', 'auth/not-authorized', '23.2.475', '20.1.1'],
  ['476', 'modify/jid-malformed', '23.2.476'],
  ['477', 'auth/registration-required', '23.2.477'],
  ['489', 'auth/forbidden', '23.2.489'],
  ['520', 'auth/forbidden', '23.2.520'],
];
for (const [numeric, kind, ...ids] of JOINS) {
  conformance(
    [...ids],
    `a join refused with ${numeric} is ${kind}, from the room’s occupant`,
    { sabotage: SABOTAGES },
    async ({ romeo, irc }) => {
      irc.refuse('JOIN #closed', `${numeric} %n #closed :The server says no`);
      await romeo.asks(
        joinOf('romeo', CLOSED),
        `<presence type='error' from='${CLOSED}/romeo' to='${romeo.jid}' id='join'>${error(kind)}</presence>`,
      );
      await romeo.joins(ROOM, 'romeo');
    },
  );
}

conformance(
  ['23.2.470', '20.1.12'],
  'a join forwarded elsewhere is told where to, or served there',
  { sabotage: ['silent errors', 'every error is internal', 'every error can be retried', 'errors without ids'] },
  async ({ romeo, irc }) => {
    irc.refuse('JOIN #closed', '470 %n #closed #open :Forwarding to another channel');
    await romeo.asks(
      joinOf('romeo', CLOSED),
      `<presence type='error' id='join'><error type='cancel'><gone xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'>xmpp:%23open%25test@irc.localhost?join</gone></error></presence>`,
    );
  },
);

conformance(
  ['20.1.4', '23.2.433'],
  'the nick of the join is in use on the server',
  { sabotage: SABOTAGES },
  async ({ romeo, irc }) => {
    irc.taken.add('romeo');
    await romeo.asks(
      joinOf('romeo'),
      `<presence type='error' from='${ROOM}/romeo' id='join'>${error('cancel/conflict')}</presence>`,
    );
  },
);

conformance(['20.1.10', '23.2.refused'], 'nobody listens at the server', { sabotage: SABOTAGES }, async ({ romeo }) => {
  const room = '#verona%down@irc.localhost';
  await romeo.asks(
    joinOf('romeo', room),
    `<presence type='error' from='${room}/romeo' id='join'>${error('cancel/remote-server-timeout')}</presence>`,
  );
});

conformance(['20.1.11'], 'a server that nobody knows', { sabotage: SABOTAGES }, async ({ romeo }) => {
  const room = '#verona%nowhere@irc.localhost';
  await romeo.asks(
    joinOf('romeo', room),
    `<presence type='error' from='${room}/romeo' id='join'>${error('cancel/remote-server-not-found')}</presence>`,
  );
});

for (const [numeric, kind, id] of [
  ['464', 'auth/not-authorized', '23.2.464'],
  ['465', 'auth/forbidden', '23.2.465'],
] as const) {
  // That the server is not asked again is not shown here.
  conformance(
    [],
    `a connection refused with ${numeric} is ${kind} for the join`,
    { sabotage: ['silent errors', 'every error is internal', 'every error can be retried'], claims: [id] },
    async ({ romeo, irc }) => {
      irc.refuse('NICK', `${numeric} * :The server says no`);
      await romeo.asks(joinOf('romeo'), `<presence type='error' id='join'>${error(kind)}</presence>`);
    },
  );
}

const MESSAGES: readonly (readonly [numeric: string, kind: Kind, ...ids: RequirementId[]])[] = [
  ['401', 'cancel/item-not-found', '23.2.401', '20.2.1'],
  ['402', 'cancel/remote-server-not-found', '23.2.402'],
  ['406', 'cancel/item-not-found', '23.2.406'],
  ['407', 'modify/not-acceptable', '23.2.407'],
  ['417', 'modify/policy-violation', '23.2.417', '20.2.6'],
  ['486', 'auth/forbidden', '23.2.486', '20.2.4'],
  ['716', 'auth/forbidden', '23.2.716'],
];
for (const [numeric, kind, ...ids] of MESSAGES) {
  conformance(
    [...ids, 'GW-14'],
    `a private message refused with ${numeric} is ${kind}`,
    { sabotage: SABOTAGES },
    async ({ romeo, irc }) => {
      irc.caps = ['multi-prefix', 'echo-message'];
      await romeo.joins(ROOM, 'romeo');
      irc.refuse('PRIVMSG paris', `${numeric} %n paris :The server says no`);
      await romeo.asks(
        `<message to='paris%test@irc.localhost' type='chat' id='m'><body>county?</body></message>`,
        `<message type='error' from='paris%test@irc.localhost' to='${romeo.jid}' id='m'>${error(kind)}</message>`,
      );
    },
  );
}

conformance(
  { 'SUB-16': ['no chats', 'silent errors'] },
  'a failure that comes late, where the server echoes nothing: the error, and words that are seen, to the person',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    irc.refuse('PRIVMSG paris', '401 %n paris :No such nick');
    romeo.sends(`<message to='paris%test@irc.localhost' type='chat' id='m'><body>county?</body></message>`);
    await romeo.receives(
      `<message type='error' from='paris%test@irc.localhost' id='m'>${error('cancel/item-not-found')}</message>`,
    );
    await romeo.receives(
      `<message type='chat' from='paris%test@irc.localhost' to='${romeo.bare}'><body>*</body></message>`,
    );
  },
);

const ADMIN: readonly (readonly [numeric: string, kind: Kind, ...ids: RequirementId[]])[] = [
  ['441', 'cancel/item-not-found', '23.2.441'],
  ['442', 'modify/not-acceptable', '23.2.442'],
  ['461', 'modify/bad-request', '23.2.461'],
  ['481', 'auth/forbidden', '23.2.481'],
  ['482', 'auth/forbidden', '23.2.482'],
  ['484', 'auth/forbidden', '23.2.484'],
  ['485', 'auth/forbidden', '23.2.485'],
];
for (const [numeric, kind, ...ids] of ADMIN) {
  conformance(
    ids,
    `a kick refused with ${numeric} is ${kind}`,
    { sabotage: ['silent errors', 'every error is internal', 'no answers'] },
    async ({ romeo, irc }) => {
      await romeo.joins(ROOM, 'romeo');
      irc.refuse(
        'KICK #verona',
        numeric === '461'
          ? '461 %n KICK :Not enough parameters'
          : `${numeric} %n ${numeric === '441' ? 'benvolio ' : ''}#verona :The server says no`,
      );
      await romeo.asks(
        `<iq to='${ROOM}' type='set' id='k'><query xmlns='${MUC_ADMIN}'><item nick='benvolio' role='none'/></query></iq>`,
        `<iq type='error' from='${ROOM}' id='k'>${error(kind)}</iq>`,
      );
    },
  );
}

conformance(
  ['23.2.401'],
  'an invitation refused',
  { sabotage: ['silent errors', 'every error is internal'] },
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    for (const [answer, kind] of [
      ['401 %n paris :No such nick', 'cancel/item-not-found'],
      ['482 %n #verona :You are not a channel operator', 'auth/forbidden'],
    ] as const) {
      irc.refuse('INVITE paris', answer);
      await romeo.asks(
        `<message to='${ROOM}' id='i'><x xmlns='${MUC_USER}'><invite to='paris%test@irc.localhost'/></x></message>`,
        `<message type='error' id='i' from='${ROOM}'>${error(kind)}</message>`,
      );
    }
  },
);

conformance(
  ['20.2.2', 'GW-14'],
  'a message from somebody without account, room or nick',
  { sabotage: ['silent errors', 'every error is internal', 'errors without ids', 'errors without words'] },
  async ({ romeo }) => {
    await romeo.asks(
      `<message to='${BENVOLIO}' type='chat' id='d'><body>anybody?</body></message>`,
      `<message type='error' id='d' from='${BENVOLIO}'>${error('auth/registration-required')}</message>`,
    );
  },
);

conformance(
  ['20.1.6'],
  'a join of what is no room is refused: a person, the gateway itself',
  { sabotage: ['silent errors', 'errors without ids'] },
  async ({ romeo }) => {
    const x = "<x xmlns='http://jabber.org/protocol/muc'/>";
    for (const jid of ['benvolio%test@irc.localhost/romeo', 'irc.localhost/romeo']) {
      await romeo.asks(
        `<presence id='join' to='${jid}'>${x}</presence>`,
        `<presence type='error' from='${jid}' id='join'>${error('cancel/service-unavailable')}</presence>`,
      );
    }
  },
);
