// Changes of a conversation that a user has asked for and the network has not confirmed yet: the event that tells of one of them, which
// comes first, is answered to the client that asked (MUC-35).

import type { AnyCommand } from '../model/commands.ts';
import type { Conversation } from '../model/conversation.ts';
import type { AnyEvent } from '../model/events.ts';
import type { AccountKey } from '../model/ids.ts';
import type { Origin } from '../model/ports.ts';
import type { Submission } from './submission.ts';

export class OwnDoings {
  readonly #underWay = new Set<Submission>();

  begin(submission: Submission): void {
    const { kind } = submission.command;
    if (submission.origin !== undefined && (kind === 'setTopic' || kind === 'setNick')) this.#underWay.add(submission);
  }

  end(submission: Submission): void {
    if (this.#underWay.size > 0) this.#underWay.delete(submission);
  }

  /** Who asked for what the event tells, if it was the user. */
  originOf(event: AnyEvent, account: AccountKey, conversation: Conversation | undefined): Origin | undefined {
    if (this.#underWay.size === 0 || conversation === undefined) return undefined;
    for (const { command, origin } of this.#underWay) {
      if (tellsOf(event, command, account, conversation)) return origin;
    }
    return undefined;
  }
}

function tellsOf(event: AnyEvent, command: AnyCommand, account: AccountKey, { self }: Conversation): boolean {
  // Networks cut what is too long for them, and make one line of several.
  if (event.kind === 'topicSet' && command.kind === 'setTopic') {
    const isHers = event.by?.id === self || isCutOf(event.topic.text, command.text);
    return event.conversation === command.conversation && isHers;
  }
  if (event.kind === 'changed' && command.kind === 'setNick') {
    const { before, now } = event;
    const isHers = before.id === self || now.id === self;
    return isHers && before.nick !== now.nick && account === command.account && isCutOf(now.nick, command.nick);
  }
  return false;
}

function isCutOf(text: string, whole: string): boolean {
  return text === whole || (text !== '' && whole.startsWith(text));
}
