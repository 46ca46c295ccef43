// Signing up, changing and removing accounts (XEP-0077 and XEP-0100 as the bridge sees them): checks answers here and with the network,
// and keeps what it let in.

import { BridgeError } from '../model/errors.ts';
import type { Answers, Field } from '../model/form.ts';
import { type AccountKey, type ConversationId, resourceId, type UserId } from '../model/ids.ts';
import type { Network, SignInStep } from '../model/network.ts';
import type { AccountDesk, AccountSummary, Bridge, Clock, SignInDialog } from '../model/ports.ts';
import { words } from '../model/words.ts';
import { nickFields, renamedAccount } from './account-nick.ts';
import type { Accounts } from './accounts.ts';
import { answersAsGiven, asKept, changedAnswers, checkedAnswers, withoutSecrets } from './answers.ts';
import type { AccountRecord } from './ports.ts';
import { AS_CLIENT, isChangeForNetwork, PREFERENCES, preferenceFields } from './preferences.ts';
import { keptOver, roomAnswers, roomFields, withRoomAnswers } from './room-preferences.ts';
import { accountRemoved } from './failures.ts';
import { Tries } from './tries.ts';

/** Whether the network must know: of what she has set otherwise, or of another way to sign in. */
export type AccountChange = 'none' | 'settings' | 'sign-in';

/** The sessions of accounts, when accounts change. */
export interface AccountSessions extends Pick<Bridge, 'conversation' | 'submit'> {
  /** New, or with other settings: sign in where the user is there. @returns whether it is connected anew for that. */
  accountSaved(user: UserId, key: AccountKey, change: AccountChange): boolean;
  /** Sign in, whether a client of hers is known or not. */
  accountWanted(user: UserId, key: AccountKey): void;
  /** Resolves when the session is over. */
  accountRemoved(user: UserId, key: AccountKey): Promise<void>;
  /** Of all that she is in, as a guest too. `error`: what rooms and waiting commands end with. */
  endSessions(user: UserId, error: BridgeError): Promise<void>;
}

export interface DeskParts {
  readonly network: Network;
  readonly accounts: Accounts;
  readonly clock: Clock;
  /** BCP 47 tags to choose from. */
  readonly languages: readonly string[];
}

/** Steps of one sign-in: more is a network that goes round in circles. */
const MOST_STEPS = 20;

export class Desk implements AccountDesk {
  readonly #network: Network;
  readonly #accounts: Accounts;
  readonly #sessions: AccountSessions;
  readonly #clock: Clock;
  readonly #busy = new Set<UserId>();
  readonly #tries: Tries;
  readonly #own: readonly Field[];
  readonly form: readonly Field[];
  readonly preferences: readonly Field[];

