// The order of commands to one session: what shares a lane is sent in order, at most 64 under way, and names of messages are resolved at
// the last moment, so that a correction finds the line that was sent just before it.

import type { AnyCommand } from '../model/commands.ts';
import { BridgeError } from '../model/errors.ts';
import type { LaneKey } from '../model/ids.ts';
import type { Receipt, Session } from '../model/network.ts';
import type { Log } from '../model/ports.ts';
import { words } from '../model/words.ts';
import { failureOf } from './failures.ts';
import { mergedReceipt } from './receipts.ts';
import { nameIn, type Resolving, withReferences } from './references.ts';
import type { Submission } from './submission.ts';

const WINDOW = 64;

/** What one submission came to: the receipts of its pieces as one. */
export interface Performed {
  readonly submission: Submission;
  /** The first piece as it was sent. */
  readonly command: AnyCommand;
  readonly receipt: Receipt;
}

export interface LaneOptions extends Resolving {
  readonly session: Session;
  readonly log: Log;
  /** Commands that may wait for the window. */
  readonly most: number;
  laneOf(command: AnyCommand): LaneKey;
  readonly run: (task: () => void) => void;
  done(performed: Performed): void;
  failed(submission: Submission, error: BridgeError): void;
}

class Job {
  readonly submission: Submission;
  commands: readonly AnyCommand[];
  /** Of the window. A join may take a minute, and nothing behind it has to wait for that. */
  readonly size: number;
  pending = 0;
  /** By piece; receipts may come in any order. */
  readonly receipts: (Receipt | undefined)[] = [];
  error: BridgeError | undefined;

  constructor(submission: Submission, commands: readonly AnyCommand[]) {
    this.submission = submission;
    this.commands = commands;
    this.size = submission.command.kind === 'join' ? 0 : commands.length;
  }
}

class Lane {
  readonly #options: LaneOptions;
  readonly #underWay = new Set<Job>();
  #taken = 0;
  #queue: Job[] = [];
  #closed = false;

  constructor(options: LaneOptions) {
    this.#options = options;
  }

  get idle(): boolean {
    return this.#underWay.size === 0 && this.#queue.length === 0;
  }

  perform(job: Job): void {
    if (this.#queue.length === 0 && this.#isReady(job)) {
      this.#send(job);
    } else if (this.#queue.length < this.#options.most) {
      this.#queue.push(job);
    } else {
      const error = new BridgeError('rate-limited', words`Too much is waiting to be sent there already.`);
      this.#options.failed(job.submission, error);
    }
  }

  /** No receipt counts any more. @returns what was not sent yet, and joins. */
  close(error: BridgeError): readonly Submission[] {
    this.#closed = true;
    const underWay = [...this.#underWay];
    const queue = this.#queue;
    this.#underWay.clear();
    this.#queue = [];
    // A join that had no answer can be asked for again; of a line nobody knows whether it was said.
    const isJoin = ({ submission }: Job): boolean => submission.command.kind === 'join';
    for (const job of underWay) {
      if (!isJoin(job)) this.#options.failed(job.submission, error);
    }
    return [...underWay.filter(isJoin), ...queue].map(({ submission }) => submission);
  }

  #isReady(job: Job): boolean {
    if (this.#taken > 0 && this.#taken + job.size > WINDOW) return false;
    const name = nameIn(job.commands[0]);
    return name === undefined || !this.#isUnderWay(name, job.submission.command);
  }

  /** The message that is meant is on its way, and the network has not named it yet. */
  #isUnderWay(name: string, command: AnyCommand): boolean {
    for (const { submission } of this.#underWay) {
      if (submission.origin?.id === name && isSameConversation(submission.command, command)) return true;
    }
    return false;
  }

  #send(job: Job): void {
    const commands: AnyCommand[] = [];
    for (const command of job.commands) {
      const resolved = withReferences(command, this.#options);
      if (resolved instanceof BridgeError) {
        this.#options.failed(job.submission, resolved);
        return;
      }
      commands.push(resolved);
    }
    job.commands = commands;
    job.pending = commands.length;
    this.#underWay.add(job);
    this.#taken += job.size;
    commands.forEach((command, piece) => this.#sendPiece(job, command, piece));
  }

  #sendPiece(job: Job, command: AnyCommand, piece: number): void {
    const { session, run } = this.#options;
    let sent: Promise<Receipt>;
    try {
      sent = session.send(command);
    } catch (thrown) {
      sent = Promise.reject(thrown);
    }
    sent.then(
      (receipt) =>
        run(() => {
          job.receipts[piece] = receipt;
          this.#answered(job);
        }),
      (thrown: unknown) =>
        run(() => {
          job.error ??= failureOf(thrown, this.#options.log, `performing "${command.kind}"`);
          this.#answered(job);
        }),
    );
  }

  #answered(job: Job): void {
    if (this.#closed) return;
    if (--job.pending > 0) return;
    this.#taken -= job.size;
    this.#underWay.delete(job);
    this.#finish(job);
    this.#pump();
  }

  #finish(job: Job): void {
    const [command] = job.commands;
    if (job.error !== undefined || command === undefined) {
      this.#options.failed(job.submission, job.error ?? new BridgeError('internal', words`There was nothing to send.`));
      return;
    }
    this.#options.done({ submission: job.submission, command, receipt: mergedReceipt(job.receipts) });
  }

  #pump(): void {
    for (let next = this.#queue[0]; next !== undefined && this.#isReady(next); next = this.#queue[0]) {
      this.#queue.shift();
      this.#send(next);
    }
  }
}

/** All lanes of one session. An outbox of a durable network stands before `perform`. */
export class Lanes {
  readonly #options: LaneOptions;
  readonly #lanes = new Map<LaneKey, Lane>();

  constructor(options: LaneOptions) {
    this.#options = {
      ...options,
      done: (performed) => {
        options.done(performed);
        this.#prune(performed.command);
      },
    };
  }

  /** Sends `commands`, the pieces of the submission, or queues them. The outcome comes by `done` or `failed`, once. */
  perform(submission: Submission, commands: readonly AnyCommand[]): void {
    const [first] = commands;
    if (first === undefined) return;
    const key = this.#options.laneOf(first);
    let lane = this.#lanes.get(key);
    if (lane === undefined) this.#lanes.set(key, (lane = new Lane(this.#options)));
    lane.perform(new Job(submission, commands));
  }

  /** The session is over. @returns what was not sent yet, in the order of each lane. */
  close(error: BridgeError): readonly Submission[] {
    const lanes = [...this.#lanes.values()];
    this.#lanes.clear();
    return lanes.flatMap((lane) => lane.close(error));
  }

  /** Networks with a lane for each room would gather them. */
  #prune(command: AnyCommand): void {
    if (this.#lanes.size < 2) return;
    const key = this.#options.laneOf(command);
    if (this.#lanes.get(key)?.idle === true) this.#lanes.delete(key);
  }
}

function isSameConversation(one: AnyCommand, other: AnyCommand): boolean {
  return 'conversation' in one && 'conversation' in other && one.conversation === other.conversation;
}
