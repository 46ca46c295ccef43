// Section 23.1: what is too long for the server, of ours and of others.

import { error, MUC_ADMIN, ROOM } from './patterns.ts';
import { conformance } from './proves.ts';

const topic = (text: string, id: string): string =>
  `<message to='${ROOM}' type='groupchat' id='${id}'><subject>${text}</subject></message>`;
const refused = (id: string): string =>
  `<message type='error' id='${id}' from='${ROOM}'>${error('modify/not-acceptable')}</message>`;

conformance(
  {
    'MUC-35': ['silent errors', 'every error is internal', 'later subjects are lost'],
    '23.1.26': 'silent errors',
    '23.1.2': ['silent errors', 'kicks say nothing'],
  },
  'a topic that the server would cut is refused, not sent; the reason of a kick ends at a whole character',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    await romeo.asks(topic('x'.repeat(600), 't1'), refused('t1'));
    irc.tell('romeo', ':irc.test 005 romeo TOPICLEN=10 KICKLEN=6 :are supported by this server');
    await irc.flush('romeo');
    await romeo.asks(topic('größeres Übel', 't2'), refused('t2'));
    romeo.sends(topic('größer', 't3'));
    await romeo.receives(`<message from='${ROOM}/romeo' type='groupchat'><subject>größer</subject></message>`);
    romeo.sends(
      `<iq to='${ROOM}' type='set' id='k'><query xmlns='${MUC_ADMIN}'><item nick='benvolio' role='none'><reason>größer</reason></item></query></iq>`,
    );
    await irc.receives(/KICK #verona benvolio :größ$/);
  },
);

conformance(
  { '23.1.6': 'no reflections', '23.1.10': 'later subjects are lost' },
  'a line or topic that was cut inside a character is shown without that, and as UTF-8; other bytes are text of the server’s fallback',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    const tells = (text: string, bytes: readonly number[]): void => {
      const line = Buffer.from(`:tybalt!tybalt@host.test ${text}`);
      irc.socketOf('romeo').write(Buffer.concat([line, Buffer.from(bytes), Buffer.from('\r\n')]));
    };
    const said = (text: string): string =>
      `<message from='${ROOM}/tybalt' type='groupchat'><body>${text}</body></message>`;
    tells('PRIVMSG #verona :grüße', [0xc3]);
    await romeo.receives(said('grüße'));
    tells('PRIVMSG #verona :\u0001ACTION grüßt', [0xf0, 0x9f, 0x8e]);
    await romeo.receives(said('/me grüßt'));
    tells('PRIVMSG #verona :caf', [0xe9]);
    await romeo.receives(said('café'));
    tells('TOPIC #verona :häuser', [0xc3]);
    await romeo.receives(`<message from='${ROOM}/tybalt' type='groupchat'><subject>häuser</subject></message>`);
  },
);
