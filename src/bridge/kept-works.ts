// A user's accepted commands on a durable network: performed as soon as there is a session, one piece after the other, and never twice where
// the network would take them twice.

import type { AnyCommand } from '../model/commands.ts';
import { BridgeError } from '../model/errors.ts';
import type { AccountKey, UserId } from '../model/ids.ts';
import type { Attempt, Receipt, Session } from '../model/network.ts';
import type { Write } from '../model/stores.ts';
import { words } from '../model/words.ts';
import type { BridgeContext } from './context.ts';
import { failureOf } from './failures.ts';
import type { Keeping } from './keeping.ts';
import type { Performed } from './lanes.ts';
import type { Work } from './outbox-work.ts';
import { mergedReceipt } from './receipts.ts';
import { nameIn, type Resolving, withReferences } from './references.ts';

/** What the works of one user ask of her. */
export interface WorkDoors {
  readonly user: UserId;
  run(task: () => void): void;
  connect(key: AccountKey): void;
  withoutReply: Resolving['withoutReply'];
  begin(work: Work): void;
  end(work: Work): void;
  /** Shows it to her clients. @returns what is to be remembered of it, as it is written. */
  taken(work: Work, performed: Performed): readonly Write[];
}

/** An answer that does not come by then will not. */
const ANSWER_MS = 60_000;
/** What was sent at the time of a note is in the network's own list by then. */
const LISTED_AFTER_MS = 20_000;
const UNCONFIRMED_TRIES = 3;

/** Nobody can say whether the network has it. */
class Unsure extends Error {}

export class KeptWorks {
  readonly #context: BridgeContext;
  readonly #keeping: Keeping;
  readonly #doors: WorkDoors;
  readonly #sessions = new Map<AccountKey, Session>();
  readonly #works = new Map<AccountKey, Set<Work>>();

  constructor(context: BridgeContext, keeping: Keeping, doors: WorkDoors) {
    this.#context = context;
    this.#keeping = keeping;
    this.#doors = doors;
  }

  get size(): number {
    return this.#works.size;
  }
  has(key: AccountKey): boolean {
    return this.#works.has(key);
  }

  perform(work: Work, key: AccountKey): void {
    const works = this.#works.get(key);
    if (works === undefined) this.#works.set(key, new Set([work]));
    else works.add(work);
    const session = this.#sessions.get(key);
    if (session === undefined) this.#doors.connect(key);
    else this.#begin(work, key, session);
  }

  up(key: AccountKey, session: Session): void {
    this.#sessions.set(key, session);
    for (const work of this.#works.get(key) ?? []) this.#begin(work, key, session);
  }

  /** What was under way waits for the next session; nobody knows what became of it. */
  down(key: AccountKey): void {
    this.#sessions.delete(key);
    for (const work of this.#works.get(key) ?? []) {
      if (work.busy) this.#doors.end(work);
      work.busy = false;
    }
  }

  /** There will be no session. */
  refuse(key: AccountKey, error: BridgeError): void {
    for (const work of this.#works.get(key) ?? []) {
      this.#forget(work, key);
      void this.#keeping.outbox.refused(work, error);
    }
  }

  #begin(work: Work, key: AccountKey, session: Session): void {
    if (work.over) {
      this.#forget(work, key);
      return;
    }
    work.busy = true;
    this.#doors.begin(work);
    const finish = (how: () => Promise<void>): void =>
      this.#doors.run(() => {
        if (this.#sessions.get(key) !== session || !work.busy) return;
        work.busy = false;
        this.#doors.end(work);
        this.#forget(work, key);
        if (!work.over) void how();
      });
    const { outbox } = this.#keeping;
    this.#performed(work, session).then(
      (performed) => finish(() => outbox.done(work, this.#doors.taken(work, performed))),
      (thrown: unknown) => {
        if (thrown instanceof Unsure) finish(() => outbox.refused(work, unsure(), 'in words'));
        else {
          const error = failureOf(thrown, this.#context.log, `performing "${work.submission.command.kind}"`);
          finish(() => outbox.failed(work, error));
        }
      },
    );
  }

  #forget(work: Work, key: AccountKey): void {
    const works = this.#works.get(key);
    works?.delete(work);
    if (works?.size === 0) this.#works.delete(key);
  }

