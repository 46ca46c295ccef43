// The bench's command line.

import { parseArgs } from 'node:util';

export interface Options {
  readonly only: readonly string[];
  readonly repeat: number;
  /** Share of the full message counts, for a quick look. */
  readonly scale: number;
  readonly json: boolean;
  /** IRC capabilities that the harness's server offers. */
  readonly caps: string;
  readonly measures: readonly string[];
}

export const MEASURES = ['idle', 'out', 'private', 'in', 'join'] as const;
export const SUBJECT_NAMES = ['biboumi', 'viaduct'] as const;

export const USAGE = `npm run bench -- [options]
  --only NAME        viaduct or biboumi (default: both, biboumi where it is installed)
  --repeat N         run everything N times and give the median (default 1)
  --measure A,B      only these of ${MEASURES.join(', ')}
  --scale X          share of the message counts, 0.05 to 1 (default 1)
  --caps "A B"       IRC capabilities that the harness's server offers (default: multi-prefix)
  --json             one JSON document in place of the tables`;

/** @throws Error with the usage where an argument is unknown or out of range. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      only: { type: 'string', default: SUBJECT_NAMES.join(',') },
      repeat: { type: 'string', default: '1' },
      measure: { type: 'string', default: MEASURES.join(',') },
      scale: { type: 'string', default: '1' },
      caps: { type: 'string', default: 'multi-prefix' },
      json: { type: 'boolean', default: false },
    },
  });
  return {
    only: names(values.only, SUBJECT_NAMES),
    repeat: number(values.repeat, 1, 20),
    scale: number(values.scale, 0.05, 1),
    measures: names(values.measure, MEASURES),
    caps: values.caps,
    json: values.json,
  };
}

function names(text: string, known: readonly string[]): readonly string[] {
  const list = text.split(',');
  for (const name of list) if (!known.includes(name)) throw new Error(`${name} is none of ${known.join(', ')}`);
  return list;
}

function number(text: string, min: number, max: number): number {
  const value = Number(text);
  if (!(value >= min && value <= max)) throw new Error(`${text} is not between ${min} and ${max}`);
  return value;
}
