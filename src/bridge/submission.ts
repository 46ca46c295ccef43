// A command on its way out, with the one who asked for it.

import type { AnyCommand, CommandKind } from '../model/commands.ts';
import type { BridgeError } from '../model/errors.ts';
import type { UserId } from '../model/ids.ts';
import type { Origin, Presenter } from '../model/ports.ts';

export interface Submission {
  readonly command: AnyCommand;
  /** Absent where the bridge itself asks. */
  readonly origin?: Origin;
  /** She was in the room when the gateway began to stop, and that closed it. */
  readonly wasIn?: boolean;
  /** Hears how it went, once, instead of the one who asked. */
  heard?(error: BridgeError | undefined): void;
  /** While it waits for a session: true when it need not be sent any more. */
  isStale?(): boolean;
  /** It is being sent now. */
  begun?(): void;
}

export function settle(
  presenter: Presenter,
  user: UserId,
  submission: Submission,
  error: BridgeError | undefined,
): void {
  const { command, origin } = submission;
  if (submission.heard !== undefined) submission.heard(error);
  else if (origin === undefined) return;
  else if (origin.settle !== undefined) origin.settle(error);
  else if (error !== undefined) presenter.refuse(user, command, origin, error);
}

/** What the user's client says by itself: never worth connecting for. */
const PASSING: ReadonlySet<CommandKind> = new Set<CommandKind>(['type', 'display', 'leave', 'appear', 'watch']);

export function isPassing(command: AnyCommand): boolean {
  return PASSING.has(command.kind);
}

/** MUC-31: a client can do these only in a room that it is in. */
const NEEDS_JOINED: ReadonlySet<CommandKind> = new Set<CommandKind>([
  'say',
  'edit',
  'retract',
  'react',
  'type',
  'display',
  'setTopic',
]);
/** These need the user to be in the room, with whichever client. */
const NEEDS_OPEN: ReadonlySet<CommandKind> = new Set<CommandKind>([
  'moderate',
  'setPicture',
  'setRank',
  'eject',
  'invite',
  'configure',
  'destroy',
]);

export function presenceNeeded(command: AnyCommand): 'client' | 'user' | 'none' {
  if (NEEDS_JOINED.has(command.kind)) return 'client';
  return NEEDS_OPEN.has(command.kind) ? 'user' : 'none';
}
