// A log that remembers.

import type { Log, LogFields } from '../../src/model/ports.ts';

export interface LogLine {
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly text: string;
  readonly fields: LogFields;
}

export class LogRecorder implements Log {
  readonly debugging = true;
  readonly lines: LogLine[];
  readonly #fields: LogFields;

  constructor(lines: LogLine[] = [], fields: LogFields = {}) {
    this.lines = lines;
    this.#fields = fields;
  }

  debug(text: string, fields: LogFields = {}): void {
    this.#add('debug', text, fields);
  }
  info(text: string, fields: LogFields = {}): void {
    this.#add('info', text, fields);
  }
  warn(text: string, fields: LogFields = {}): void {
    this.#add('warn', text, fields);
  }
  error(text: string, fields: LogFields = {}): void {
    this.#add('error', text, fields);
  }
  child(fields: LogFields): Log {
    return new LogRecorder(this.lines, { ...this.#fields, ...fields });
  }

  #add(level: LogLine['level'], text: string, fields: LogFields): void {
    this.lines.push({ level, text, fields: { ...this.#fields, ...fields } });
  }
}
