// What `viaduct check` found: as the operator reads it, and what the command ends with.

import { EXITS, type Exit } from './cli-exit.ts';

export interface Finding {
  readonly level: 'ok' | 'note' | 'problem';
  readonly about: string;
  readonly text: string;
  /** What to do, of several lines. */
  readonly remedy?: string;
  readonly exit?: Exit;
}

const MARKS = { ok: 'ok  ', note: 'note', problem: 'FAIL' } as const;

export function lineOf({ level, about, text, remedy: lines }: Finding): string {
  const more = lines === undefined ? '' : `${lines.replaceAll(/^/gm, '      ')}\n`;
  return `${MARKS[level]}  ${about}: ${text}\n${more}`;
}

/** Of several problems that with the lowest code. */
export function worst(findings: readonly Finding[]): Exit {
  const exits = findings.flatMap(({ exit }) => (exit === undefined ? [] : [exit]));
  return exits.toSorted((a, b) => EXITS[a].code - EXITS[b].code)[0] ?? 'ok';
}
