// SMS through one account of the operator: its addresses, its numbers, the webhooks, and opening sessions.

import type { Capabilities } from '../../src/model/capabilities.ts';
import type { AnyCommand } from '../../src/model/commands.ts';
import { BridgeError, wrongSetting } from '../../src/model/errors.ts';
import type { Answers, Field } from '../../src/model/form.ts';
import {
  type AccountKey,
  type ConversationId,
  conversationId,
  type LaneKey,
  laneKey,
  type ParticipantId,
  type UserId,
} from '../../src/model/ids.ts';
import type { Account, Emit, Host, Network, Place, SignInStep } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import { closed, isAccountTrouble } from './errors.ts';
import { ONLY_ACCOUNT } from './incoming.ts';
import { Line } from './line.ts';
import { type CountryCode, countryOf, countryOfNumber, parse, placeOf, readable } from './numbers.ts';
import { Reconciling } from './reconciling.ts';
import { SmsSession } from './session.ts';
import type { SmsSettings } from './settings.ts';
import { Pool, PREFERENCES } from './sign-in.ts';
import { watchStandstill } from './standstill.ts';
import { type HttpClient, Twilio } from './twilio.ts';
import { Webhook } from './webhook.ts';

/** More tries than by default, and for every reason that may pass; the fragment is for Twilio alone. */
const PERSISTENT = '#rc=5&rp=5xx,ct,rt';

const BETWEEN_LOOKS_MS = 50;

const EXAMPLE = '+15551234567';

const CAPABILITIES: Capabilities<'say'> = {
  accepts: ['say'],
  reports: ['said', 'delivered', 'displayed', 'failed', 'connected', 'told'],
  answers: [],
  text: { max: 1_600, unit: 'characters', lines: 'many', styles: [] },
};

interface Running {
  readonly host: Host;
  readonly pool: Pool;
  readonly service: Twilio;
}

export class SmsNetwork implements Network<'say'> {
  readonly title = 'SMS';
  readonly identity = 'sms';
  readonly needsPublicUrl = true;
  readonly capabilities = CAPABILITIES;
  readonly delivery = 'durable';
  readonly guests = false;
  readonly preferences: readonly Field[] = PREFERENCES;
  readonly prompt = {
    help: words`Whose phone do you want to text?`,
    label: words`Phone number, such as ${EXAMPLE}`,
    person: EXAMPLE,
  };
  readonly signInHelp = words`Choose the number that you text from; what is sent to it comes to you.`;
  readonly signInForm: readonly Field[];
  readonly #settings: SmsSettings;
  readonly #http: HttpClient | undefined;
  readonly #lines = new Map<UserId, { readonly line: Line; readonly loaded: Promise<Line> }>();
  readonly #reconcilings = new Set<Reconciling>();
  #running: Running | undefined;
  #stopWatching: () => void = () => {};
  #isTroubled = false;

  /** `http`: what the provider's client reaches the world with, instead of the real one. */
  constructor(settings: SmsSettings, http?: HttpClient) {
    this.#settings = settings;
    this.#http = http;
    this.signInForm = Pool.form(settings.numbers);
  }

  signInFormFor(user: UserId): readonly Field[] {
    return this.#running?.pool.formFor(user) ?? this.signInForm;
  }

