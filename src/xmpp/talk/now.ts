// What she is in the middle of: a command, its form, and the question that she is asked.

import type { CommandTurn } from '../command-sessions.ts';
import type { CommandDefinition, FeatureHost } from '../feature.ts';
import type { Element } from '../xml.ts';
import type { Talk } from './open-talks.ts';
import { isSecret, type Question } from './questions.ts';
import { commandIn, offered } from './vocabulary.ts';

export interface Now extends CommandTurn {
  readonly talk: Talk;
  readonly form: Element;
  readonly questions: readonly Question[];
}

export const at = (now: Now, place: number): Now => ({ ...now, talk: { ...now.talk, at: place } });

export const isKnown = (question: Question, { typed }: Talk): boolean =>
  isSecret(question) && typed[question.name] !== undefined;

/** The command whose very word her answer is, where the question is not about any word. */
export function commandMeant(host: FeatureHost, now: Now, text: string): CommandDefinition | undefined {
  const { command, questions, request, talk } = now;
  const question = questions[talk.at];
  if (question === undefined || isSecret(question) || command.talk?.anyWord === true) return undefined;
  if (question.choices.some(({ label, value }) => [label, value].includes(text.trim()))) return undefined;
  const found = commandIn(offered(host.commands, request), text, host.translator(request));
  return found?.rest === '' ? found.command : undefined;
}