  async #performed(work: Work, session: Session): Promise<Performed> {
    const commands: AnyCommand[] = [];
    const receipts = [...work.progress.receipts];
    for (let at = receipts.length; at < work.pieces.length; at++) {
      const command = await this.#referenced(work.pieces[at] ?? work.submission.command);
      commands.push(command);
      receipts.push((await this.#found(work, command, session)) ?? (await this.#sent(work, command, session)));
      if (at + 1 < work.pieces.length) await this.#keeping.outbox.note(work, { receipts: [...receipts] });
    }
    const command = commands[0] ?? work.submission.command;
    return { submission: work.submission, command, receipt: mergedReceipt(receipts) };
  }

  async #referenced(piece: AnyCommand): Promise<AnyCommand> {
    const { ids } = this.#context;
    const { user, withoutReply } = this.#doors;
    const xmppId = nameIn(piece);
    if (xmppId !== undefined && 'conversation' in piece) {
      await ids.fetch({ user, conversation: piece.conversation, xmppId });
    }
    const command = withReferences(piece, { user, ids, withoutReply });
    if (command instanceof BridgeError) throw command;
    return command;
  }

  /** What the network made of an earlier try, where that has to be looked for. @throws Unsure. */
  async #found(work: Work, command: AnyCommand, session: Session): Promise<Receipt | undefined> {
    const { network } = this.#context;
    const { notedAt } = work.progress;
    if (network.idempotent === true || notedAt === undefined) return undefined;
    if (session.find === undefined) throw new Unsure();
    await this.#pause(Math.min(LISTED_AFTER_MS, notedAt + LISTED_AFTER_MS - this.#keeping.clock.now()));
    const found = await session.find(command, new Date(notedAt), attemptOf(work, work.progress.receipts.length).part);
    const own = new Set(work.progress.receipts.flatMap(({ ids }) => ids));
    const others = found.filter(({ ids }) => !ids.some((id) => own.has(id)));
    const unknown = await this.#unknown(command, others);
    if (unknown.length > 1) throw new Unsure();
    return unknown[0];
  }

  /** Of what looks alike, what none of her other messages is. */
  async #unknown(command: AnyCommand, found: readonly Receipt[]): Promise<readonly Receipt[]> {
    const { ids } = this.#context;
    const { user } = this.#doors;
    if (!('conversation' in command)) return found;
    const { conversation } = command;
    const unknown: Receipt[] = [];
    for (const receipt of found) {
      for (const id of receipt.ids) await ids.fetch({ user, conversation, id });
      if (receipt.ids.every((id) => ids.xmpp(user, conversation, id) === undefined)) unknown.push(receipt);
    }
    return unknown;
  }

  async #sent(work: Work, command: AnyCommand, session: Session): Promise<Receipt> {
    const { network } = this.#context;
    const { outbox, clock } = this.#keeping;
    const { receipts } = work.progress;
    const first = !work.tried;
    work.tried = true;
    if (network.idempotent !== true) await outbox.note(work, { receipts, notedAt: clock.now() });
    const attempt = { ...attemptOf(work, receipts.length), first };
    let receipt: Receipt;
    try {
      receipt = await this.#inTime(session.send(command, attempt));
    } catch (thrown) {
      if (network.idempotent !== true && !isUnknown(thrown)) await outbox.note(work, { receipts });
      throw thrown;
    }
    const isSettled = network.idempotent === true && work.attempts >= UNCONFIRMED_TRIES;
    if (receipt.outcome === 'unknown' && !isSettled)
      throw new BridgeError('timeout', words`The network did not confirm it.`);
    return receipt;
  }

  #pause(ms: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    if (ms <= 0) resolve();
    else this.#context.clock.after(ms, resolve);
    return promise;
  }

  async #inTime(sent: Promise<Receipt>): Promise<Receipt> {
    const { promise, reject } = Promise.withResolvers<never>();
    const callOff = this.#context.clock.after(ANSWER_MS, () =>
      reject(new BridgeError('timeout', words`The network did not answer in time.`)),
    );
    try {
      return await Promise.race([sent, promise]);
    } finally {
      callOff();
    }
  }
}

/** The same words under the same name are a new message when they are accepted anew, and are to be performed again. */
function attemptOf({ id, at, pieces }: Work, index: number): Pick<Attempt, 'id' | 'part'> {
  const message = `${id}-${at.toString(36)}`;
  const of = pieces.length;
  return of === 1 ? { id: message } : { id: `${message}.${index}`, part: { message, of } };
}

/** It may have been performed. */
function isUnknown(thrown: unknown): boolean {
  return !(thrown instanceof BridgeError) || thrown.code === 'timeout' || thrown.code === 'network-down';
}

function unsure(): BridgeError {
  return new BridgeError(
    'timeout',
    words`The network did not say whether it took this: it may have been sent, or not.`,
  );
}
