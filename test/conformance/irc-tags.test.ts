// Sections 23.1.19 and 23.1.30: typing, reactions, replies and messages that are taken back, where the server passes them on.

import { expect } from 'vitest';
import { elementsOf, type XmlNode } from '../support/xml-tree.ts';
import type { IrcNetwork } from './irc-network.ts';
import { BENVOLIO, error, ROOM, say } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

const STATES = 'http://jabber.org/protocol/chatstates';
const REACTIONS = 'urn:xmpp:reactions:0';
const RETRACT = 'urn:xmpp:message-retract:1';
const REPLY = 'urn:xmpp:reply:0';
const FROM = ':benvolio!benvolio@host.test';

const group = (inside: string, id = 'g'): string =>
  `<message to='${ROOM}' type='groupchat' id='${id}'>${inside}</message>`;
const fromBenvolio = (inside: string): string =>
  `<message from='${ROOM}/benvolio' type='groupchat' !error>${inside}</message>`;

/** In the channel, on a server that passes tags on and lets messages be taken back. */
async function isIn(romeo: Client, irc: IrcNetwork, more: readonly string[] = []): Promise<void> {
  irc.caps = ['multi-prefix', 'message-tags', 'draft/message-redaction', ...more];
  await romeo.joins(ROOM, 'romeo');
}

/** Benvolio says something under that name of the network's. */
async function says(romeo: Client, irc: IrcNetwork, id: string, text: string): Promise<void> {
  irc.tell('romeo', `@msgid=${id} ${FROM} PRIVMSG #verona :${text}`);
  await romeo.receives(fromBenvolio(`<body>${text}</body><stanza-id xmlns='urn:xmpp:sid:0' id='${id}' by='${ROOM}'/>`));
}

const stanzaIdOf = (stanza: XmlNode): string =>
  elementsOf(stanza).find(({ name }) => name === 'stanza-id')?.attrs['id'] ?? '';

