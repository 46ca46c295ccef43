// Names of logs and queues in the embedded store: written once, their rows carry a number; each with the count of its rows.

import type { Database, StatementSync } from './embedded-database.ts';
import { numberOf } from './embedded-rows.ts';
import { toOctets } from './octets.ts';

export class NumberedNames {
  readonly #find: StatementSync;
  readonly #make: StatementSync;
  readonly #changeCount: StatementSync;

  constructor(database: Database, table: 'logs' | 'queues') {
    this.#find = database.prepare(`SELECT number, count FROM ${table} WHERE name = ?`);
    this.#make = database.prepare(`INSERT INTO ${table} (name) VALUES (?) RETURNING number`);
    this.#changeCount = database.prepare(`UPDATE ${table} SET count = count + ? WHERE number = ?`);
  }

  find(name: string): { readonly number: number; readonly count: number } | undefined {
    const row = this.#find.get(toOctets(name));
    return row === undefined ? undefined : { number: numberOf(row['number']), count: numberOf(row['count']) };
  }

  /** Makes it where it is new. */
  numberOf(name: string): number {
    return this.find(name)?.number ?? numberOf(this.#make.get(toOctets(name))?.['number']);
  }

  changeCount(number: number, by: number): void {
    if (by !== 0) this.#changeCount.run(by, number);
  }
}
