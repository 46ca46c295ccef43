// The log: one JSON object a line (pino), behind the model's `Log`. Nothing that is a secret gets through, by type, by field name or
// by value.

import { type DestinationStream, type Logger, pino } from 'pino';
import { loggable, loggableText } from './loggable.ts';
import type { Secret } from './secret.ts';

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];
type Fields = Readonly<Record<string, unknown>>;

export interface LogOptions {
  readonly level: LogLevel;
  /** Values that are cut out of every line, wherever they come from. */
  readonly secrets: readonly Secret[];
  /** Default: standard output. */
  readonly destination?: DestinationStream;
}

/** Shorter values would cut ordinary words out of the log, and digits would break its numbers. */
const SCRUBBABLE = /^(?=.*[^\d.eE+-]).{8,}$/s;

export class PinoLog {
  readonly #pino: Logger;
  constructor(logger: Logger) {
    this.#pino = logger;
  }
  get debugging(): boolean {
    return this.#pino.isLevelEnabled('debug');
  }
  debug(text: string, fields?: Fields): void {
    if (this.debugging) this.#write('debug', text, fields);
  }
  info(text: string, fields?: Fields): void {
    this.#write('info', text, fields);
  }
  warn(text: string, fields?: Fields): void {
    this.#write('warn', text, fields);
  }
  error(text: string, fields?: Fields): void {
    this.#write('error', text, fields);
  }
  child(fields: Fields): PinoLog {
    return new PinoLog(this.#pino.child(cleaned(fields)));
  }
  #write(level: LogLevel, text: string, fields: Fields | undefined): void {
    this.#pino[level](fields === undefined ? {} : cleaned(fields), loggableText(text));
  }
}

export function createLog({ level, secrets, destination }: LogOptions): PinoLog {
  const scrub = scrubber(secrets);
  const options = {
    level,
    base: null,
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    hooks: { streamWrite: scrub },
  };
  return new PinoLog(destination === undefined ? pino(options) : pino(options, destination));
}

/** Cuts the values out of a finished line, in which they stand as JSON strings. */
function scrubber(secrets: readonly Secret[]): (line: string) => string {
  const values = new Set(
    secrets
      .map((secret) => secret.reveal())
      .filter((value) => SCRUBBABLE.test(value))
      .map((value) => JSON.stringify(value).slice(1, -1)),
  );
  return (line) => {
    let out = line;
    for (const value of values) if (out.includes(value)) out = out.replaceAll(value, '[redacted]');
    return out;
  };
}

/** A field may not take the place of what pino itself writes. */
const RESERVED = new Set(['level', 'time', 'msg']);

function cleaned(fields: Fields): Record<string, unknown> {
  const out: Record<string, unknown> = {};
  const plain = loggable(fields);
  if (typeof plain !== 'object' || plain === null) return out;
  for (const [key, value] of Object.entries(plain)) out[RESERVED.has(key) ? `${key}_` : key] = value;
  return out;
}
