// The connection of one account to the echo server: logging in, commands in order, events until they are acknowledged.

import type { Socket } from 'node:net';
import { perform, Refused, snapshotOf } from './echo-server-commands.ts';
import type { Hub, Seat } from './echo-server-hub.ts';
import type { PendingEvent } from './echo-server-world.ts';
import { type JsonObject, numberField, optionalText, readJsonLines, textField, writeJsonLine } from './json-lines.ts';

const WINDOW = 256;
const REDELIVER_MS = 3_000;
const LOOK_MS = 500;
/** An event that waited longer tells when it was. */
const LATE_MS = 10_000;

export class AccountConnection implements Seat {
  readonly #hub: Hub;
  readonly #socket: Socket;
  #name = '';
  /** Number of the last event sent on this connection. */
  #sent = 0;
  /** The oldest event that waits for its acknowledgement, and since when. */
  #oldest = { n: 0, since: 0 };
  #work: Promise<void> = Promise.resolve();
  readonly #redelivery: NodeJS.Timeout;

  constructor(hub: Hub, socket: Socket) {
    this.#hub = hub;
    this.#socket = socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#gone());
    readJsonLines(socket, (value) => this.#read(value));
    this.#redelivery = setInterval(() => this.#redeliver(), LOOK_MS);
  }

  get name(): string {
    return this.#name;
  }

  deliver(): void {
    const account = this.#hub.world.accounts.get(this.#name);
    if (account === undefined || this.#socket.destroyed) return;
    const oldest = account.pending[0]?.n ?? 0;
    for (const event of account.pending) {
      if (event.n <= this.#sent) continue;
      if (event.n >= oldest + WINDOW) return;
      this.#sent = event.n;
      this.#send(event);
      const again = this.#hub.faults.duplicateAfterMs();
      if (again !== undefined) setTimeout(() => this.#send(event), again);
    }
  }

  notice(value: JsonObject): void {
    writeJsonLine(this.#socket, value);
  }

  drop(): void {
    this.#socket.destroy();
  }

  #send({ n, at, event }: PendingEvent): void {
    const late = Date.now() - at > LATE_MS;
    writeJsonLine(this.#socket, { event: n, id: `${this.#name}:${n}`, ...(late && { at }), ...event });
  }

  /** Everything again from the oldest on, once that has waited too long. */
  #redeliver(): void {
    const oldest = this.#hub.world.accounts.get(this.#name)?.pending[0];
    if (oldest === undefined || oldest.n > this.#sent) return;
    const now = performance.now();
    if (oldest.n !== this.#oldest.n) this.#oldest = { n: oldest.n, since: now };
    if (now - this.#oldest.since < REDELIVER_MS) return;
    this.#oldest.since = now;
    this.#sent = oldest.n - 1;
    this.deliver();
  }

  #read(value: JsonObject): void {
    if (typeof value['ack'] === 'number') {
      if (this.#name !== '') this.#hub.record({ t: 'ack', account: this.#name, upTo: value['ack'] });
      this.deliver();
      return;
    }
    this.#work = this.#work.then(() => this.#perform(value));
  }

  async #perform(value: JsonObject): Promise<void> {
    const { faults } = this.#hub;
    if (faults.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, faults.delayMs));
    if (this.#socket.destroyed) return;
    const re = optionalText(value, 'txn') ?? 'login';
    const isMute = faults.isMute;
    try {
      const ok = this.#answer(value);
      if (!isMute) writeJsonLine(this.#socket, { re, ok });
    } catch (error) {
      const refusal =
        error instanceof Refused
          ? error.refusal
          : { code: 'malformed', text: error instanceof Error ? error.message : String(error) };
      if (!isMute) writeJsonLine(this.#socket, { re, error: refusal });
    }
    // Only now: what follows the login belongs behind its answer.
    if (value['do'] === 'login' && this.#name !== '') this.deliver();
  }

  #answer(value: JsonObject): JsonObject {
    if (value['do'] === 'login') return this.#login(value);
    if (this.#name === '') throw new Refused('bad-credentials', 'Log in first.');
    const { refusal } = this.#hub.faults;
    if (refusal !== undefined) throw new Refused(refusal.code, refusal.text, refusal.retryAfterMs);
    return perform(this.#hub, this.#name, value);
  }

  #login(value: JsonObject): JsonObject {
    const name = textField(value, 'as');
    const password = textField(value, 'password');
    const { world, seats } = this.#hub;
    const known = world.accounts.get(name);
    if (password === 'wrong' || (known !== undefined && known.password !== password)) {
      throw new Refused('bad-credentials', 'The name or the password is wrong.');
    }
    if (known === undefined) this.#hub.record({ t: 'account', name, password });
    if (value['check'] === true) return { id: name };
    seats.get(name)?.drop();
    this.#name = name;
    this.#sent = numberField(value, 'since', 0);
    seats.set(name, this);
    const rooms = world.roomsOf(name).map(({ id }) => snapshotOf(this.#hub, id, name));
    return { id: name, nick: world.nick(name), rooms };
  }

  #gone(): void {
    clearInterval(this.#redelivery);
    if (this.#hub.seats.get(this.#name) === this) this.#hub.seats.delete(this.#name);
  }
}
