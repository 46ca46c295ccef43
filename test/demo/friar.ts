// The scripted person of the demo: sits in the channel with a plain IRC client and answers who speaks to him.

import { IrcClient } from '../support/irc-client.ts';

export const FRIAR = 'friar';

interface Heard {
  readonly nick: string;
  readonly target: string;
  readonly text: string;
}

/** Resolves when he sits in the channel. */
export async function seatFriar(port: number, channel: string): Promise<IrcClient> {
  const friar = await IrcClient.connect({ port, nick: FRIAR, onLine: (line, self) => answer(self, channel, line) });
  await friar.join(channel);
  friar.send(`TOPIC ${channel} :Welcome to Verona. Friar Laurence hears everybody.`);
  await friar.flush();
  return friar;
}

function answer(friar: IrcClient, channel: string, line: string): void {
  const joined = /^:([^!\s]+)!\S+ JOIN :?(\S+)/.exec(line);
  if (joined !== null && joined[1] !== FRIAR) {
    friar.send(`PRIVMSG ${channel} :Good morrow, ${joined[1]}! Say hello, or ask me the time.`);
  }
  const said = /^:([^!\s]+)!\S+ PRIVMSG (\S+) :(.*)$/.exec(line);
  if (said === null) return;
  const [, nick = '', target = '', text = ''] = said;
  const reply = replyTo({ nick, target, text });
  if (reply !== undefined) friar.send(`PRIVMSG ${target === FRIAR ? nick : channel} :${reply}`);
}

/** What he says to that; undefined where it is not for him. */
function replyTo({ nick, target, text }: Heard): string | undefined {
  if (text.startsWith('\u0001')) return undefined;
  if (target === FRIAR) return `We are alone, ${nick}. I shall tell nobody that you said "${text}".`;
  if (/\b(hello|hi|hey|good morrow)\b/i.test(text)) return `God save you, ${nick}!`;
  if (/\btime\b/i.test(text)) return `${nick}, it is ${new Date().toLocaleTimeString('en-GB')} in Verona.`;
  if (/\bfriar\b/i.test(text)) return `${nick}, wisely and slow: they stumble that run fast.`;
  return `${nick}, I hear you: "${text}".`;
}
