// What a command refers to, as the network names it: found at the last moment, so that a correction finds the line sent just before it.

import type { AnyCommand, CommandOf } from '../model/commands.ts';
import type { Target } from '../model/conversation.ts';
import { BridgeError } from '../model/errors.ts';
import type { UserId } from '../model/ids.ts';
import type { MessageIds } from '../model/ports.ts';
import { words } from '../model/words.ts';

export interface Resolving {
  readonly user: UserId;
  readonly ids: MessageIds;
  /** A reply whose message nobody knows any more, as the network can say it. */
  withoutReply(command: CommandOf<'say' | 'edit'>): AnyCommand;
}

type Referring = CommandOf<'say' | 'edit' | 'retract' | 'moderate' | 'react' | 'display'>;

/** The command with the network's own ids, or why there are none. */
export function withReferences(command: AnyCommand, by: Resolving): AnyCommand | BridgeError {
  switch (command.kind) {
    case 'say':
      return withReply(command, by);
    case 'edit': {
      const target = targetOf(command, command.target, by);
      return target === undefined ? unknownMessage() : { ...command, target };
    }
    case 'retract':
    case 'moderate':
    case 'react': {
      const target = targetOf(command, command.target, by);
      return target === undefined ? unknownMessage() : { ...command, target };
    }
    case 'display': {
      const upTo = targetOf(command, command.upTo, by);
      return upTo === undefined ? unknownMessage() : { ...command, upTo };
    }
    default:
      return command;
  }
}

/** The name of the message that is meant, as the XMPP side named it. */
export function nameIn(command: AnyCommand | undefined): string | undefined {
  const target = command === undefined ? undefined : targetIn(command);
  return target === undefined || target.by === 'network' ? undefined : target.value;
}

function withReply(command: CommandOf<'say'>, by: Resolving): AnyCommand {
  const reply = command.body.replyTo;
  if (reply === undefined) return command;
  const target = targetOf(command, reply.target, by);
  if (target === undefined) return by.withoutReply(command);
  return { ...command, body: { ...command.body, replyTo: { ...reply, target } } };
}

function targetOf({ conversation }: Referring, target: Target, { user, ids }: Resolving): Target | undefined {
  if (target.by === 'network') return target;
  const found = ids.network(user, conversation, target.value);
  return found === undefined ? undefined : { by: 'network', ids: found };
}

function targetIn(command: AnyCommand): Target | undefined {
  switch (command.kind) {
    case 'say':
      return command.body.replyTo?.target;
    case 'edit':
    case 'retract':
    case 'moderate':
    case 'react':
      return command.target;
    case 'display':
      return command.upTo;
    default:
      return undefined;
  }
}

function unknownMessage(): BridgeError {
  return new BridgeError('not-found', words`That message is not known any more.`);
}
