// What became of a text, as the events that tell of it. States come out of order, doubled and late: each id below is kept once, so the first
// final word stands and nothing is said twice, also after a restart.

import { bodyOfWords } from '../../src/model/conversation.ts';
import { type ConversationId, messageId } from '../../src/model/ids.ts';
import type { KeptEvent } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import { failure } from './errors.ts';
import { personOf } from './numbers.ts';

export interface State {
  readonly sid: string;
  readonly status: string;
  /** Twilio's number, 0 for none. */
  readonly errorCode: number;
}

const FAILED = new Set(['failed', 'undelivered', 'canceled']);

/** No word after it is of any interest. */
export function isFinal(state: State): boolean {
  return isDelivered(state) || FAILED.has(state.status);
}

export function isDelivered({ status }: State): boolean {
  return status === 'delivered' || status === 'read';
}

/** Nothing for a text that is still on its way. */
export function toldOf(state: State, conversation: ConversationId): readonly KeptEvent[] {
  const { sid, status, errorCode } = state;
  const by = personOf(conversation);
  const upTo = messageId(sid);
  const outcome = `${sid}:outcome`;
  if (FAILED.has(status)) {
    const error = failure(errorCode, status);
    return [{ id: outcome, event: { kind: 'failed', conversation, target: upTo, error } }];
  }
  const delivered = { id: outcome, event: { kind: 'delivered', conversation, upTo, by } } as const;
  if (status === 'delivered') return [delivered];
  if (status === 'read') {
    return [delivered, { id: `${sid}:read`, event: { kind: 'displayed', conversation, upTo, by } }];
  }
  if (status !== 'partially_delivered') return [];
  const body = bodyOfWords('notice', words`Only a part of your last text was delivered.`);
  const message = { id: messageId(`${sid}-part`), from: by, own: false, body };
  return [{ id: `${sid}:part`, event: { kind: 'said', conversation, message } }];
}
