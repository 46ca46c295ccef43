// Lines of IRC that hold a password, as they may be shown and logged: what is said to services, and the few commands of the protocol itself.

import { MASK } from '../../src/model/form.ts';

/** What services call signing in, taking a nick back, and changing a password; all behind it is secret. */
const WORDS_TO_SERVICES =
  'AUTH|DROP|GHOST|GROUP|IDENTIFY|ID|LOGIN|LOGON|RECOVER|REGAIN|REGISTER|RELEASE|SETPASS|SET +PASS(?:WORD)?|SIDENTIFY|VERIFY';
const SECRETS: readonly RegExp[] = [
  /^((?:PASS|AUTHENTICATE) +)\S.*$/i,
  /^(OPER +\S+ +)\S.*$/i,
  /^(JOIN +\S+ +)\S.*$/i,
  /^(MODE +[#&]\S* +\S*k\S* +)\S.*$/i,
  // To somebody, or by one of the services' own commands; a channel is no service.
  new RegExp(
    `^((?:(?:PRIVMSG|NOTICE|MSG|SQUERY) +[^#& ]\\S* +:?|(?:[A-Z]+SERV|NS|CS|Q|X) +:?)(?:${WORDS_TO_SERVICES}) +)\\S.*$`,
    'i',
  ),
];
const SOURCE = /^((?:@\S+ +)?(?::\S+ +)?\/?(?:(?:QUOTE|RAW) +)?)(.*)$/is;

/** The same where it holds none. */
export function maskedLine(line: string): string {
  const [, source = '', said = line] = SOURCE.exec(line.trim()) ?? [];
  for (const secret of SECRETS) {
    const start = secret.exec(said)?.[1];
    if (start !== undefined) return source + start + MASK;
  }
  return source + said;
}
