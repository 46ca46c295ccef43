// What the gateway and its rooms say of themselves (XEP-0030).

import { DISCO_INFO, DISCO_ITEMS, entersVerona, error, FORMS, MUC, REGISTER } from '../support/openings.ts';
import { at, GATEWAY, scenario } from '../support/scenario.ts';

const info = `<query xmlns='${DISCO_INFO}'/>`;
const items = `<query xmlns='${DISCO_ITEMS}'/>`;
const features = (...names: readonly string[]): string => names.map((name) => `<feature var='${name}'/>`).join('');

scenario('the server lists the gateway, and the gateway says what it is', async ({ romeo }) => {
  await romeo.asksAndGets(
    'get',
    'localhost',
    items,
    `<iq type='result'><query xmlns='${DISCO_ITEMS}'><item jid='${GATEWAY}'/></query></iq>`,
  );
  await romeo.asksAndGets(
    'get',
    GATEWAY,
    info,
    `<iq type='result' from='${GATEWAY}'><query xmlns='${DISCO_INFO}'><identity category='gateway' type='irc' name='*'/>${features(
      DISCO_INFO,
      DISCO_ITEMS,
      REGISTER,
      'jabber:iq:gateway',
      'jabber:iq:version',
      'http://jabber.org/protocol/commands',
      'urn:xmpp:ping',
      MUC,
    )}</query></iq>`,
  );
});

scenario('a room says what it is before and after joining', async ({ romeo, irc }) => {
  const room = at('#verona');
  const answer = `<iq type='result' from='${room}'><query xmlns='${DISCO_INFO}'><identity category='conference' name='*'/>${features(
    DISCO_INFO,
    MUC,
    'muc_persistent',
    'muc_semianonymous',
  )}</query></iq>`;
  await romeo.asksAndGets('get', room, info, answer);
  await entersVerona(romeo, irc);
  await romeo.asksAndGets('get', room, info, answer);
  await romeo.asksAndGets(
    'get',
    room,
    info,
    `<iq type='result'><query xmlns='${DISCO_INFO}'><x xmlns='${FORMS}' type='result'><field var='FORM_TYPE'><value>http://jabber.org/protocol/muc#roominfo</value></field></x></query></iq>`,
  );
});

scenario('a person on IRC answers for herself, to strangers too', async ({ romeo }) => {
  await romeo.asksAndGets(
    'get',
    at('tybalt'),
    info,
    `<iq type='result' from='${at('tybalt')}'><query xmlns='${DISCO_INFO}'><identity/></query></iq>`,
  );
});

scenario('a node that is not there', async ({ romeo }) => {
  await romeo.asksAndGets(
    'get',
    GATEWAY,
    `<query xmlns='${DISCO_INFO}' node='no-such-node'/>`,
    `<iq type='error'>${error('cancel', 'item-not-found')}</iq>`,
  );
});

scenario('the commands are listed', async ({ romeo }) => {
  const commands = 'http://jabber.org/protocol/commands';
  await romeo.asksAndGets(
    'get',
    GATEWAY,
    `<query xmlns='${DISCO_ITEMS}' node='${commands}'/>`,
    `<iq type='result'><query xmlns='${DISCO_ITEMS}' node='${commands}'><item jid='${GATEWAY}' node='${REGISTER}' name='*'/></query></iq>`,
  );
});

scenario('a request that nobody understands is answered once', async ({ romeo }) => {
  await romeo.asksAndGets(
    'get',
    GATEWAY,
    "<query xmlns='urn:example:no-such-thing'/>",
    `<iq type='error'>${error('cancel', 'service-unavailable')}</iq>`,
  );
  await romeo.asksAndGets(
    'get',
    at('#verona'),
    "<query xmlns='urn:example:no-such-thing'/>",
    `<iq type='error'>${error('cancel', 'service-unavailable')}</iq>`,
  );
});
