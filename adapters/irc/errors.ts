// What goes wrong on IRC, in the model's words: error numerics and standard replies to BridgeErrors (conformance section 23.2).

import { BridgeError, type ErrorCode } from '../../src/model/errors.ts';
import { type Text, words } from '../../src/model/words.ts';
import { isUsual } from './usual-words.ts';

interface NumericRow {
  readonly code: ErrorCode;
  /** Said where the server says no more than that. */
  readonly text: Text;
  /** Where it means something else in answer to another command. */
  readonly after?: Readonly<Record<string, ErrorCode>>;
}
const row = (code: ErrorCode, text: Text, after?: NumericRow['after']): NumericRow =>
  after === undefined ? { code, text } : { code, text, after };

/** Every error numeric that answers something we asked; other lines from 400 to 599 that do are `forbidden`. */
export const NUMERICS: Readonly<Record<string, NumericRow>> = {
  '263': row('quota', words`The server asks to try again later.`),
  '401': row('not-found', words`There is nobody of that name.`),
  '402': row('host-unknown', words`There is no such server.`),
  '403': row('not-found', words`There is no such channel.`),
  '404': row('forbidden', words`The channel does not take your message.`),
  '405': row('quota', words`You are in too many channels.`),
  '406': row('not-found', words`There was nobody of that name.`),
  '407': row('malformed', words`Too many recipients.`),
  '408': row('forbidden', words`The channel does not take your message.`),
  '411': row('incomplete', words`The message has no recipient.`),
  '412': row('malformed', words`The message is empty.`),
  '415': row('malformed', words`The address is not valid.`),
  '416': row('rate-limited', words`The server would have too much to answer.`),
  '417': row('too-long', words`The line is too long.`),
  '421': row('not-implemented', words`The server does not know this command.`),
  '431': row('nick-invalid', words`A nick is needed.`),
  '432': row('nick-invalid', words`The nick is not allowed here.`),
  '433': row('nick-taken', words`The nick is in use.`),
  '435': row('nick-invalid', words`You are banned in a channel, so the nick can not change.`),
  '436': row('nick-taken', words`The nick is in use.`),
  '437': row('quota', words`The name is not available now.`),
  '438': row('rate-limited', words`The nick changes too fast.`),
  '440': row('unreachable', words`Services are not available.`),
  '441': row('not-found', words`They are not in the channel.`),
  '442': row('not-joined', words`You are not in the channel.`),
  '443': row('conflict', words`They are in the channel already.`),
  '447': row('nick-invalid', words`The nick can not be changed now.`),
  '448': row('forbidden', words`The channel is closed.`),
  '461': row('incomplete', words`The server misses something in the request.`),
  '464': row('bad-credentials', words`The password is wrong.`),
  '465': row('banned', words`You are banned from this server.`),
  '466': row('banned', words`You are about to be banned from this server.`),
  '470': row('moved', words`The channel forwards to another one.`),
  '471': row('full', words`The channel is full.`),
  '472': row('unsupported', words`The server does not know this mode.`),
  '473': row('members-only', words`The channel is for invited people only.`),
  '474': row('banned', words`You are banned from the channel.`),
  '475': row('bad-password', words`The channel key is missing or wrong.`),
  '476': row('malformed', words`The channel name is not valid.`),
  '477': row('members-only', words`The channel is for registered nicks: identify to services first.`, {
    PRIVMSG: 'forbidden',
    NOTICE: 'forbidden',
  }),
  '478': row('quota', words`The list of bans is full.`),
  '479': row('malformed', words`The channel name is not valid.`),
  '480': row('rate-limited', words`The channel lets nobody in now.`),
  '481': row('forbidden', words`You may not do that.`),
  '482': row('forbidden', words`You are not an operator of the channel.`),
  '484': row('forbidden', words`You may not do that.`),
  '485': row('forbidden', words`You may not do that.`),
  '486': row('forbidden', words`They take messages of registered people only.`),
  '489': row('forbidden', words`The channel is for secure connections only.`),
  '495': row('rate-limited', words`You can not come back so soon.`),
  '499': row('forbidden', words`You are not the owner of the channel.`),
  '520': row('forbidden', words`The channel is not open to you.`),
  '524': row('quota', words`The server asks to try again later.`),
  '531': row('forbidden', words`They do not take your messages.`),
  '696': row('malformed', words`The value for the mode is not valid.`),
  '716': row('forbidden', words`They do not take your messages.`),
  '723': row('forbidden', words`You may not do that.`),
  '902': row('bad-credentials', words`The account is locked.`),
  '904': row('bad-credentials', words`The account name or the password is wrong.`),
  '905': row('bad-credentials', words`The account name or the password is too long.`),
  '906': row('bad-credentials', words`The login was broken off.`),
  '907': row('conflict', words`Already logged in.`),
  '908': row('bad-credentials', words`The server does not take this way of logging in.`),
  '926': row('forbidden', words`The channel is closed.`),
};

