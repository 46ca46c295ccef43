// The ways in which what the gateway sends to IRC is spoilt.

/** What arrives in place of a line of the gateway. */
export type IrcRule = (line: string) => readonly string[];

interface IrcSabotage {
  readonly irc: IrcRule;
}

const line = (irc: IrcRule): IrcSabotage => ({ irc });
/** A line more with the answers to the tests' pings. */
const withPongs = (more: string): IrcSabotage => line((given) => (given.startsWith('PONG') ? [more, given] : [given]));

export const IRC_SABOTAGES = {
  'parts with every PONG': withPongs('PART #verona'),
  'IRC lines are lost': line((given) => (given.startsWith('PRIVMSG') ? [] : [given])),
  'IRC lines come twice': line((given) => (given.startsWith('PRIVMSG') ? [given, given] : [given])),
  'IRC lines are padded': line((given) => [given.startsWith('PRIVMSG') ? given + ' x'.repeat(250) : given]),
  'slash commands are obeyed': line((given) => [given.replace(/^PRIVMSG \S+ :\/quit/, 'QUIT :')]),
  'subjects never reach IRC': line((given) => [given.replaceAll('Tybalt', '')]),
  'CTCP is not answered': line((given) => (given.startsWith('NOTICE') ? [] : [given])),
  'CTCP is answered again and again': line((given) =>
    given.startsWith('NOTICE') ? [given, given, given, given] : [given],
  ),
  'addresses are told on IRC': line((given) => [
    given.replace(/^USER .*/, 'USER montecchi 0 * :montecchi@localhost/orchard/privatephone'),
  ]),
  'joins come too early': line((given) => (given.startsWith('USER') ? [given, 'JOIN #verona'] : [given])),
  'SASL is left out': line((given) => [given.replace(/^AUTHENTICATE .*|^CAP REQ .*sasl.*/, 'CAP END')]),
  'presence is kept back': line((given) => (given.startsWith('AWAY') ? [] : [given])),
  'nobody is watched': line((given) => (/^(?:MONITOR|ISON)/.test(given) ? [] : [given])),
  'nobody is asked whether they are away': line((given) => (given.startsWith('USERHOST') ? [] : [given])),
  'notices are answered': line((given) =>
    given.startsWith('PONG') ? ['NOTICE benvolio :who is there?', given] : [given],
  ),
  'bans are not set': line((given) => (/^MODE \S+ \+b/.test(given) ? [] : [given])),
  'names are read twice': line((given) => [given.replaceAll('\\5c', '\\')]),
  'nobody is asked about': line((given) => (given.startsWith('WHOIS') ? [] : [given])),
  'clients are not asked': line((given) => (given.includes('\u0001') ? [] : [given])),
  'tags are lost': line((given) => [given.replace(/^@\S+ (?:TAGMSG .*)?/, '')]),
  'IRC takes nothing back': line((given) => (given.startsWith('REDACT') ? [] : [given])),
  'bans are of another host': line((given) => [given.replace(/^(MODE \S+ \+b) .*/, '$1 *!*@host.test')]),
  'kicks say nothing': line((given) => [given.replace(/^(KICK \S+ \S+) .*/, '$1')]),
  'keys are lost': line((given) => [given.replace(/^(JOIN \S+) .*/, '$1')]),
} as const satisfies Readonly<Record<string, IrcSabotage>>;
