// The bench's command line.

import { parseArgs } from 'node:util';
import { namesIn, numberIn } from '../support/command-line.ts';

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

/** Of Viaduct alone. */
export const STUDIES = ['archive', 'checkpoints', 'durability', 'matrix', 'rooms', 'presence'] as const;
const MEASURES = ['idle', 'out', 'private', 'in', 'join', ...STUDIES] as const;
export const SUBJECT_NAMES = ['biboumi', 'viaduct'] as const;

/** Of a comparison. */
export interface Scale {
  /** Of the message counts. */
  readonly share: number;
  /** Each with new processes. */
  readonly rounds: number;
  readonly caps: string;
}

export const USAGE = `npm run bench -- [options] [measures]
  --only NAME        viaduct or biboumi (default: both, biboumi where it is installed)
  --repeat N         run everything N times and give the median (default 1)
  --measure A,B      only these of ${MEASURES.join(', ')}; or name them without
                     --measure. archive, checkpoints and durability compare Viaduct with itself, and rooms,
                     presence and matrix are of Viaduct alone; matrix is skipped where PyPI has no Synapse for it
  --scale X          share of the message counts, 0.05 to 1 (default 1)
  --caps "A B"       IRC capabilities that the harness's server offers (default: multi-prefix)
  --json             one JSON document in place of the tables
  --help             this`;

/** @throws Error with the usage where an argument is unknown or out of range. */
export function parseOptions(args: readonly string[]): Options {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
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
    only: namesIn(values.only, SUBJECT_NAMES),
    repeat: numberIn(values.repeat, 1, 20),
    scale: numberIn(values.scale, 0.05, 1),
    measures: namesIn(positionals.length > 0 ? positionals.join(',') : values.measure, MEASURES),
    caps: values.caps,
    json: values.json,
  };
}
