// What a user said or changed, as the event that shows it to all her clients once the network has taken it.

import type { Body, Conversation, Message, Participant, Target } from '../model/conversation.ts';
import { ONLINE } from '../model/conversation.ts';
import type { AnyEvent } from '../model/events.ts';
import type { ConversationId, MessageId, UserId } from '../model/ids.ts';
import { messageId } from '../model/ids.ts';
import type { Performed } from './lanes.ts';
import type { IdRow } from './stored-ids.ts';

/** Which network ids the user's own id stands for, so that she can refer to it. `otherwise`: its name where she gave none. */
export function ownRow(
  user: UserId,
  { submission, command, receipt }: Performed,
  otherwise?: string,
): IdRow | undefined {
  const { origin, command: asked } = submission;
  const xmppId = origin?.id ?? otherwise;
  if (xmppId === undefined) return undefined;
  if (asked.kind === 'say') return { user, conversation: asked.conversation, xmppId, ids: receipt.ids };
  if (asked.kind !== 'edit') return undefined;
  const target = command.kind === 'edit' ? networkIds(command.target) : undefined;
  const ids = receipt.ids.length > 0 ? receipt.ids : (target ?? []);
  return { user, conversation: asked.conversation, xmppId, ids };
}

/** The event for the user's clients in the room; undefined where the network's own events tell it. */
export function reflectionOf(
  performed: Performed,
  conversation: Conversation,
  targetIds: (conversation: ConversationId, target: Target) => readonly MessageId[] | undefined,
): AnyEvent | undefined {
  const { submission, receipt } = performed;
  const { command } = submission;
  switch (command.kind) {
    case 'say':
      return receipt.ids.length === 0 ? undefined : said(performed, conversation, command.body);
    case 'edit': {
      const target = targetIds(command.conversation, command.target)?.[0];
      if (target === undefined) return said(performed, conversation, command.body);
      const message = messageOf(performed, conversation, command.body);
      return { kind: 'edited', conversation: conversation.id, target, message };
    }
    case 'retract': {
      const target = targetIds(command.conversation, command.target)?.[0];
      if (target === undefined) return undefined;
      return { kind: 'retracted', conversation: conversation.id, target, by: selfOf(conversation) };
    }
    case 'moderate': {
      const target = targetIds(command.conversation, command.target)?.[0];
      if (target === undefined) return undefined;
      const { reason } = command;
      const why = reason === undefined ? {} : { reason };
      const by = selfOf(conversation);
      return { kind: 'retracted', conversation: conversation.id, target, by, moderated: true, ...why };
    }
    case 'react': {
      const target = targetIds(command.conversation, command.target)?.[0];
      if (target === undefined) return undefined;
      return { kind: 'reacted', conversation: conversation.id, target, by: selfOf(conversation), emoji: command.emoji };
    }
    default:
      return undefined;
  }
}

function said(performed: Performed, conversation: Conversation, body: Body): AnyEvent {
  return { kind: 'said', conversation: conversation.id, message: messageOf(performed, conversation, body) };
}

/** As she wrote it, unless the network says that it sent something else. */
function messageOf({ receipt, submission }: Performed, conversation: Conversation, body: Body): Message {
  const id = receipt.ids[0] ?? messageId(submission.origin?.id ?? '');
  const message = { id, from: selfOf(conversation), own: true, body: receipt.body ?? body };
  return receipt.at === undefined ? message : { ...message, at: receipt.at };
}

function selfOf({ self, participants }: Conversation): Participant {
  return participants.get(self) ?? { id: self, nick: self, rank: 'none', presence: ONLINE };
}

function networkIds(target: Target): readonly MessageId[] | undefined {
  return target.by === 'network' ? target.ids : undefined;
}
