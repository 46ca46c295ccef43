// What this network refuses, in the model's terms. A real adapter has its table of numerics or error codes here.

import { BridgeError, ERROR_CODES, type ErrorCode } from '../../src/model/errors.ts';

export const malformed = (text: string, field?: string): BridgeError =>
  new BridgeError('malformed', text, field === undefined ? {} : { field });
export const notJoined = (): BridgeError => new BridgeError('not-joined', 'You are not in this room.');
export const noSuchPerson = (name: string): BridgeError =>
  new BridgeError('not-found', `Nobody here is called ${name}.`);
export const noSuchMessage = (): BridgeError => new BridgeError('not-found', 'There is no such message.');
export const forbidden = (what: string): BridgeError => new BridgeError('forbidden', `You may not ${what} here.`);
export const nickTaken = (nick: string): BridgeError =>
  new BridgeError('nick-taken', `Somebody is called ${nick} already.`);
export const nickInvalid = (nick: string): BridgeError =>
  new BridgeError('nick-invalid', `"${nick}" is not a possible nick.`);
export const closed = (): BridgeError =>
  new BridgeError('network-down', 'The connection to the echo network is closed.');

/** Rooms that nobody gets into, by name: one for each way a join can be refused. */
const REFUSED_ROOMS = new Map<string, BridgeError>([
  ['#banned', new BridgeError('banned', 'You are banned from this room.')],
  ['#members', new BridgeError('members-only', 'This room is for its members.')],
  ['#full', new BridgeError('full', 'This room is full.')],
  ['#nowhere', new BridgeError('not-found', 'There is no such room.')],
  ['#gone', new BridgeError('gone', 'This room is gone for good.')],
  ['#moved', new BridgeError('moved', 'This room is now #garden.', { movedTo: '#garden' })],
  ['#unmade', new BridgeError('unsupported', 'Nobody makes a room here by going in.')],
  ['#busy', new BridgeError('rate-limited', 'Not so fast.', { retryAfterMs: 3_000 })],
]);

export function refusalOfRoom(id: string): BridgeError | undefined {
  return REFUSED_ROOMS.get(id);
}

export function errorNamed(code: string, text: string): BridgeError {
  const known = ERROR_CODES.find((one): one is ErrorCode => one === code);
  if (known === undefined) return malformed(`"${code}" is none of: ${ERROR_CODES.join(', ')}.`);
  return new BridgeError(known, text === '' ? `You asked for the error "${known}".` : text);
}
