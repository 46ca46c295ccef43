// The journal of a fake service: one JSON record a line, appended before anything is acknowledged, read back after a kill and by judges.

import { closeSync, existsSync, openSync, readFileSync, truncateSync, writeSync } from 'node:fs';

export class Journal<R> {
  readonly #handle: number;

  private constructor(handle: number) {
    this.#handle = handle;
  }

  /** Opens the file and reads what is in it; half a line at its end, left by a kill, was never acknowledged and goes. */
  static open<R>(path: string): { readonly journal: Journal<R>; readonly records: readonly R[] } {
    const records = existsSync(path) ? readJournal<R>(path, true) : [];
    return { journal: new Journal<R>(openSync(path, 'a')), records };
  }

  /** On the disk's side of the system call when it returns: a killed process has not lost it. */
  append(record: R): void {
    writeSync(this.#handle, `${JSON.stringify(record)}\n`);
  }

  close(): void {
    closeSync(this.#handle);
  }
}

/** All whole records of a journal, also while its server runs. */
export function readJournal<R>(path: string, repair = false): readonly R[] {
  const text = readFileSync(path, 'utf8');
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (repair && whole.length < text.length) truncateSync(path, Buffer.byteLength(whole));
  return whole
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as R);
}
