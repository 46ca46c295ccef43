// Section 26.14: bodies with line breaks, very long ones, and emoji where the quote of a reply ends.

import { expect } from 'vitest';
import { BENVOLIO, ROOM, say } from './patterns.ts';
import { conformance } from './proves.ts';

const REPLY = 'urn:xmpp:reply:0';
const PREFIX_BYTES = Buffer.byteLength(':romeo!romeo@host.test \r\n');

conformance(
  { '26.14': ['IRC lines are lost', 'IRC lines are padded', 'replies are out', 'no reflections'] },
  'line breaks are lines, 3,000 characters come whole and in order, a quote ends between emoji; each is one message here',
  {},
  async ({ romeo, irc }) => {
    irc.caps = ['multi-prefix', 'message-tags', 'echo-message'];
    await romeo.joins(ROOM, 'romeo');
    const sent = (): string[] =>
      irc.lines
        .filter((line) => /PRIVMSG #verona :/.test(line))
        .map((line) => line.replace(/^.*?PRIVMSG #verona :/, ''));
    const takes = async (body: string, id: string, inside = ''): Promise<string[]> => {
      const from = sent().length;
      romeo.sends(say(body, id).replace('</message>', `${inside}</message>`));
      await romeo.receives(`<message id='${id}' type='groupchat' !error/>`);
      return sent().slice(from);
    };
    expect(await takes('one\ntwo\r\n\nthree 🍷', 'breaks')).toEqual(['one', 'two', 'three 🍷']);
    const long = Array.from({ length: 300 }, (_, i) => `wört${i}👩‍👩‍👧`)
      .join(' ')
      .slice(0, 3_000);
    expect((await takes(long, 'long')).map((line) => line.trim()).join(' ')).toBe(long.trim());
    for (const line of irc.lines.filter((one) => one.includes('PRIVMSG')))
      expect(Buffer.byteLength(line.slice('romeo '.length).replace(/^@\S+ /, '')) + PREFIX_BYTES).toBeLessThanOrEqual(
        512,
      );

    irc.tell('romeo', '@msgid=a1 :benvolio!benvolio@host.test PRIVMSG #verona :👩‍👩‍👧 well?');
    await romeo.receives(`<message from='${ROOM}/benvolio'><body>👩‍👩‍👧 well?</body></message>`);
    const quote = '> 👩‍👩‍👧 well?🍷\n';
    const fallback = `<fallback xmlns='urn:xmpp:fallback:0' for='${REPLY}'><body start='0' end='${Array.from(quote).length}'/></fallback>`;
    const reply = `<reply xmlns='${REPLY}' to='${ROOM}/benvolio' id='a1'/>${fallback}`;
    expect(await takes(`${quote.replace('>', '&gt;')}🍷👩‍👩‍👧 yes`, 'reply', reply)).toEqual(['🍷👩‍👩‍👧 yes']);
  },
);

conformance(
  { '26.14': ['IRC lines are lost', 'replies are out'] },
  'where there are no replies the quote stands in front, with who had said it',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    irc.says('benvolio', '#verona', '🍷?');
    const { attrs } = await romeo.receives(`<message from='${ROOM}/benvolio'><body>🍷?</body></message>`);
    const fallback = `<fallback xmlns='urn:xmpp:fallback:0' for='${REPLY}'><body start='0' end='5'/></fallback>`;
    romeo.sends(
      `<message to='${ROOM}' type='groupchat' id='r'><body>&gt; 🍷?\n🎉yes</body><reply xmlns='${REPLY}' to='${ROOM}/benvolio' id='${attrs['id'] ?? ''}'/>${fallback}</message>`,
    );
    await irc.receives(/PRIVMSG #verona :> benvolio: 🍷\?$/);
    await irc.receives(/PRIVMSG #verona :?🎉yes$/);
    romeo.sends(`<message to='${BENVOLIO}' type='chat' id='c'><body>🎉</body></message>`);
    await irc.receives(/PRIVMSG benvolio :?🎉$/);
  },
);
