// The words that commands are begun with in a talk, and the help that lists them.

import type { CommandDefinition, FeatureHost, Inbound } from '../feature.ts';

/** What one says to begin it; the first is the one that is told. */
export function wordsOf({ node, talk }: CommandDefinition): readonly string[] {
  return talk?.words ?? [node.slice(node.lastIndexOf('#') + 1)];
}

/** The command that a text begins with, and what stands behind it. */
export function commandIn(
  commands: readonly CommandDefinition[],
  text: string,
): { readonly command: CommandDefinition; readonly rest: string } | undefined {
  const written = text.trim().replace(/^[/!]/, '');
  const lower = written.toLowerCase();
  let best: { readonly command: CommandDefinition; readonly length: number } | undefined;
  for (const command of commands) {
    for (const word of [...wordsOf(command), command.name.toLowerCase()]) {
      const fits = lower === word || lower.startsWith(`${word} `);
      if (fits && word.length > (best?.length ?? 0)) best = { command, length: word.length };
    }
  }
  return best && { command: best.command, rest: written.slice(best.length).trim() };
}

/** What she may say now. */
export function helpText({ gateway, commands }: FeatureHost, request: Inbound): string {
  const lines = offered(commands, request).map((command) => `${wordsOf(command)[0] ?? ''} – ${command.name}`);
  return [
    `This is the gateway to ${gateway.network.title}. Send me one of these words:`,
    ...lines,
    'While I ask you something, “back” goes to the question before, and “cancel” ends it.',
  ].join('\n');
}

/** At the gateway's own address. */
export function offered(commands: readonly CommandDefinition[], request: Inbound): readonly CommandDefinition[] {
  return commands.filter((command) => (command.where ?? ['gateway']).includes('gateway') && command.available(request));
}
