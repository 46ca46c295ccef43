// Commands that could not be performed within their limits, and events that nobody could read: a command (XEP-0050) for the administrators,
// who look at them, have them tried once more, or let them go.

import { BridgeError } from '../../model/errors.ts';
import type { Field } from '../../model/form.ts';
import type { DeadLetter, DeadLetterDesk } from '../../model/ports.ts';
import { joined, plural, type Text, words } from '../../model/words.ts';
import type { CommandDefinition, CommandOutcome, Feature, FeatureHost, Translator } from '../feature.ts';
import { formElement, readForm, typedInto } from '../forms.ts';
import type { Element } from '../xml.ts';

const NODE = 'dead-letters';
const TITLE = words`Messages that could not be delivered`;
/** In one list, the oldest first. */
const MOST_SHOWN = 100;
const MOST_CHARACTERS = 4_000;

/** Of networks that keep what they are given. */
export const deadLetters: Feature = {
  specs: [],
  register(host) {
    if (host.deadLetters !== undefined) host.addCommand(deadLetterCommand(host, host.deadLetters));
  },
};

function deadLetterCommand(host: FeatureHost, desk: DeadLetterDesk): CommandDefinition {
  return {
    node: NODE,
    name: TITLE,
    available: ({ admin }) => admin,
    async run(request, [choice, decision]) {
      const translate = host.translator(request);
      if (choice === undefined) return listed(await desk.list(), translate);
      const [id = ''] = typedInto(choice)['letter'] ?? [];
      const letter = await desk.get(id);
      if (letter === undefined)
        throw new BridgeError('not-found', words`That one is not there any more.`, { field: 'letter' });
      return decision === undefined ? shown(letter, translate) : decided(desk, letter, decision);
    },
  };
}

function listed(letters: readonly DeadLetter[], translate: Translator): CommandOutcome {
  if (letters.length === 0) return { note: words`There are none.` };
  const field: Field = {
    name: 'letter',
    label: words`Message`,
    type: 'choice',
    required: true,
    choices: letters.slice(0, MOST_SHOWN).map((letter) => ({ value: letter.id, label: lineOf(letter) })),
  };
  const all = plural(
    letters.length,
    words`${letters.length} message could not be delivered.`,
    words`${letters.length} messages could not be delivered.`,
  );
  const instructions = letters.length > MOST_SHOWN ? words`${all} These are the ${MOST_SHOWN} oldest.` : all;
  return { ask: form([field], instructions, translate), more: true };
}

const lineOf = ({ at, user, what, reason }: DeadLetter): Text =>
  words`${timeOf(at)} ${user === '' ? what : user}: ${reason}`;

function shown(letter: DeadLetter, translate: Translator): CommandOutcome {
  const { at, what, user, reason } = letter;
  const lines = [
    what === 'command' ? words`It was to be sent, and was given up.` : words`It came in, and could not be read.`,
    words`Time: ${timeOf(at)}`,
    user !== '' && words`User: ${user}`,
    ...contentOf(letter),
    words`Reason: ${reason}`,
  ].filter((line) => line !== false);
  return { ask: form([actionOf(letter)], joined(lines, '\n'), translate) };
}

function actionOf({ what }: DeadLetter): Field {
  const again = what === 'command' ? [{ value: 'replay', label: words`Try again` }] : [];
  return {
    name: 'action',
    label: words`What is to be done with it?`,
    type: 'choice',
    required: true,
    choices: [{ value: 'keep', label: words`Leave it` }, ...again, { value: 'drop', label: words`Drop it for good` }],
    default: 'keep',
  };
}

async function decided(desk: DeadLetterDesk, letter: DeadLetter, decision: Element): Promise<CommandOutcome> {
  const { action = 'keep' } = readForm(decision, [actionOf(letter)]);
  switch (action) {
    case 'replay':
      if (!(await desk.replay(letter.id)))
        throw new BridgeError('malformed', words`This can only be dropped.`, { field: 'action' });
      return { note: words`It is being tried again.` };
    case 'drop':
      await desk.drop(letter.id);
      return { note: words`It is dropped.` };
    case 'keep':
      return { note: words`It was left as it is.` };
    default:
      throw new BridgeError('malformed', words`Choose what is to be done.`, { field: 'action' });
  }
}

function form(fields: readonly Field[], instructions: Text, translate: Translator): Element {
  return formElement(fields, {}, { title: TITLE, instructions, formType: NODE }, translate);
}

const timeOf = (at: number): string => `${new Date(at).toISOString().slice(0, 19).replace('T', ' ')} UTC`;

/** What was to be sent, and to whom; what can't be read as that, as it lay in the store. */
function contentOf({ what, value }: DeadLetter): readonly Text[] {
  const command = what === 'command' ? partOf(parsed(value), 'command') : undefined;
  const kind = partOf(command, 'kind');
  if (typeof kind !== 'string') return [words`As it is kept: ${cut(value)}`];
  const to = partOf(partOf(parsed(value), 'origin'), 'addressed') ?? partOf(command, 'conversation');
  const text = partOf(partOf(command, 'body'), 'text');
  return [
    ...(typeof to === 'string' ? [words`To: ${to}`] : []),
    typeof text === 'string' ? words`Message: ${cut(text)}` : words`Kind: ${kind}`,
  ];
}

const cut = (text: string): string => (text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS)}…` : text);

function parsed(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function partOf(value: unknown, name: string): unknown {
  const isThere = typeof value === 'object' && value !== null && Object.hasOwn(value, name);
  return isThere ? Object.entries(value).find(([key]) => key === name)?.[1] : undefined;
}
