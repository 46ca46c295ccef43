// Half-finished forms of one gateway: in memory, and sealed in the store, so that they outlive the process and no password lies there in the
// clear. Each is gone when its time is over, and nobody has many.

import type { GatewayId, UserId } from '../model/ids.ts';
import type { Clock, Log, OpenForm, OpenForms } from '../model/ports.ts';
import type { Store, Table, Write } from '../model/stores.ts';
import type { Secrets } from './secrets.ts';

export interface FormRecordsOptions {
  readonly store: Pick<Store, 'table' | 'batch'>;
  readonly secrets: Secrets;
  readonly gateway: GatewayId;
  readonly clock: Clock;
  readonly log: Log;
}

const FORM_TABLE = 'forms';
const MOST = 2_000;
const MOST_OF_ONE = 10;
/** As text; what is longer is not kept over a restart. */
const MOST_UNITS = 32 * 1024;
const SWEEP_EVERY_MS = 30_000;
/** So long it is still known that there was one. */
const KNOWN_FOR_MS = 10 * 60_000;

export class FormRecords implements OpenForms {
  readonly #options: FormRecordsOptions;
  readonly #table: Table;
  /** Renewed ones go to the end, so the first to expire stands first. */
  readonly #forms = new Map<string, OpenForm>();
  readonly #inStore = new Set<string>();
  #stopSweeping: (() => void) | undefined;

  private constructor(options: FormRecordsOptions) {
    this.#options = options;
    this.#table = options.store.table(FORM_TABLE);
  }

  /** What can't be read is dropped: it is of a few minutes. @throws BridgeError by rejection where the store can't be read. */
  static async load(options: FormRecordsOptions): Promise<FormRecords> {
    const records = new FormRecords(options);
    const prefix = `${options.gateway}/`;
    const rows = await records.#table.list(prefix);
    const read = rows.map(([key, value]) => [key.slice(prefix.length), records.#read(key, value)] as const);
    const now = options.clock.now();
    const isOver = (form: OpenForm | undefined): boolean => form === undefined || form.expires <= now;
    for (const [id, form] of read.toSorted(([, one], [, other]) => (one?.expires ?? 0) - (other?.expires ?? 0))) {
      records.#inStore.add(id);
      if (form !== undefined && !isOver(form)) records.#forms.set(id, form);
    }
    await records.#remove(read.filter(([, form]) => isOver(form)).map(([id]) => id));
    records.#planSweep();
    return records;
  }

  get(id: string): OpenForm | undefined {
    return this.#forms.get(id);
  }

  async put(id: string, form: OpenForm): Promise<void> {
    this.#forms.delete(id);
    this.#forms.set(id, form);
    const tooMany = this.#beyondBounds(form);
    for (const one of tooMany) this.#forms.delete(one);
    this.#planSweep();
    const key = this.#keyOf(id);
    const text = JSON.stringify(form);
    if (text.length > MOST_UNITS) return this.#remove([id, ...tooMany]);
    this.#inStore.add(id);
    const value = this.#options.secrets.seal(text, contextOf(key));
    await this.#write([{ op: 'put', table: FORM_TABLE, key, value }, ...this.#deletions(tooMany)]);
  }

  async delete(id: string): Promise<void> {
    this.#forms.delete(id);
    await this.#remove([id]);
  }

  async deleteAllOf(user: UserId): Promise<void> {
    const ids = [...this.#forms].filter(([, form]) => form.user === user).map(([id]) => id);
    for (const id of ids) this.#forms.delete(id);
    await this.#remove(ids);
  }

  stop(): void {
    this.#stopSweeping?.();
    this.#stopSweeping = undefined;
  }

  #beyondBounds({ user }: OpenForm): readonly string[] {
    const own = [...this.#forms].filter(([, form]) => form.user === user).map(([id]) => id);
    const [oldest] = this.#forms.keys();
    const first = own.length > MOST_OF_ONE ? own[0] : this.#forms.size > MOST ? oldest : undefined;
    return first === undefined ? [] : [first];
  }

  #planSweep(): void {
    if (this.#stopSweeping !== undefined || this.#forms.size === 0) return;
    this.#stopSweeping = this.#options.clock.after(SWEEP_EVERY_MS, () => {
      this.#stopSweeping = undefined;
      this.#sweep(this.#options.clock.now());
      this.#planSweep();
    });
  }

  #sweep(now: number): void {
    const over = [...this.#forms].filter(([, { expires }]) => expires <= now);
    for (const [id, { user, resource, purpose, expires }] of over) {
      if (expires + KNOWN_FOR_MS <= now) this.#forms.delete(id);
      else this.#forms.set(id, { user, resource, purpose, expires, steps: [] });
    }
    void this.#remove(over.map(([id]) => id));
  }

  async #remove(ids: readonly string[]): Promise<void> {
    await this.#write(this.#deletions(ids));
  }

  /** Somebody waits for her form: that it would not outlive the process does not keep it from her. */
  async #write(writes: readonly Write[]): Promise<void> {
    if (writes.length === 0) return;
    try {
      await this.#options.store.batch(writes);
    } catch (error) {
      this.#options.log.warn('a half-finished form could not be stored', { error });
    }
  }

  #read(key: string, value: string): OpenForm | undefined {
    try {
      return JSON.parse(this.#options.secrets.open(value, contextOf(key))) as OpenForm;
    } catch (error) {
      this.#options.log.warn('a half-finished form can not be read', { error });
      return undefined;
    }
  }

  #deletions(ids: readonly string[]): readonly Write[] {
    const stored = ids.filter((id) => this.#inStore.delete(id));
    return stored.map((id) => ({ op: 'delete', table: FORM_TABLE, key: this.#keyOf(id) }));
  }

  #keyOf(id: string): string {
    return `${this.#options.gateway}/${id}`;
  }
}

const contextOf = (rowKey: string): string => JSON.stringify(['form', rowKey]);
