// How the commands end: each exit code with what it means. The README's table is made of this.

import { BridgeError } from './model/errors.ts';

export const EXITS = {
  ok: { code: 0, meaning: 'all is well; `run` was asked to stop and has stopped' },
  internal: { code: 1, meaning: 'a fault in Viaduct itself' },
  usage: { code: 2, meaning: 'the command line is wrong' },
  config: { code: 3, meaning: 'the configuration is wrong: each mistake is printed with file and line' },
  store: { code: 4, meaning: "the store can't be opened, or comes from a newer version" },
  unsafeStore: { code: 5, meaning: '`check`: the store would lose what it has acknowledged' },
  port: { code: 6, meaning: "a listener can't have its address" },
  notFound: { code: 7, meaning: '`users`: there is no such user' },
  'bad-secret': { code: 10, meaning: '`check`: the XMPP server refuses the secret of a gateway' },
  'unknown-domain': { code: 11, meaning: "`check`: the XMPP server has no component of a gateway's domain" },
  conflict: { code: 12, meaning: "`check`: somebody else is connected under a gateway's domain" },
  unreachable: { code: 13, meaning: "`check`: the XMPP server can't be reached, or does not answer" },
  protocol: { code: 14, meaning: '`check`: what answers is not a component port' },
  networkRefused: { code: 15, meaning: '`check`: a network does not take the settings of a gateway' },
  networkAway: { code: 16, meaning: "`check`: a network can't be reached, or does not answer" },
} as const satisfies Readonly<Record<string, { readonly code: number; readonly meaning: string }>>;

export type Exit = keyof typeof EXITS;

/** Ends a command: told to the operator as it is, without a stack. */
export class CliError extends Error {
  readonly exit: Exit;
  constructor(exit: Exit, text: string, options?: ErrorOptions) {
    super(text, options);
    this.name = 'CliError';
    this.exit = exit;
  }
}

/** The text of a BridgeError is for the one who caused it: here, the operator. */
export async function asOperatorError<T>(exit: Exit, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof BridgeError ? new CliError(exit, error.message, { cause: error }) : error;
  }
}

/** The table as it stands in `--help`. */
export function exitHelp(): string {
  const rows = Object.values(EXITS).map(
    ({ code, meaning }) => `  ${String(code).padStart(2)}  ${meaning.replaceAll('`', '')}`,
  );
  return `\nExit codes:\n${rows.join('\n')}\nIf several apply, the lowest is taken.\n`;
}