  constructor({ network, accounts, clock, languages }: DeskParts, sessions: AccountSessions) {
    this.#network = network;
    this.#accounts = accounts;
    this.#sessions = sessions;
    this.#clock = clock;
    this.#tries = new Tries(clock);
    this.#own = preferenceFields(network, languages);
    this.preferences = [...nickFields(network), ...this.#own];
    this.form = [...network.signInForm, ...this.#own];
  }

  formFor(user: UserId): readonly Field[] {
    const fields = this.#network.signInFormFor?.(user) ?? this.#network.signInForm;
    const [account] = this.#accounts.of(user);
    return [...fields.map((field) => asKept(field, account?.settings ?? {})), ...this.#own];
  }

  accounts(user: UserId): readonly AccountSummary[] {
    return this.#accounts.of(user).map((record) => this.#summaryOf(record));
  }

  async signUp(user: UserId, answers: Answers, signal: AbortSignal, dialog?: SignInDialog): Promise<AccountSummary> {
    if (this.#busy.has(user)) {
      throw new BridgeError('rate-limited', words`Your last answers are still being checked; try again in a moment.`);
    }
    this.#tries.check(user);
    this.#busy.add(user);
    try {
      const account = await this.#signUp(user, answers, signal, dialog);
      this.#tries.succeeded(user);
      return account;
    } catch (thrown) {
      this.#tries.failed(user, thrown);
      throw thrown;
    } finally {
      this.#busy.delete(user);
    }
  }

  async remove(user: UserId, account?: AccountKey): Promise<() => Promise<void>> {
    const removed = this.#accounts.of(user).filter(({ key }) => account === undefined || key === account);
    if (removed.length === 0) throw new BridgeError('not-registered', words`You have no account here.`);
    for (const { key } of removed) await this.#accounts.delete(user, key);
    return async () => {
      const ends = removed.map((record) => this.#end(record));
      // Where she is a guest she is nobody any more, either.
      const isLast = this.#accounts.of(user).length === 0;
      if (isLast) ends.push(this.#sessions.endSessions(user, accountRemoved()));
      await Promise.all(ends);
    };
  }

  async #end({ user, key, settings }: AccountRecord): Promise<void> {
    await this.#sessions.accountRemoved(user, key);
    await this.#network.forget?.({ user, key, settings, guest: false });
  }

  async prefer(user: UserId, account: AccountKey, answers: Answers): Promise<AccountSummary> {
    const record = this.#recordOf(user, account);
    const checked = this.#preferred(answers, record.settings);
    const { settings, title } = renamedAccount(this.#network, record, answers);
    const named = Object.fromEntries(Object.entries(settings).filter(([name]) => !this.#isPreference(name)));
    return this.#save(record, { ...named, ...checked }, title);
  }

  roomPreferences(user: UserId, room: ConversationId): readonly Field[] {
    const { settings } = this.#recordOf(user, this.#network.accountOf(room));
    return roomFields(this.#network, this.#own, settings);
  }

  roomSettings(user: UserId, room: ConversationId): Answers {
    return roomAnswers(this.#recordOf(user, this.#network.accountOf(room)).settings, room);
  }

  async preferInRoom(user: UserId, room: ConversationId, answers: Answers): Promise<void> {
    const record = this.#recordOf(user, this.#network.accountOf(room));
    const before = this.#accounts.nickIn(user, record.key, room);
    const fields = this.roomPreferences(user, room);
    await this.#save(record, withRoomAnswers(record.settings, room, fields, answers));
    const nick = this.#accounts.nickIn(user, record.key, room);
    if (nick !== before) this.#call(user, room, nick);
  }

  /** In a room that she is in. */
  #call(user: UserId, room: ConversationId, nick: string): void {
    if (this.#sessions.conversation(user, room) === undefined) return;
    const account = this.#network.accountOf(room);
    const origin = { resource: resourceId(user), settle: () => undefined };
    this.#sessions.submit(user, { kind: 'setNick', account, nick, only: room }, origin);
  }

  language(user: UserId, room?: ConversationId): string | undefined {
    const isSet = (tag: unknown): tag is string => typeof tag === 'string' && tag !== AS_CLIENT;
    const ofRoom = room && this.#accounts.preference(user, this.#network.accountOf(room), 'language', room);
    // There, too, what her client says may count again.
    if (ofRoom !== undefined) return isSet(ofRoom) ? ofRoom : undefined;
    return this.#accounts
      .of(user)
      .map(({ settings }) => settings[PREFERENCES.language])
      .find(isSet);
  }

  connect(user: UserId): void {
    for (const { key } of this.#accounts.of(user)) this.#sessions.accountWanted(user, key);
  }

  #recordOf(user: UserId, key: AccountKey): AccountRecord {
    const record = this.#accounts.get(user, key);
    if (record !== undefined) return record;
    throw new BridgeError('not-registered', words`This needs an account: please register first.`);
  }

  /** What the bridge itself offers is kept only where she has said something. @throws BridgeError `malformed` with `field`. */
  #preferred(answers: Answers, before: Answers = {}): Answers {
    const own = new Set(this.#network.preferences.map(({ name }) => name));
    const isSaid = (name: string): boolean => own.has(name) || name in answers || name in before;
    const checked = Object.entries(checkedAnswers(this.#own, answers, before));
    return Object.fromEntries(checked.filter(([name]) => isSaid(name)));
  }

  #isPreference(name: string): boolean {
    return this.#own.some((field) => field.name === name);
  }

  async #save(record: AccountRecord, settings: Answers, title = record.title): Promise<AccountSummary> {
    const saved = { ...record, settings, title };
    await this.#accounts.save(saved);
    const isChanged = isChangeForNetwork(record.settings, settings);
    const change = title !== record.title ? 'sign-in' : isChanged ? 'settings' : 'none';
    const reconnects = this.#sessions.accountSaved(record.user, record.key, change);
    return { ...this.#summaryOf(saved), ...(reconnects && { reconnects }) };
  }

  async #signUp(
    user: UserId,
    given: Answers,
    signal: AbortSignal,
    dialog: SignInDialog | undefined,
  ): Promise<AccountSummary> {
    const before = this.#accountMeant(user, given);
    const [shown] = this.#accounts.of(user);
    // The form shows one account, and may come back with the server of another.
    const isOther = before !== undefined && shown !== undefined && before.key !== shown.key;
    const answers = isOther ? changedAnswers(this.form, given, shown.settings) : given;
    const { signInForm, preferences: own } = this.#network;
    const checked = checkedAnswers([...signInForm, ...own], answers, before?.settings);
    const done = await this.#finish(await this.#network.signIn(checked, signal, user), signal, dialog);
    if (signal.aborted) throw givenUp();
    // What the network made of the answers, and beside it what it did not ask for.
    const preferences = this.#preferred(answers, before?.settings);
    const old = this.#accounts.get(user, done.account);
    const settings = { ...keptOver(old?.settings), ...preferences, ...done.settings };
    const record: AccountRecord = { user, key: done.account, title: done.title, settings };
    await this.#accounts.save(record);
    const isChanged = old === undefined || isChangeForNetwork(old.settings, record.settings);
    // She is answered first (REG-6).
    this.#clock.after(0, () => void this.#sessions.accountSaved(user, record.key, isChanged ? 'sign-in' : 'none'));
    return this.#summaryOf(record);
  }

  async #finish(
    first: SignInStep,
    signal: AbortSignal,
    dialog: SignInDialog | undefined,
  ): Promise<Extract<SignInStep, { kind: 'done' }>> {
    let step = first;
    let wrong: BridgeError | undefined;
    for (let steps = 0; steps < MOST_STEPS; steps++) {
      if (step.kind === 'done') return step;
      if (dialog === undefined) {
        const said = words`Signing in takes more steps here: write “${words`register`}” to this address, or use its command.`;
        throw new BridgeError('unsupported', said);
      }
      if (step.kind === 'wait') {
        dialog.show(step.show, step.picture);
        step = await abortable(step.done, signal);
      } else {
        const answers = await abortable(dialog.ask(step.fields, step.text, wrong), signal);
        const next = await answered(step, answers, signal);
        wrong = next instanceof BridgeError ? next : undefined;
        if (!(next instanceof BridgeError)) step = next;
      }
    }
    throw new BridgeError('internal', words`Signing in did not come to an end.`);
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

/** @returns why they were wrong, where she may answer again. @throws BridgeError by rejection. */
async function answered(
  step: Extract<SignInStep, { kind: 'ask' }>,
  answers: Answers,
  signal: AbortSignal,
): Promise<SignInStep | BridgeError> {
  try {
    return await step.next(checkedAnswers(step.fields, answers), signal);
  } catch (thrown) {
    const isOfStep = (name: string | undefined): boolean => step.fields.some((field) => field.name === name);
    if (thrown instanceof BridgeError && isOfStep(thrown.details.field)) return thrown;
    throw thrown;
  }
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
  return new BridgeError('timeout', words`Signing in took too long, and was given up.`);
}