const ONLY_TO_MESSAGES: ReadonlySet<string> = new Set([
  '404',
  '408',
  '411',
  '412',
  '413',
  '414',
  '486',
  '531',
  '716',
  '717',
]);
const ALSO_TO_MESSAGES: ReadonlySet<string> = new Set([
  '401',
  '402',
  '403',
  '406',
  '407',
  '415',
  '417',
  '442',
  '477',
  '489',
]);
export const MESSAGES = /^(PRIVMSG|NOTICE|CTCP .*)$/;

/** May the numeric be the answer to such a command? Keeps a refused topic from being taken for a refused message. */
export function canAnswer(numeric: string, command: string): boolean {
  const forMessages = ONLY_TO_MESSAGES.has(numeric);
  return MESSAGES.test(command) ? forMessages || ALSO_TO_MESSAGES.has(numeric) : !forMessages;
}

export const isErrorNumeric = (command: string): boolean => /^[45]\d\d$/.test(command) || command in NUMERICS;

/**
 * @param said the server's own words, shown to the person where they say more than the numeric does.
 * @param answered the IRC command it answers.
 */
export function numericError(numeric: string, said: string, answered = ''): BridgeError {
  // WHOIS names the person a second time in place of a server.
  const known = NUMERICS[numeric === '402' && answered === 'WHOIS' ? '401' : numeric];
  const code = known?.after?.[answered] ?? known?.code ?? 'forbidden';
  const text = isUsual(numeric, said) ? (known?.text ?? words`The server refused.`) : said.trim();
  return new BridgeError(code, text, { networkCode: numeric });
}

const STANDARD_CODES: readonly (readonly [RegExp, ErrorCode])[] = [
  [/^(ACCOUNT_REQUIRED|NEED_REGISTRATION|REG_REQUIRED)/, 'members-only'],
  [/(RATE|THROTTLE|TRY_AGAIN|TEMPORARIL)/, 'rate-limited'],
  [/^(INVALID_UTF8|INVALID_)/, 'malformed'],
  [/^NEED_MORE_PARAMS/, 'incomplete'],
  [/^(UNKNOWN_COMMAND|DISABLED)/, 'not-implemented'],
  [/^(NICKNAME_RESERVED|ALREADY_REGISTERED)/, 'nick-taken'],
  [/(TOO_LONG|MAX_BYTES|MAX_LINES|TOO_LARGE)/, 'too-long'],
  [/(NO_SUCH|NOT_FOUND|UNKNOWN_)/, 'not-found'],
];

/** A `FAIL` of IRCv3 standard replies. */
export function standardReplyError(code: string, said: string): BridgeError {
  const known = STANDARD_CODES.find(([pattern]) => pattern.test(code));
  return new BridgeError(known?.[1] ?? 'forbidden', said.trim() || words`The server refused.`, { networkCode: code });
}

const CERTIFICATE_ERRORS = /CERT|SELF_SIGNED|UNABLE_TO_(GET|VERIFY)|ALTNAME|HOSTNAME_MISMATCH|INVALID_CA|PATH_LENGTH/;

/** Why a connection to `host` could not be made or was lost. */
export function connectionError(host: string, cause: unknown): BridgeError {
  if (cause instanceof BridgeError) return cause;
  const name = cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';
  if (name === 'ENOTFOUND' || name === 'EAI_NONAME' || name === 'EAI_NODATA')
    return new BridgeError('host-unknown', words`There is no server named ${host}.`, { cause, networkCode: name });
  if (CERTIFICATE_ERRORS.test(name)) {
    const text = words`The certificate of ${host} can't be trusted (${name}).`;
    return new BridgeError('bad-credentials', text, { cause, networkCode: name });
  }
  if (name === 'ETIMEDOUT')
    return new BridgeError('timeout', words`${host} does not answer.`, { cause, networkCode: name });
  if (name.startsWith('ERR_SSL') || name === 'EPROTO')
    return new BridgeError('network-down', words`${host} does not speak TLS on this port.`, {
      cause,
      networkCode: name,
    });
  const text = name === 'ECONNREFUSED' ? words`${host} refused the connection.` : words`${host} closed the connection.`;
  return new BridgeError('network-down', text, { cause, ...(name === '' ? {} : { networkCode: name }) });
}

/** Ended by an operator, who may not mean it for good. */
export function killedError(said: string): { readonly error: BridgeError; readonly final: boolean } {
  return { error: new BridgeError('network-down', words`Killed: ${said}`, { networkCode: 'KILL' }), final: false };
}

/** An `ERROR` line, the server's last words; some say that it is for good. */
export function closingError(said: string): { readonly error: BridgeError; readonly final: boolean } {
  const text = said.trim() === '' ? words`The server closed the connection.` : said.trim();
  const known = CLOSINGS.find(([pattern]) => pattern.test(said));
  return {
    error: new BridgeError(known?.[1] ?? 'network-down', text, { networkCode: 'ERROR' }),
    final: known?.[2] ?? false,
  };
}

const CLOSINGS: readonly (readonly [RegExp, ErrorCode, final: boolean])[] = [
  [/\b([KGZDXE]-?lined?|banned|akill)\b/i, 'banned', true],
  [/\bpassword\b/i, 'bad-credentials', true],
  [/\b(throttl|too many|too fast|trying to reconnect)/i, 'rate-limited', false],
];
