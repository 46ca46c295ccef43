// What Twilio refuses, or could not deliver, in the model's terms: a class for every number that is known, one for all others, and always
// the number itself in the text.

import { BridgeError, type ErrorCode } from '../../src/model/errors.ts';

export const malformed = (text: string, field?: string): BridgeError =>
  new BridgeError('malformed', text, field === undefined ? {} : { field });
export const optedOut = (): BridgeError =>
  new BridgeError(
    'opted-out',
    'They have asked for no more texts (STOP). They must text START before you can write again.',
  );
export const closed = (): BridgeError =>
  new BridgeError('network-down', 'The connection to the SMS network is closed.');
export const unreachable = (why: string): BridgeError =>
  new BridgeError('network-down', "Twilio can't be reached.", { cause: new Error(why) });

type Row = readonly [code: ErrorCode, text: string];
const of = (row: Row, ...numbers: readonly number[]): readonly (readonly [number, Row])[] =>
  numbers.map((number) => [number, row]);

const OPERATOR = "This gateway's operator has to put it right.";
const ROWS: ReadonlyMap<number, Row> = new Map([
  ...of(['internal', `Twilio does not accept the account of this gateway. ${OPERATOR}`], 20003, 20005, 30002),
  ...of(['rate-limited', 'Too many texts at once; try again later.'], 20429, 30001, 21611, 30022, 30023, 30027, 63018),
  ...of(['not-found', 'That is not a number that exists.'], 21211, 63003, 63024),
  ...of(['not-found', "The number can't receive texts."], 21614, 21635, 30006),
  ...of(['not-found', 'The number is unknown, or in service no more.'], 30005),
  ...of(['internal', `Your own number can't send texts. ${OPERATOR}`], 21212, 21606, 21659, 21660, 21661, 63007),
  ...of(['unsupported', `Texts to this country are not enabled. ${OPERATOR}`], 21408),
  ...of(['unsupported', 'There is no way to send texts from your number to this one.'], 21612),
  ...of(
    ['unsupported', "The operator's Twilio account is a trial: it texts only numbers that it has verified."],
    21608,
  ),
  ...of(['opted-out', optedOut().message], 21610, 63033),
  ...of(['malformed', 'There is nothing in this text that could be sent.'], 21602),
  ...of(['too-long', 'This text is too long.'], 21617, 21605),
  ...of(
    ['too-large', "This file can't be sent: it is too large, or of a kind that phones don't take."],
    21620,
    21623,
    30019,
    63005,
  ),
  ...of(['unreachable', 'The phone is switched off or out of reach.'], 30003),
  ...of(['unreachable', 'The network of the phone is busy.'], 30017),
  ...of(['unreachable', 'The network of the phone did not answer in time.'], 30410),
  ...of(['unreachable', 'It was not delivered, and the network of the phone does not say why.'], 30008),
  ...of(
    ['forbidden', 'The text was blocked: the number does not take texts from you, or your number may not send.'],
    30004,
  ),
  ...of(['forbidden', 'The text was filtered out on its way, as unwanted.'], 30007),
  ...of(
    ['unsupported', `Your number is not registered for texts to this country. ${OPERATOR}`],
    30034,
    30035,
    30032,
    30024,
  ),
  ...of(['timeout', 'It was not sent in time, and is not valid any more.'], 30036),
  ...of(['unsupported', "The network of the phone can't take files; send a link."], 30011),
  ...of(['forbidden', `It was stopped as a suspected fraud with expensive numbers. ${OPERATOR}`], 30450),
  ...of(['unsupported', 'They must write first: more than 24 hours have gone since their last message.'], 63016),
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
  return new BridgeError(code, `${text.replace(/\.$/, '')} (Twilio ${number}).`, {
    networkCode: String(number),
    ...wait,
  });
}

/** Numbers from 30000 on are about deliveries, the others about requests. */
function unknownRow(number: number, said: string): Row {
  const words = said.replaceAll(/\s+/g, ' ').trim().slice(0, 200);
  if (number >= 30_000)
    return ['unreachable', words === '' ? 'It could not be delivered.' : `It was not delivered: ${words}`];
  return ['forbidden', words === '' ? 'Twilio refused it.' : `Twilio refused it: ${words}`];
}

/** Why a text failed after Twilio had taken it. */
export function failure(number: number, status: string): BridgeError {
  if (number > 0) return refusal(number);
  if (status === 'canceled') return new BridgeError('expired', 'It was taken back before it was sent.');
  return new BridgeError('unreachable', 'It was not delivered, and Twilio does not say why.');
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
  return new BridgeError('internal', `Twilio answered in a way that is not understood (HTTP ${status}).`);
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
