// Fields as questions, and what is written in return as their answers.

import { expect, test } from 'vitest';
import { BridgeError } from '../../src/model/errors.ts';
import type { Field } from '../../src/model/form.ts';
import { inEnglish } from '../../src/model/words.ts';
import { formElement } from '../../src/xmpp/forms.ts';
import { ENGLISH } from '../../src/xmpp/languages.ts';
import { answerTo, askedAs, type Question, questionsOf } from '../../src/xmpp/talk/questions.ts';

const FIELDS: readonly Field[] = [
  { name: 'nick', label: 'Nick', type: 'text', required: true },
  { name: 'stay', label: 'Stay connected', type: 'boolean' },
  { name: 'password', label: 'Password', type: 'secret' },
  {
    name: 'edits',
    label: 'When I correct a message',
    type: 'choice',
    choices: [
      { value: 'again', label: 'Send it again' },
      { value: 'refuse', label: 'Tell me' },
    ],
  },
  { name: 'lines', label: 'Commands', type: 'lines' },
];

const ask = (name: string, values: Readonly<Record<string, string | boolean>> = {}): Question => {
  const found = questionsOf(formElement(FIELDS, values, { title: 'T', formType: 't' }, ENGLISH)).find(
    (one) => one.name === name,
  );
  if (found === undefined) throw new Error(`no question ${name}`);
  return found;
};

test.each([
  ['nick', 'romeo ', ['romeo']],
  ['stay', 'Yes', ['1']],
  ['stay', 'off', ['0']],
  ['password', ' two words', [' two words']],
  ['password', '-', ['']],
  ['edits', '2', ['refuse']],
  ['edits', '2.', ['refuse']],
  ['edits', 'send it again', ['again']],
  ['lines', 'MODE a +i\nNAMES', ['MODE a +i', 'NAMES']],
  ['lines', '-', ['']],
] as const)('%s: "%s" is %j', (name, text, answer) => {
  expect(answerTo(ask(name), text, false, ENGLISH)).toEqual(answer);
});

test('an answer of several lines is asked for in one message', () => {
  expect(inEnglish(askedAs(ask('lines'), false))).toMatch(/All lines go into one message\./);
  expect(inEnglish(askedAs(ask('edits'), false))).not.toMatch(/All lines/);
});

test.each([
  ['nick', '-', /is needed/],
  ['stay', 'perhaps', /yes or no/],
  ['stay', '1', /yes or no/],
  ['edits', '3', /Send a number \(1 to 2\)/],
  ['edits', '0', /Send a number/],
] as const)('%s: "%s" is told to be wrong, and not repeated', (name, text, why) => {
  const wrong = (): unknown => answerTo(ask(name), text, false, ENGLISH);
  expect(wrong).toThrow(BridgeError);
  expect(wrong).toThrow(why);
});

test('what is there already is shown, a secret never; a dash leaves both as they are', () => {
  const values = { nick: 'romeo', password: 'wherefore', stay: true };
  expect(inEnglish(askedAs(ask('nick', values), false))).toMatch(/Now: romeo\. Send - to leave it so/);
  expect(inEnglish(askedAs(ask('stay', values), false))).toMatch(/Now: yes/);
  expect(inEnglish(askedAs(ask('password', values), true))).not.toContain('wherefore');
  expect(answerTo(ask('nick', values), '-', false, ENGLISH)).toEqual(['romeo']);
  expect(answerTo(ask('password', values), '-', true, ENGLISH)).toEqual(['']);
});
