// Matrix as the bridge sees it: addresses, accounts, and one session for each user.

import type { Capabilities } from '../../src/model/capabilities.ts';
import type { AnyCommand } from '../../src/model/commands.ts';
import { BridgeError } from '../../src/model/errors.ts';
import type { Answers } from '../../src/model/form.ts';
import {
  type AccountKey,
  type ConversationId,
  type LaneKey,
  laneKey,
  type ParticipantId,
  participantId,
  type UserId,
} from '../../src/model/ids.ts';
import type { Account, Emit, Host, Network, Place, SignInStep } from '../../src/model/network.ts';
import { type Text, words } from '../../src/model/words.ts';
import { Abilities, type MatrixKind } from './abilities.ts';
import { Api } from './api.ts';
import { closed, givenUp } from './errors.ts';
import { Homeservers } from './homeserver.ts';
import { Me } from './me.ts';
import { directWith, Names, personOf, placeOf, serverOf } from './names.ts';
import { People } from './people.ts';
import { loadSdk } from './sdk.ts';
import { nickProblem } from './room-commands.ts';
import { MatrixSession } from './session.ts';
import { type MatrixSettings, textOf } from './settings.ts';
import { type Credentials, credentialsIn, logOut, ONLY_ACCOUNT, PREFERENCES, SIGN_IN_FORM, signIn } from './sign-in.ts';

const FORGET_MS = 15_000;

export class MatrixNetwork implements Network<MatrixKind> {
  readonly title = 'Matrix';
  readonly identity = 'matrix';
  readonly roomService = 'text';
  readonly signInHelp =
    words`Your Matrix id and its password, which is not kept; or an access token instead of the password.`;
  readonly signInForm = SIGN_IN_FORM;
  readonly preferences = PREFERENCES;
  readonly delivery = 'durable';
  readonly idempotent = true;
  readonly guests = false;
  readonly capabilities: Capabilities<MatrixKind>;
  readonly prompt: Network['prompt'];
  readonly #settings: MatrixSettings;
  readonly #names: Names;
  readonly #abilities: Abilities;
  readonly #servers: Homeservers;
  readonly #people = new People();
  readonly #sessions = new Set<MatrixSession>();
  #host: Host | undefined;

  constructor(settings: MatrixSettings) {
    this.#settings = settings;
    this.#names = new Names(settings);
    this.#abilities = new Abilities(settings.presence);
    this.#servers = new Homeservers(settings, (name) => this.#started().publicAddresses(name));
    this.capabilities = this.#abilities.network;
    const server = settings.serverName ?? 'example.org';
    const [person, room] = [`@name:${server}`, `#room:${server}`];
    const help = words`Enter a person or a room, such as ${person} or ${room}.`;
    this.prompt = { help, label: words`Person or room`, person, room };
  }

  parse(text: string, asker?: UserId): Place {
    const account = asker === undefined ? undefined : this.#host?.accounts().find(({ user }) => user === asker);
    const home = serverOf(textOf(account?.settings ?? {}, 'user'));
    return this.#names.parse(text, home === '' ? undefined : home);
  }
  placeOf(conversation: ConversationId): Place | undefined {
    return placeOf(conversation);
  }
  directOf(participant: ParticipantId): ConversationId | undefined {
    return placeOf(directWith(participant))?.conversation;
  }
  outsider(_room: ConversationId, id: ConversationId): ParticipantId | undefined {
    const person = placeOf(id) === undefined ? undefined : personOf(id);
    return person === undefined ? undefined : participantId(person);
  }
  isMessageId(name: string): boolean {
    return /^\$[^\s/]{1,254}$/.test(name);
  }
  nickProblem(nick: string): Text | undefined {
    return nickProblem(nick);
  }
  accountOf(_conversation: ConversationId): AccountKey {
    return ONLY_ACCOUNT;
  }
  laneOf(command: AnyCommand): LaneKey {
    return laneKey('conversation' in command ? command.conversation : '');
  }

  start(host: Host): Promise<void> {
    this.#host = host;
    return Promise.resolve();
  }
  async stop(): Promise<void> {
    await Promise.all([...this.#sessions].map((session) => session.close('shutdown')));
  }

  async signIn(answers: Answers, signal: AbortSignal): Promise<SignInStep> {
    const parts = { settings: this.#settings, names: this.#names, servers: this.#servers, sdk: await loadSdk() };
    return await signIn(parts, answers, signal);
  }

  async openSession(account: Account, emit: Emit, signal: AbortSignal): Promise<MatrixSession> {
    const host = this.#started();
    if (account.guest) throw new BridgeError('not-registered', words`Matrix wants an account.`);
    const credentials = credentialsIn(account.settings, this.#names);
    const sdk = await loadSdk();
    if (signal.aborted) throw givenUp();
    const { userId, accessToken } = credentials;
    const baseUrl = await this.#baseUrl(credentials, signal);
    const { clock } = host;
    const { requestTimeoutMs: timeoutMs } = this.#settings;
    const api = new Api({ sdk, baseUrl, accessToken, fetch: this.#servers.fetch, clock, timeoutMs });
    const parts = { settings: this.#settings, names: this.#names, people: this.#people };
    const me = new Me({ ...parts, api, userId, account, emit, host });
    const over = (session: MatrixSession): void => void this.#sessions.delete(session);
    const session = await MatrixSession.open(me, { abilities: this.#abilities, over }, signal);
    this.#sessions.add(session);
    return session;
  }

  #started(): Host {
    if (this.#host === undefined) throw closed();
    return this.#host;
  }

  /** The device that we made, and no other. */
  async forget({ settings: answers }: Account): Promise<void> {
    try {
      const credentials = credentialsIn(answers, this.#names);
      if (credentials.deviceId === undefined) return;
      const baseUrl = await this.#baseUrl(credentials, AbortSignal.timeout(FORGET_MS));
      const sdk = await loadSdk();
      await logOut(
        { settings: this.#settings, names: this.#names, servers: this.#servers, sdk, baseUrl },
        credentials.accessToken,
      );
    } catch (error) {
      this.#host?.log.warn('a device could not be logged out', { error });
    }
  }

  /** Checked again: the name may lead elsewhere by now. */
  async #baseUrl({ baseUrl, userId }: Credentials, signal: AbortSignal): Promise<string> {
    if (baseUrl === undefined || this.#settings.homeserver !== undefined)
      return await this.#servers.baseUrl(userId, signal);
    await this.#servers.check(baseUrl);
    return baseUrl;
  }
}
