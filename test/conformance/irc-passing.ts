// What the tests' IRC server passes on from one person to others, and reads of a line for that.

import type { Client } from './irc-registration.ts';

let messages = 0;

/** Command and parameters, without tags. */
export function wordsOf(line: string): readonly string[] {
  const untagged = line.replace(/^@\S+ /, '');
  const colon = untagged.indexOf(' :');
  const words = (colon < 0 ? untagged : untagged.slice(0, colon)).split(' ').filter((word) => word !== '');
  return colon < 0 ? words : [...words, untagged.slice(colon + 2)];
}

/** Says it to the others, and back to whoever wants her own echoed; with an id for those who read tags. */
export function passOn(
  sender: Client,
  command: string,
  [target = '', ...rest]: readonly string[],
  hearersOf: (sender: Client, target: string) => readonly Client[],
): void {
  const [last = '', ...front] = [...rest].reverse();
  const said = [command, target, ...front.reverse(), `:${last}`].join(' ');
  const line = `:${sender.nick}!${sender.nick}@host.test ${said}\r\n`;
  const id = command === 'PRIVMSG' ? `@msgid=m${++messages} ` : '';
  const isEchoed = sender.caps.has('echo-message');
  for (const one of [...(isEchoed ? [sender] : []), ...hearersOf(sender, target)])
    one.socket.write(one.caps.has('message-tags') ? id + line : line);
}