conformance(
  { '23.1.19': ['typing is out', 'tags are lost'] },
  'who is typing, in the channel and to the user alone, both ways: refreshed while it lasts, ended by words or silence',
  {},
  async ({ romeo, irc, clock }) => {
    await isIn(romeo, irc);
    for (const value of ['active', 'active', 'paused']) irc.tell('romeo', `@+typing=${value} ${FROM} TAGMSG #verona`);
    await romeo.receives(fromBenvolio(`<composing xmlns='${STATES}'/>`));
    await romeo.receives(fromBenvolio(`<paused xmlns='${STATES}'/>`));
    irc.tell('romeo', `@+typing=done ${FROM} TAGMSG #verona`);
    await romeo.receives(fromBenvolio(`<active xmlns='${STATES}'/>`));
    irc.tell('romeo', `@+typing=active ${FROM} TAGMSG romeo`);
    await romeo.receives(`<message from='${BENVOLIO}' type='chat'><composing xmlns='${STATES}'/></message>`);
    clock.speed = 20;
    await romeo.receives(`<message from='${BENVOLIO}' type='chat'><active xmlns='${STATES}'/></message>`);
    romeo.sends(group(`<composing xmlns='${STATES}'/>`));
    for (let times = 0; times < 3; times++)
      expect(await irc.receives(/TAGMSG/)).toBe('romeo @+typing=active TAGMSG #verona');
    romeo.sends(group(`<active xmlns='${STATES}'/>`));
    await irc.receives(/@\+typing=done TAGMSG #verona/);
    romeo.sends(`<message to='${BENVOLIO}' type='chat'><composing xmlns='${STATES}'/></message>`);
    await irc.receives(/@\+typing=active TAGMSG benvolio/);
    romeo.sends(`<message to='${BENVOLIO}' type='chat' id='m'><body>psst</body></message>`);
    await irc.receives(/PRIVMSG benvolio :?psst/);
    clock.speed = 1;
    await irc.flush('romeo');
    expect((await romeo.unread()).filter(({ name }) => name === 'message')).toEqual([]);
  },
);

conformance(
  { '23.1.19': ['reactions are out', 'tags are lost'], '23.1.30': ['reactions are out', 'tags are lost'] },
  'reactions: one by one on IRC, whole sets here; of a message nobody knows nothing is sent',
  {},
  async ({ romeo, irc }) => {
    await isIn(romeo, irc);
    await says(romeo, irc, 'a1', 'good morrow');
    const shown = (...emoji: readonly string[]): string =>
      fromBenvolio(
        `<reactions xmlns='${REACTIONS}' id='a1'>${emoji.map((one) => `<reaction>${one}</reaction>`).join('')}</reactions>`,
      );
    const heard = (tag: string, emoji: string): void =>
      irc.tell('romeo', `@+draft/reply=a1;+draft/${tag}=${emoji} ${FROM} TAGMSG #verona`);
    heard('react', '👍');
    await romeo.receives(shown('👍'));
    heard('react', '🎉');
    heard('react', '🎉');
    await romeo.receives(shown('👍', '🎉'));
    heard('unreact', '👍');
    await romeo.receives(shown('🎉'));
    const reacts = (id: string, ...emoji: readonly string[]): void =>
      romeo.sends(
        group(
          `<reactions xmlns='${REACTIONS}' id='a1'>${emoji.map((one) => `<reaction>${one}</reaction>`).join('')}</reactions>`,
          id,
        ),
      );
    reacts('r1', '👍', '❤');
    await irc.receives(/@\+draft\/react=👍;\+draft\/reply=a1 TAGMSG #verona$/);
    await irc.receives(/@\+draft\/react=❤;\+draft\/reply=a1 TAGMSG #verona$/);
    await romeo.receives(
      `<message from='${ROOM}/romeo' type='groupchat'><reactions xmlns='${REACTIONS}' id='a1'/></message>`,
    );
    reacts('r2', '❤');
    await irc.receives(/@\+draft\/unreact=👍;\+draft\/reply=a1 TAGMSG #verona$/);
    await irc.flush('romeo');
    expect(irc.lines.filter((line) => line.includes('TAGMSG'))).toHaveLength(3);
    expect(irc.lines.filter((line) => line.includes('ACTION'))).toEqual([]);
  },
);

conformance(
  { '23.1.19': ['replies are out', 'tags are lost'] },
  'replies name the message that they answer; the quote for others is cut out between emoji, and not said on IRC',
  {},
  async ({ romeo, irc }) => {
    await isIn(romeo, irc);
    await says(romeo, irc, 'a1', 'is the day so young?');
    for (const tag of ['draft/reply', 'reply']) {
      irc.tell('romeo', `@+${tag}=a1 :tybalt!t@host.test PRIVMSG #verona :what?`);
      await romeo.receives(
        `<message from='${ROOM}/tybalt' type='groupchat'><body>what?</body><reply xmlns='${REPLY}' id='a1'/></message>`,
      );
    }
    const quote = '> 👩‍👩‍👧 is the day so young?\n';
    const marked = `<fallback xmlns='urn:xmpp:fallback:0' for='${REPLY}'><body start='0' end='${Array.from(quote).length}'/></fallback>`;
    romeo.sends(
      group(
        `<body>&gt; 👩‍👩‍👧 is the day so young?\n🎉 but new</body><reply xmlns='${REPLY}' to='${ROOM}/benvolio' id='a1'/>${marked}`,
      ),
    );
    expect(await irc.receives(/PRIVMSG #verona/)).toBe('romeo @+draft/reply=a1 PRIVMSG #verona :🎉 but new');
  },
);

conformance(
  {
    '23.1.19': ['retractions are out', 'IRC takes nothing back'],
    '23.1.30': ['retractions are out', 'IRC takes nothing back', 'silent errors', 'every error is internal'],
  },
  'messages are taken back both ways, by operators too; what the server refuses is refused here',
  {},
  async ({ romeo, irc }) => {
    await isIn(romeo, irc, ['echo-message']);
    await says(romeo, irc, 'a1', 'alas');
    irc.tell('romeo', `${FROM} REDACT #verona a1 :never mind`);
    await romeo.receives(fromBenvolio(`<retract xmlns='${RETRACT}' id='a1'><reason>never mind</reason></retract>`));
    await says(romeo, irc, 'a2', 'alack');
    irc.tell('romeo', ':tybalt!t@host.test REDACT #verona a2');
    await romeo.receives(
      `<message from='${ROOM}' type='groupchat'><retract xmlns='${RETRACT}' id='a2'><moderated xmlns='urn:xmpp:message-moderate:1' by='${ROOM}/tybalt'/></retract></message>`,
    );
    romeo.sends(say('helo', 'h'));
    const own = stanzaIdOf(await romeo.receives(`<message id='h' type='groupchat'/>`));
    romeo.sends(group(`<retract xmlns='${RETRACT}' id='${own}'/>`, 'gone'));
    expect(await irc.receives(/REDACT/)).toBe(`romeo REDACT #verona ${own}`);
    await romeo.receives(
      `<message from='${ROOM}/romeo' type='groupchat'><retract xmlns='${RETRACT}' id='${own}'/></message>`,
    );
    romeo.sends(say('hello', 'late'));
    const old = stanzaIdOf(await romeo.receives(`<message id='late' type='groupchat'/>`));
    irc.refuse('REDACT #verona', `FAIL REDACT REDACT_WINDOW_EXPIRED #verona ${old} :That is too long ago`);
    await romeo.asks(
      group(`<retract xmlns='${RETRACT}' id='${old}'/>`, 'kept'),
      `<message type='error' id='kept' from='${ROOM}'>${error('auth/forbidden').replace('*', 'That is too long ago')}</message>`,
    );
  },
);

conformance(
  { '23.1.30': ['IRC lines are lost', 'silent errors', 'every error can be retried'] },
  'where the server has none of it: a correction is a line of its own, taking back is not allowed, and no tag is sent',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    romeo.sends(say('helo', 'first'));
    const own = stanzaIdOf(await romeo.receives(`<message id='first' type='groupchat'/>`));
    romeo.sends(group(`<body>hello</body><replace xmlns='urn:xmpp:message-correct:0' id='first'/>`, 'second'));
    await irc.receives(/PRIVMSG #verona :\* hello$/);
    romeo.sends(group(`<composing xmlns='${STATES}'/>`));
    romeo.sends(group(`<reactions xmlns='${REACTIONS}' id='${own}'><reaction>👍</reaction></reactions>`));
    await romeo.asks(
      group(`<retract xmlns='${RETRACT}' id='${own}'/>`, 'third'),
      `<message type='error' id='third'>${error('cancel/not-allowed')}</message>`,
    );
    await irc.flush('romeo');
    expect(irc.lines.filter((line) => /TAGMSG|@|REDACT/.test(line.replace(/USER .*/, '')))).toEqual([]);
  },
);
