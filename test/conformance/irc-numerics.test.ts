// Section 23.2: what a server answers that names nobody, that is no harm, or that is only to be told.

import { expect } from 'vitest';
import { BENVOLIO, error, GATEWAY, joinOf, MUC_USER, ping, REGISTER, rename, ROOM, say, status } from './patterns.ts';
import { conformance } from './proves.ts';
import type { World } from './world.ts';

const SERVER = `test@${GATEWAY}`;
const psst = `<message to='${BENVOLIO}' type='chat' id='m'><body>psst</body></message>`;

for (const how of [['echo-message'], []]) {
  const server = how.length === 0 ? 'that echoes nothing' : 'with echoes';
  conformance(
    { '23.2.411': ['silent errors', 'every error is internal', 'every error can be retried', 'errors without ids'] },
    `a message that the server finds no recipient in (411), on a server ${server}: bad-request`,
    {},
    async ({ romeo, irc }) => {
      irc.caps = ['multi-prefix', ...how];
      await romeo.joins(ROOM, 'romeo');
      irc.refuse('PRIVMSG benvolio', '411 %n :No recipient given (PRIVMSG)');
      await romeo.asks(
        psst,
        `<message type='error' from='${BENVOLIO}' to='*' id='m'>${error('modify/bad-request')}</message>`,
      );
    },
  );
}

conformance(
  { '23.2.412': ['answers errors', 'IRC lines are lost'] },
  'a message that the server finds nothing in (412) is done with: no error, no words, and the next goes out',
  {},
  async ({ romeo, irc }) => {
    irc.caps = ['multi-prefix', 'echo-message'];
    await romeo.joins(ROOM, 'romeo');
    irc.refuse('PRIVMSG benvolio', '412 %n :No text to send');
    romeo.sends(psst);
    await irc.receives(/PRIVMSG benvolio :?psst/);
    romeo.sends(say('hear me', 'next'));
    await irc.receives(/PRIVMSG #verona :hear me/);
    await romeo.receives(`<message id='next' type='groupchat'/>`);
    expect((await romeo.unread()).filter(({ name }) => name === 'message')).toEqual([]);
  },
);

conformance(
  { '23.2.431': ['silent errors', 'every error is internal', 'errors without ids'] },
  'the server sees no nick (431): the one of a join or a change is not acceptable, and a change changes nothing',
  {},
  async ({ romeo, irc }) => {
    irc.refuse('NICK', '431 * :No nickname given');
    await romeo.asks(
      joinOf('romeo'),
      `<presence type='error' from='${ROOM}/romeo' id='join'>${error('cancel/not-acceptable')}</presence>`,
    );
    await romeo.joins(ROOM, 'romeo');
    irc.refuse('NICK', '431 %n :No nickname given');
    await romeo.asks(
      rename(`${ROOM}/montague`),
      `<presence type='error' from='${ROOM}/montague' id='nick'>${error('cancel/not-acceptable')}</presence>`,
    );
    await romeo.asks(ping(`${ROOM}/romeo`), `<iq type='result' id='ping'/>`);
  },
);

conformance(
  { '23.2.431': ['no status', 'nobody is oneself'] },
  'an account whose nick the server does not see (431) gets another, and is told so by 210',
  {},
  async ({ romeo, irc }) => {
    await romeo.asks(
      `<iq to='${GATEWAY}' type='set' id='r'><query xmlns='${REGISTER}'><nick>montague</nick></query></iq>`,
      `<iq type='result' id='r'/>`,
    );
    irc.refuse('NICK', '431 * :No nickname given');
    romeo.sends(joinOf('montague'));
    await romeo.receives(`<presence from='*' !type><x xmlns='${MUC_USER}'>${status(110, 210)}</x></presence>`);
    await irc.receives(/NICK montague_/);
  },
);

conformance(
  { '23.2.472': ['silent errors', 'every error is internal', 'no answers'] },
  'a mode that the server does not know (472), whose answer names no channel: the change of a rank is not allowed',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    irc.refuse('MODE #verona', '472 %n v :is unknown mode char to me');
    await romeo.asks(
      `<iq to='${ROOM}' type='set' id='v'><query xmlns='http://jabber.org/protocol/muc#admin'><item nick='benvolio' role='moderator'/></query></iq>`,
      `<iq type='error' id='v' from='${ROOM}'>${error('cancel/not-allowed')}</iq>`,
    );
  },
);

conformance(
  { '23.2.524': ['silent errors', 'every error is internal', 'no answers'] },
  'a server that asks to try again (524): a kick is refused for now',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    irc.refuse('KICK #verona', '524 %n KICK :Try again later');
    await romeo.asks(
      `<iq to='${ROOM}' type='set' id='k'><query xmlns='http://jabber.org/protocol/muc#admin'><item nick='benvolio' role='none'/></query></iq>`,
      `<iq type='error' id='k' from='${ROOM}'>${error('wait/resource-constraint')}</iq>`,
    );
  },
);

conformance(
  { '23.2.717': ['servers say nothing', 'answers errors'] },
  'who takes messages only of some is told of the attempt (717), and so is the one who wrote: by the server, without an error',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    irc.refuse('PRIVMSG benvolio', '717 %n benvolio :has been informed that you messaged them.');
    romeo.sends(psst);
    await romeo.receives(
      `<message from='${SERVER}' type='headline'><body>benvolio has been informed that you messaged them.</body></message>`,
    );
    expect((await romeo.unread()).filter(({ attrs }) => attrs['type'] === 'error')).toEqual([]);
  },
);

conformance(
  { '23.2.907': ['SASL is left out', 'servers say nothing', 'answers errors'] },
  'signing in where one is signed in already (907) does no harm, on the way in and later; nothing of it is shown',
  {},
  async (world) => {
    const { romeo, irc } = world;
    await signsIn(world);
    irc.tell('romeo', ':irc.test 907 romeo :You have already authenticated using SASL');
    irc.tell('romeo', ':irc.test NOTICE romeo :all is well');
    await romeo.receives(`<message from='${SERVER}' type='headline'><body>all is well</body></message>`);
    expect((await romeo.unread()).filter(({ name }) => name === 'message')).toEqual([]);
  },
);

/** The server has let somebody in by SASL, and says once more that it has. */
async function signsIn({ romeo, irc }: World): Promise<void> {
  irc.caps = ['multi-prefix', 'sasl'];
  const fields = `<nick>romeo</nick><password>wherefore</password>`;
  await romeo.asks(
    `<iq to='${GATEWAY}' type='set' id='r'><query xmlns='${REGISTER}'>${fields}</query></iq>`,
    `<iq type='result' id='r'/>`,
  );
  irc.refuse('AUTHENTICATE PLAIN', '907 %n :You have already authenticated using SASL');
  await romeo.joins(ROOM, 'romeo');
  await irc.receives(/AUTHENTICATE PLAIN/);
}
