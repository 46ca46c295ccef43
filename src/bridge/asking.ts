// Questions to a network: answered by the session there is, or by the one that the question is worth opening.

import { BridgeError } from '../model/errors.ts';
import type { Session } from '../model/network.ts';
import type { AnswerTo, QueryKind, QueryOf } from '../model/queries.ts';
import { words } from '../model/words.ts';
import type { BridgeContext } from './context.ts';
import { failureOf } from './failures.ts';
import type { SessionKeeper } from './session-keeper.ts';

/** Clients ask these by themselves, for every address they see: never worth connecting for. */
const PASSING: ReadonlySet<QueryKind> = new Set<QueryKind>(['preview', 'profile', 'avatar', 'members']);

export interface Question<K extends QueryKind> {
  readonly query: QueryOf<K>;
  readonly resolve: (answer: Promise<AnswerTo<K>>) => void;
  readonly reject: (error: BridgeError) => void;
}

export function ask<K extends QueryKind>(context: BridgeContext, keeper: SessionKeeper, question: Question<K>): void {
  const { query, reject } = question;
  const { network } = context;
  if (!network.capabilities.answers.includes(query.kind)) {
    reject(new BridgeError('unsupported', words`${network.title} can't be asked for this.`));
  } else if (keeper.session !== undefined) {
    question.resolve(answered(context, keeper.session, query));
  } else if (PASSING.has(query.kind) && keeper.isIdle) {
    reject(new BridgeError('network-down', words`There is no connection to ${network.title} now.`));
  } else {
    const refusal = keeper.hold({ resume: () => ask(context, keeper, question), fail: reject });
    if (refusal !== undefined) reject(refusal);
  }
}

async function answered<K extends QueryKind>(
  { log }: BridgeContext,
  session: Session,
  query: QueryOf<K>,
): Promise<AnswerTo<K>> {
  if (session.ask === undefined) throw new BridgeError('unsupported', words`This network answers no questions.`);
  try {
    return await session.ask(query);
  } catch (thrown) {
    throw failureOf(thrown, log, `asking for "${query.kind}"`);
  }
}
