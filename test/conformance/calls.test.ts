// Section 17: calls end at once, whichever way a client begins them.

import { expect } from 'vitest';
import { BENVOLIO, error, GATEWAY, ROOM } from './patterns.ts';
import { conformance } from './proves.ts';

conformance(
  { 'CALL-1': ['calls are out', 'silent errors', 'every error is internal', 'every error can be retried'] },
  'calls that are proposed by message are rejected by message, to the caller, without an error; Jingle is refused; the network hears nothing',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    const before = irc.lines.length;
    const talk = `<description xmlns='urn:xmpp:jingle:apps:rtp:1' media='audio'/>`;
    for (const to of [BENVOLIO, `${ROOM}/benvolio`, GATEWAY]) {
      const rejected = (inside: string): string =>
        `<message from='${to}' to='${romeo.jid}' type='chat' !error>${inside}</message>`;
      await romeo.asks(
        `<message to='${to}' type='chat' id='p'><propose xmlns='urn:xmpp:jingle-message:0' id='call-1'>${talk}</propose><store xmlns='urn:xmpp:hints'/></message>`,
        rejected(`<reject xmlns='urn:xmpp:jingle-message:0' id='call-1'/>`),
      );
      await romeo.asks(
        `<message to='${to}' type='chat' id='call-2'><invite xmlns='urn:xmpp:call-message:1'><jingle sid='call-2'/></invite></message>`,
        rejected(`<reject xmlns='urn:xmpp:call-message:1' id='call-2'/>`),
      );
      await romeo.asks(
        `<iq to='${to}' type='set' id='j'><jingle xmlns='urn:xmpp:jingle:1' action='session-initiate' sid='call-3'/></iq>`,
        `<iq type='error' id='j' from='${to}'>${error('cancel/service-unavailable')}</iq>`,
      );
      for (const end of ['retract', 'finish', 'reject'])
        romeo.sends(
          `<message to='${to}' type='chat'><${end} xmlns='urn:xmpp:jingle-message:0' id='call-1'/></message>`,
        );
    }
    romeo.sends(
      `<message to='${ROOM}' type='groupchat' id='g'><invite xmlns='urn:xmpp:call-message:1'><jingle sid='call-4'/></invite></message>`,
    );
    expect((await romeo.unread()).filter(({ name }) => name !== 'iq')).toEqual([]);
    await irc.flush('romeo');
    expect(irc.lines.slice(before).filter((line) => !/ PONG /.test(line))).toEqual([]);
  },
);
