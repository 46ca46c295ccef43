// Who waits to be let into a room.

import type { CommandOf } from '../model/commands.ts';
import type { BridgeError } from '../model/errors.ts';
import type { Origin } from '../model/ports.ts';

/** A client that wants to be in, and is to be told. */
export interface Waiting {
  readonly command: CommandOf<'join'>;
  readonly origin: Origin;
  /** When it came, milliseconds since the epoch. */
  readonly at: number;
  /** The ring's, when it came into an open room. */
  readonly mark?: number;
}

/** What was wrong with one join need not be wrong with another. */
export function asksForAnother(
  { code }: BridgeError,
  one: CommandOf<'join'>,
  tried: CommandOf<'join'> | undefined,
): boolean {
  if (code === 'nick-taken' || code === 'nick-invalid') return one.nick !== tried?.nick;
  return code === 'bad-password' && one.password !== tried?.password;
}
