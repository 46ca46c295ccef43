// What Twilio refuses, or could not deliver, in the model's terms: a class for every number that is known, one for all others, and always
// the number itself in the text.

import { BridgeError, type ErrorCode } from '../../src/model/errors.ts';
import { joined, type Text, words } from '../../src/model/words.ts';

export const malformed = (text: Text, field?: string): BridgeError =>
  new BridgeError('malformed', text, field === undefined ? {} : { field });
export const optedOut = (): BridgeError =>
  new BridgeError(
    'opted-out',
    words`They have asked for no more texts (STOP). They must text START before you can write again.`,
  );
export const closed = (): BridgeError =>
  new BridgeError('network-down', words`The connection to the SMS network is closed.`);
export const unreachable = (why: string): BridgeError =>
  new BridgeError('network-down', words`Twilio can't be reached.`, { cause: new Error(why) });

type Row = readonly [code: ErrorCode, text: Text];
const of = (row: Row, ...numbers: readonly number[]): readonly (readonly [number, Row])[] =>
  numbers.map((number) => [number, row]);

const OPERATOR = words`This gateway's operator has to put it right.`;
const ROWS: ReadonlyMap<number, Row> = new Map([
  ...of(['internal', words`Twilio does not accept the account of this gateway. ${OPERATOR}`], 20003, 20005, 30002),
  ...of(
    ['rate-limited', words`Too many texts at once; try again later.`],
    20429,
    30001,
    21611,
    30022,
    30023,
    30027,
    63018,
  ),
  ...of(['not-found', words`That is not a number that exists.`], 21211, 63003, 63024),
  ...of(['not-found', words`The number can't receive texts.`], 21614, 21635, 30006),
  ...of(['not-found', words`The number is unknown, or in service no more.`], 30005),
  ...of(['internal', words`Your own number can't send texts. ${OPERATOR}`], 21212, 21606, 21659, 21660, 21661, 63007),
  ...of(['unsupported', words`Texts to this country are not enabled. ${OPERATOR}`], 21408),
  ...of(['unsupported', words`There is no way to send texts from your number to this one.`], 21612),
  ...of(
    ['unsupported', words`The operator's Twilio account is a trial: it texts only numbers that it has verified.`],
    21608,
  ),
  ...of(['opted-out', optedOut().text], 21610, 63033),
  ...of(['malformed', words`There is nothing in this text that could be sent.`], 21602),
  ...of(['too-long', words`This text is too long.`], 21617, 21605),
  ...of(
    ['too-large', words`This file can't be sent: it is too large, or of a kind that phones don't take.`],
    21620,
    21623,
    30019,
    63005,
  ),
  ...of(['unreachable', words`The phone is switched off or out of reach.`], 30003),
  ...of(['unreachable', words`The network of the phone is busy.`], 30017),
  ...of(['unreachable', words`The network of the phone did not answer in time.`], 30410),
  ...of(['unreachable', words`It was not delivered, and the network of the phone does not say why.`], 30008),
  ...of(
    ['forbidden', words`The text was blocked: the number does not take texts from you, or your number may not send.`],
    30004,
  ),
  ...of(['forbidden', words`The text was filtered out on its way, as unwanted.`], 30007),
  ...of(
    ['unsupported', words`Your number is not registered for texts to this country. ${OPERATOR}`],
    30034,
    30035,
    30032,
    30024,
  ),
  ...of(['timeout', words`It was not sent in time, and is not valid any more.`], 30036),
  ...of(['unsupported', words`The network of the phone can't take files; send a link.`], 30011),
  ...of(['forbidden', words`It was stopped as a suspected fraud with expensive numbers. ${OPERATOR}`], 30450),
  ...of(['unsupported', words`They must write first: more than 24 hours have gone since their last message.`], 63016),
]);
export const KNOWN_NUMBERS: readonly number[] = [...ROWS.keys()];

const TOO_MANY_MS = 1_000;
const AUTHENTICATION = new Set([20003, 20005, 30002]);

/** Not to be put right by the one who writes. */
export function isAccountTrouble({ details }: BridgeError): boolean {
  return AUTHENTICATION.has(Number(details.networkCode));
}

/** Of a number, whenever it comes: refused at once, or told later. `said`: Twilio's own words. */
export function refusal(number: number, said = '', retryAfterMs?: number): BridgeError {
  const [code, text] = ROWS.get(number) ?? unknownRow(number, said);
  const wait = code === 'rate-limited' ? { retryAfterMs: retryAfterMs ?? TOO_MANY_MS } : {};
  return new BridgeError(code, joined([text, words`(Twilio ${number})`], ' '), {
    networkCode: String(number),
    ...wait,
  });
}

/** Numbers from 30000 on are about deliveries, the others about requests. */
function unknownRow(number: number, said: string): Row {
  const why = said.replaceAll(/\s+/g, ' ').trim().slice(0, 200);
  if (number >= 30_000)
    return ['unreachable', why === '' ? words`It could not be delivered.` : words`It was not delivered: ${why}`];
  return ['forbidden', why === '' ? words`Twilio refused it.` : words`Twilio refused it: ${why}`];
}

/** Why a text failed after Twilio had taken it. */
export function failure(number: number, status: string): BridgeError {
  if (number > 0) return refusal(number);
  if (status === 'canceled') return new BridgeError('expired', words`It was taken back before it was sent.`);
  return new BridgeError('unreachable', words`It was not delivered, and Twilio does not say why.`);
}

interface Answer {
  readonly status: number;
  readonly code: number | undefined;
  readonly message: string;
}

/**
 * What the client threw. Never with the request in it: that holds the account's token. `network-down`: nobody knows whether it was
 * performed.
 */
export function failureOf(thrown: unknown): BridgeError {
  if (thrown instanceof BridgeError) return thrown;
  const answer = answerIn(thrown);
  if (answer === undefined) return unreachable(nameOf(thrown));
  const { status, code, message } = answer;
  if (status >= 500) return unreachable(`HTTP ${status}${code === undefined ? '' : `, ${code}`}`);
  if (code !== undefined) return refusal(code, message);
  if (status === 429) return refusal(20429);
  if (status === 401 || status === 403) return refusal(20003);
  return new BridgeError('internal', words`Twilio answered in a way that is not understood (HTTP ${status}).`);
}

/** Of a RestException. */
function answerIn(thrown: unknown): Answer | undefined {
  if (typeof thrown !== 'object' || thrown === null || !('status' in thrown)) return undefined;
  const { status } = thrown;
  if (typeof status !== 'number' || 'isAxiosError' in thrown) return undefined;
  const code = 'code' in thrown && typeof thrown.code === 'number' ? thrown.code : undefined;
  const message = 'message' in thrown && typeof thrown.message === 'string' ? thrown.message : '';
  return { status, code, message };
}

function nameOf(thrown: unknown): string {
  if (typeof thrown !== 'object' || thrown === null) return 'no answer';
  const code = 'code' in thrown ? thrown.code : undefined;
  return typeof code === 'string' ? code : 'name' in thrown ? String(thrown.name) : 'no answer';
}
