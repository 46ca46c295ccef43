// The words that commands are begun with in a talk, and the help that lists them.

import { inEnglish, joined, type Text, words } from '../../model/words.ts';
import type { CommandDefinition, FeatureHost, Inbound, Translator } from '../feature.ts';

/** What is said in the middle of a talk. */
export const BACK = words`back`;
export const CANCEL = words`cancel`;
export const STOP = words`stop`;
export const DONE = words`done`;
export const HELP = words`help`;
export const REGISTER = words`register`;

/** A word as it may be said: English is understood always. */
export function spoken(word: Text, translate: Translator): readonly string[] {
  return [inEnglish(word).toLowerCase(), translate(word).toLowerCase()];
}

/** Whether it is one of these. */
export function isOneOf(said: string, meant: readonly Text[], translate: Translator): boolean {
  return meant.some((word) => spoken(word, translate).includes(said.trim().toLowerCase()));
}

/** What one says to begin it; the first is the one that is told. */
export function wordsOf({ node, talk }: CommandDefinition): readonly Text[] {
  return talk?.words ?? [node.slice(node.lastIndexOf('#') + 1)];
}

/** The command that a text begins with, and what stands behind it. */
export function commandIn(
  commands: readonly CommandDefinition[],
  text: string,
  translate: Translator,
): { readonly command: CommandDefinition; readonly rest: string } | undefined {
  const written = text.trim().replace(/^[/!]/, '');
  const lower = written.toLowerCase();
  let best: { readonly command: CommandDefinition; readonly length: number } | undefined;
  for (const command of commands) {
    for (const word of [...wordsOf(command), command.name].flatMap((one) => spoken(one, translate))) {
      const fits = lower === word || lower.startsWith(`${word} `);
      if (fits && word.length > (best?.length ?? 0)) best = { command, length: word.length };
    }
  }
  return best && { command: best.command, rest: written.slice(best.length).trim() };
}

/** What she may say now. */
export function helpText({ gateway, commands }: FeatureHost, request: Inbound): Text {
  // COMPAT(Converse.js 14): it runs the lines of a note together, and these still read well.
  const lines = offered(commands, request).map((command) => {
    const word = wordsOf(command)[0] ?? '';
    return joined([joined(['•', word], ' '), command.name], ' – ');
  });
  const { title } = gateway.network;
  const first =
    request.stanza.name === 'message'
      ? words`This is the gateway to ${title}. Send me one of these words:`
      : words`This is the gateway to ${title}. In a chat with ${gateway.domain} these words do the same as its commands:`;
  const texts = [
    first,
    ...lines,
    words`While I ask you something, “${BACK}” goes to the question before, and “${CANCEL}” ends it.`,
  ];
  return joined(texts, '\n');
}

/** At the gateway's own address. */
export function offered(commands: readonly CommandDefinition[], request: Inbound): readonly CommandDefinition[] {
  return commands.filter((command) => (command.where ?? ['gateway']).includes('gateway') && command.available(request));
}