  parse(text: string, asker?: UserId): Place {
    return parse(text, this.#countryOf(asker) ?? this.#settings.country);
  }
  placeOf(conversation: ConversationId): Place | undefined {
    return placeOf(conversation);
  }
  directOf(participant: ParticipantId): ConversationId | undefined {
    return placeOf(conversationId(participant))?.conversation;
  }
  accountOf(_conversation: ConversationId): AccountKey {
    return ONLY_ACCOUNT;
  }
  accountFor(_answers: Answers): AccountKey {
    return ONLY_ACCOUNT;
  }
  /** Each recipient's alone: our number is her only one. */
  laneOf(command: AnyCommand): LaneKey {
    return laneKey('conversation' in command ? command.conversation : '');
  }

  /** @throws BridgeError `malformed` by rejection where the world can't call. */
  async start(host: Host): Promise<void> {
    const { accountSid, authTokens, numbers, apiUrl } = this.#settings;
    const { log, clock } = host;
    const missed = (): void => this.#lookSoon();
    const lineOf = (number: string): Promise<Line | undefined> => this.#lineOfNumber(number);
    const senderOf = (sid: string): Line | undefined => this.#senderOf(sid);
    const webhook = new Webhook({ accountSid, authTokens, log, lineOf, senderOf, missed });
    const textUrl = host.mount('twilio/message', (request) => webhook.text(request));
    const statusUrl = host.mount('twilio/status', (request) => webhook.status(request));
    if (textUrl === undefined || statusUrl === undefined) {
      throw wrongSetting(undefined, 'SMS needs http.public.url: the address at which Twilio reaches this gateway.');
    }
    const http = this.#http === undefined ? {} : { http: this.#http };
    const options = { accountSid, authTokens, apiUrl, statusCallback: statusUrl + PERSISTENT, clock, ...http };
    const pool = new Pool({ numbers, accounts: () => host.accounts(), now: () => clock.monotonic() });
    this.#running = { host, pool, service: new Twilio(options) };
    this.#stopWatching = watchStandstill(clock, missed);
    log.info('texts are taken here: this is the webhook for every number at Twilio', { url: textUrl + PERSISTENT });
  }

  /** Sessions are the bridge's to close. */
  stop(): Promise<void> {
    this.#stopWatching();
    for (const user of this.#lines.keys()) this.#forget(user);
    return Promise.resolve();
  }

  async signIn(answers: Answers, _signal: AbortSignal, user: UserId): Promise<SignInStep> {
    return this.#started.pool.signIn(answers, user, this.#settings.country);
  }

  /** Without asking the provider: webhooks work while it is away, and what is sent meanwhile waits. */
  async openSession(account: Account, emit: Emit, signal: AbortSignal): Promise<SmsSession> {
    const { host, pool, service } = this.#started;
    const { number } = account.settings;
    if (account.guest) throw new BridgeError('not-registered', words`Sending texts needs an account: register first.`);
    if (typeof number !== 'string' || !this.#settings.numbers.includes(number)) {
      throw new BridgeError('gone', words`Your number is not served here any more: choose another one.`);
    }
    pool.release(account.user);
    this.#forget(account.user);
    const line = await this.#lineOf(account, number);
    if (signal.aborted) throw new BridgeError('timeout', words`Signing in was given up.`);
    const asked = (error: BridgeError | undefined): void => this.#asked(error);
    const { clock, log } = host;
    const everyMs = this.#settings.lookEveryMs;
    const doors = { service, line, state: host.state(account), clock, log, everyMs, trouble: asked };
    const reconciling = new Reconciling(doors);
    emit({ kind: 'connected', account: account.key, nick: readable(number) });
    this.#reconcilings.add(reconciling);
    reconciling.start();
    return new SmsSession({
      service,
      line,
      asked,
      ended: (reason) => {
        this.#reconcilings.delete(reconciling);
        reconciling.stop();
        if (reason === 'removed') this.#forget(account.user);
      },
    });
  }

  async #lineOfNumber(number: string): Promise<Line | undefined> {
    const owner = this.#settings.numbers.includes(number) ? this.#started.pool.ownerOf(number) : undefined;
    return owner && (await this.#lineOf(owner, number));
  }

  #senderOf(sid: string): Line | undefined {
    for (const { line } of this.#lines.values()) if (line.outgoing.isOpen(sid)) return line;
    return undefined;
  }

  /** One for each account, whoever asks first. */
  async #lineOf(account: Account, number: string): Promise<Line> {
    const { user } = account;
    const known = this.#lines.get(user);
    if (known?.line.number === number) return await known.loaded;
    known?.line.stop();
    const { host, service } = this.#started;
    const line = new Line(host, service, { account, number });
    const loaded = line.load().then(() => line);
    this.#lines.set(user, { line, loaded });
    try {
      return await loaded;
    } catch (error) {
      if (this.#lines.get(user)?.line === line) this.#forget(user);
      throw error;
    }
  }

  /** All of them, a few a second. */
  #lookSoon(): void {
    let at = 0;
    for (const reconciling of this.#reconcilings) reconciling.soon(at++ * BETWEEN_LOOKS_MS);
  }

  #forget(user: UserId): void {
    this.#lines.get(user)?.line.stop();
    this.#lines.delete(user);
  }

  /** The account's own trouble is the operator's: said once, until it is over. */
  #asked(error: BridgeError | undefined): void {
    const { log } = this.#started.host;
    if (error === undefined) this.#isTroubled = false;
    if (error === undefined || (!isAccountTrouble(error) && error.code !== 'internal')) return;
    if (this.#isTroubled) log.debug('Twilio refused the account again', { error });
    else log.warn('Twilio refuses what this gateway asks: look at its account there', { error });
    this.#isTroubled = true;
  }

  #countryOf(user: UserId | undefined): CountryCode | undefined {
    if (user === undefined) return undefined;
    const settings = this.#running?.host.accounts().find((account) => account.user === user)?.settings;
    const { country, number } = settings ?? {};
    if (typeof country === 'string') return countryOf(country);
    return typeof number === 'string' ? countryOfNumber(number) : undefined;
  }

  get #started(): Running {
    if (this.#running === undefined) throw closed();
    return this.#running;
  }
}
