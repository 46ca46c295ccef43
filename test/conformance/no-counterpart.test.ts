// Section 5: what IRC has nothing for is said in words, or refused with a reason; nothing is lost unsaid (the README's table has all of it).

import { expect } from 'vitest';
import { error, REGISTER, GATEWAY, ROOM, say } from './patterns.ts';
import { conformance } from './proves.ts';

conformance(
  { 'CPIM-1': ['IRC lines are lost', 'silent errors', 'errors without words', 'every error can be retried'] },
  'a correction is a line of its own, taking back and closing a room are refused with words, a reaction is said where one wants it',
  {},
  async ({ romeo, irc }) => {
    const settings = (reactionsInWords: string): string =>
      `<iq to='${GATEWAY}' type='set' id='r${reactionsInWords}'><query xmlns='${REGISTER}'><x xmlns='jabber:x:data' type='submit'><field var='server'><value>test</value></field><field var='nick'><value>romeo</value></field><field var='reactionsInWords'><value>${reactionsInWords}</value></field></x></query></iq>`;
    const reaction = (id: string): string =>
      `<message to='${ROOM}' type='groupchat' id='${id}'><reactions xmlns='urn:xmpp:reactions:0' id='first'><reaction>👍</reaction></reactions></message>`;
    await romeo.asks(settings('0'), `<iq type='result' id='r0'/>`);
    await romeo.joins(ROOM, 'romeo');
    romeo.sends(say('helo', 'first'));
    const first = await romeo.receives(`<message id='first' type='groupchat'/>`);
    romeo.sends(
      `<message to='${ROOM}' type='groupchat' id='second'><body>hello</body><replace xmlns='urn:xmpp:message-correct:0' id='first'/></message>`,
    );
    await irc.receives(/PRIVMSG #verona :\* hello$/);
    const stanzaId = /"by":"[^"]*","id":"([^"]*)"/.exec(JSON.stringify(first))?.[1] ?? 'first';
    await romeo.asks(
      `<message to='${ROOM}' type='groupchat' id='third'><retract xmlns='urn:xmpp:message-retract:1' id='${stanzaId}'/></message>`,
      `<message type='error' id='third'>${error('cancel/not-allowed')}</message>`,
    );
    await romeo.asks(
      `<iq to='${ROOM}' type='set' id='end'><query xmlns='http://jabber.org/protocol/muc#owner'><destroy/></query></iq>`,
      `<iq type='error' id='end'>${error('cancel/not-allowed')}</iq>`,
    );
    romeo.sends(reaction('r1'));
    await romeo.asks(settings('1'), `<iq type='result' id='r1'/>`);
    romeo.sends(reaction('r2'));
    await irc.receives(/PRIVMSG #verona :\u0001ACTION reacts with 👍/);
    await irc.flush('romeo');
    expect(irc.lines.filter((line) => line.includes('ACTION'))).toHaveLength(1);
  },
);
