// What this network refuses, in the model's terms. A real adapter has its table of numerics or error codes here.

import { BridgeError, ERROR_CODES, type ErrorCode } from '../../src/model/errors.ts';
import { type Text, type Words, words } from '../../src/model/words.ts';

export const malformed = (text: Text, field?: string): BridgeError =>
  new BridgeError('malformed', text, field === undefined ? {} : { field });
export const notJoined = (): BridgeError => new BridgeError('not-joined', words`You are not in this room.`);
export const noSuchPerson = (name: string): BridgeError =>
  new BridgeError('not-found', words`Nobody here is called ${name}.`);
export const noSuchMessage = (): BridgeError => new BridgeError('not-found', words`There is no such message.`);
export const forbidden = (text: Words): BridgeError => new BridgeError('forbidden', text);
export const nickTaken = (nick: string): BridgeError =>
  new BridgeError('nick-taken', words`Somebody is called ${nick} already.`);
export const nickInvalid = (nick: string): BridgeError =>
  new BridgeError('nick-invalid', words`“${nick}” is not a possible nick.`);
export const closed = (): BridgeError =>
  new BridgeError('network-down', words`The connection to the echo network is closed.`);

/** Rooms that nobody gets into, by name: one for each way a join can be refused. */
const REFUSED_ROOMS = new Map<string, BridgeError>([
  ['#banned', new BridgeError('banned', words`You are banned from this room.`)],
  ['#members', new BridgeError('members-only', words`This room is for its members.`)],
  ['#full', new BridgeError('full', words`This room is full.`)],
  ['#nowhere', new BridgeError('not-found', words`There is no such room.`)],
  ['#gone', new BridgeError('gone', words`This room is gone for good.`)],
  ['#moved', new BridgeError('moved', words`This room is now #garden.`, { movedTo: '#garden' })],
  ['#unmade', new BridgeError('unsupported', words`Nobody makes a room here by going in.`)],
  ['#busy', new BridgeError('rate-limited', words`Not so fast.`, { retryAfterMs: 3_000 })],
]);

export function refusalOfRoom(id: string): BridgeError | undefined {
  return REFUSED_ROOMS.get(id);
}

export function errorNamed(code: string, text: string): BridgeError {
  const known = ERROR_CODES.find((one): one is ErrorCode => one === code);
  if (known === undefined) return malformed(words`“${code}” is none of: ${ERROR_CODES.join(', ')}.`);
  return new BridgeError(known, text === '' ? words`You asked for the error “${known}”.` : text);
}
