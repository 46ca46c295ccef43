// CTCP: what stands between two 0x01 in a message (modern.ircdocs.horse/ctcp), and our answers to it.

import type { Clock } from '../../src/model/ports.ts';

const MARK = '\x01';

export interface Ctcp {
  readonly command: string;
  readonly text: string;
}

export function readCtcp(text: string): Ctcp | undefined {
  if (!text.startsWith(MARK)) return undefined;
  const inner = text.slice(1, text.endsWith(MARK) && text.length > 1 ? -1 : undefined);
  const space = inner.indexOf(' ');
  return space < 0
    ? { command: inner.toUpperCase(), text: '' }
    : { command: inner.slice(0, space).toUpperCase(), text: inner.slice(space + 1) };
}

export function writeCtcp(command: string, text = ''): string {
  return `${MARK}${command}${text === '' ? '' : ` ${text.replaceAll(MARK, '')}`}${MARK}`;
}

const LEAST_BETWEEN_MS = 5000;

/** Answers for the gateway, never telling anything of the person; one in five seconds. */
export class CtcpAnswers {
  readonly #clock: Clock;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** The text of the NOTICE to send back; undefined for none. */
  answer({ command, text }: Ctcp): string | undefined {
    const said = this.#say(command, text);
    const now = this.#clock.monotonic();
    if (said === undefined || now - this.#lastMs < LEAST_BETWEEN_MS) return undefined;
    this.#lastMs = now;
    return writeCtcp(command, said);
  }

  #say(command: string, text: string): string | undefined {
    switch (command) {
      case 'VERSION':
        return 'Viaduct XMPP gateway';
      case 'PING':
        return text.slice(0, 64);
      case 'TIME':
        return new Date(this.#clock.now()).toUTCString();
      case 'CLIENTINFO':
        return 'ACTION CLIENTINFO PING TIME VERSION';
      default:
        return undefined;
    }
  }
}
