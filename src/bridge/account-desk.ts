// Signing up, changing and removing accounts (XEP-0077 and XEP-0100 as the bridge sees them): checks answers here and with the network,
// and keeps what it let in.

import { BridgeError } from '../model/errors.ts';
import type { Answers, Field } from '../model/form.ts';
import type { AccountKey, UserId } from '../model/ids.ts';
import type { Network, SignInStep } from '../model/network.ts';
import type { AccountDesk, AccountSummary, SignInDialog } from '../model/ports.ts';
import { type Accounts, isChangeForNetwork } from './accounts.ts';
import { checkedAnswers, withoutSecrets } from './answers.ts';
import type { AccountRecord } from './ports.ts';

/** The sessions of accounts, when accounts change. */
export interface AccountSessions {
  /** New, or with other settings: sign in where the user is there, `anew` where the network must know. */
  accountSaved(user: UserId, key: AccountKey, anew: boolean): void;
  /** Resolves when the session is over. */
  accountRemoved(user: UserId, key: AccountKey): Promise<void>;
}

/** Steps of one sign-in: more is a network that goes round in circles. */
const MOST_STEPS = 20;

export class Desk implements AccountDesk {
  readonly #network: Network;
  readonly #accounts: Accounts;
  readonly #sessions: AccountSessions;
  readonly #busy = new Set<UserId>();
  readonly form: readonly Field[];

  constructor(network: Network, accounts: Accounts, sessions: AccountSessions) {
    this.#network = network;
    this.#accounts = accounts;
    this.#sessions = sessions;
    this.form = [...network.signInForm, ...network.preferences];
  }

  accounts(user: UserId): readonly AccountSummary[] {
    return this.#accounts.of(user).map((record) => this.#summaryOf(record));
  }

  async signUp(user: UserId, answers: Answers, signal: AbortSignal, dialog?: SignInDialog): Promise<AccountSummary> {
    if (this.#busy.has(user)) {
      throw new BridgeError('rate-limited', 'Your last answers are still being checked; try again in a moment.');
    }
    this.#busy.add(user);
    try {
      return await this.#signUp(user, answers, signal, dialog);
    } finally {
      this.#busy.delete(user);
    }
  }

  async remove(user: UserId, account?: AccountKey): Promise<void> {
    const removed = this.#accounts.of(user).filter(({ key }) => account === undefined || key === account);
    if (removed.length === 0) throw new BridgeError('not-registered', 'You have no account here.');
    for (const { key } of removed) {
      await this.#accounts.delete(user, key);
      await this.#sessions.accountRemoved(user, key);
    }
  }

  async #signUp(
    user: UserId,
    answers: Answers,
    signal: AbortSignal,
    dialog: SignInDialog | undefined,
  ): Promise<AccountSummary> {
    const before = this.#accountMeant(user, answers);
    const checked = checkedAnswers(this.form, answers, before?.settings);
    const done = await this.#finish(await this.#network.signIn(checked, signal), signal, dialog);
    if (signal.aborted) throw givenUp();
    // What the network made of the answers, and beside it what it did not ask for.
    const preferences = checkedAnswers(this.#network.preferences, answers, before?.settings);
    const record: AccountRecord = {
      user,
      key: done.account,
      title: done.title,
      settings: { ...preferences, ...done.settings },
    };
    const old = this.#accounts.get(user, done.account);
    await this.#accounts.save(record);
    this.#sessions.accountSaved(
      user,
      record.key,
      old === undefined || isChangeForNetwork(old.settings, record.settings),
    );
    return this.#summaryOf(record);
  }

  async #finish(
    first: SignInStep,
    signal: AbortSignal,
    dialog: SignInDialog | undefined,
  ): Promise<Extract<SignInStep, { kind: 'done' }>> {
    let step = first;
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      if (step.kind === 'done') return step;
      if (dialog === undefined) {
        throw new BridgeError('unsupported', 'Signing in takes more steps here: use the command of this address.');
      }
      if (step.kind === 'wait') {
        dialog.show(step.show);
        step = await abortable(step.done, signal);
      } else {
        const answers = await abortable(dialog.ask(step.fields, step.text), signal);
        step = await step.next(checkedAnswers(step.fields, answers), signal);
      }
    }
    throw new BridgeError('internal', 'Signing in did not come to an end.');
  }

  /**
   * The account that is being changed: the one source of secrets left empty. Where the network can't tell, only an account
   * that was signed in with the very same other answers: a password must not go to another server.
   */
  #accountMeant(user: UserId, answers: Answers): AccountRecord | undefined {
    const records = this.#accounts.of(user);
    if (this.#network.accountFor !== undefined) {
      const key = this.#network.accountFor(answersAsGiven(this.form, answers, records));
      if (key !== undefined) return records.find((record) => record.key === key);
    }
    return records.find(({ settings }) =>
      this.#network.signInForm.every(
        ({ name, type }) => type === 'secret' || answers[name] === undefined || answers[name] === settings[name],
      ),
    );
  }

  #summaryOf({ key, title, settings }: AccountRecord): AccountSummary {
    return { key, title, settings: withoutSecrets(this.form, settings) };
  }
}

/** A form that leaves a field out means "as it was", which is only clear where there is one account. */
function answersAsGiven(form: readonly Field[], answers: Answers, records: readonly AccountRecord[]): Answers {
  const [only] = records;
  const before = only !== undefined && records.length === 1 ? withoutSecrets(form, only.settings) : {};
  const defaults = form.flatMap((field) =>
    field.type === 'map' || field.default === undefined ? [] : [[field.name, field.default] as const],
  );
  return { ...Object.fromEntries(defaults), ...before, ...answers };
}

async function abortable<T>(promise: Promise<T>, signal: AbortSignal): Promise<T> {
  if (signal.aborted) throw givenUp();
  const { promise: aborted, reject } = Promise.withResolvers<never>();
  const onAbort = (): void => reject(givenUp());
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

function givenUp(): BridgeError {
  return new BridgeError('timeout', 'Signing in took too long, and was given up.');
}
