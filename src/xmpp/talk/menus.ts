// Forms that may be submitted with any one of their fields alone: a list to choose from.

import { joined, type Text, words } from '../../model/words.ts';
import type { CommandDefinition } from '../feature.ts';
import type { Element } from '../xml.ts';
import { isSecret, type Question, shownValue } from './questions.ts';
import { CANCEL, DONE } from './vocabulary.ts';

/** In place of a question: she chooses which. */
export const CHOOSING = -1;
export const ENDINGS = [DONE, words`exit`, words`no`, 'ok', 'quit', '0'];

export const isMenu = (command: CommandDefinition, questions: readonly Question[]): boolean =>
  command.talk?.menu === true && questions.length > 1;

export interface Listed {
  readonly command: CommandDefinition;
  readonly form: Element;
  readonly questions: readonly Question[];
}

/** What there is to choose from; where nothing is asked, how to go on. */
export function listText({ command, form, questions }: Listed): Text {
  if (!isMenu(command, questions)) return words`Send “${DONE}” when that is done, or “${CANCEL}”.`;
  const title = form.childText('title');
  const lines = questions.map((question, place) => {
    const value = isSecret(question) ? words`(secret)` : shownValue(question);
    return words`${place + 1}. ${question.label}: ${value === '' ? '–' : value}`;
  });
  const head = title === undefined ? [] : [`${title}:`];
  return joined([...head, ...lines, words`Send a number to change it, or “${DONE}”.`], '\n');
}
