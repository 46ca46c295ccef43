// Linking an account: with the Matrix id and the password, which make an access token of our own and are then forgotten, or with a token
// that the person made elsewhere.

import type { MatrixClient } from 'matrix-js-sdk';
import { BridgeError } from '../../src/model/errors.ts';
import type { Answers, Field } from '../../src/model/form.ts';
import { accountKey } from '../../src/model/ids.ts';
import type { SignInStep } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import { errorOf } from './api.ts';
import { givenUp } from './errors.ts';
import type { Homeservers } from './homeserver.ts';
import { type Names, personOf } from './names.ts';
import type { Sdk } from './sdk.ts';
import { type MatrixSettings, textOf } from './settings.ts';

export const ONLY_ACCOUNT = accountKey('');

export const SIGN_IN_FORM = [
  {
    name: 'user',
    label: words`Matrix id`,
    help: words`Such as @juliet:example.org.`,
    type: 'text',
    required: true,
    legacy: 'username',
  },
  {
    name: 'password',
    label: words`Password`,
    help: words`It is used once, and not kept. Leave it empty if you give an access token.`,
    type: 'secret',
    legacy: 'password',
  },
  {
    name: 'token',
    label: words`Access token`,
    help: words`Instead of the password, for accounts that sign in with a web page.`,
    type: 'secret',
    legacy: 'key',
  },
] as const satisfies readonly Field[];

export const PREFERENCES = [
  { name: 'stayConnected', label: words`Stay connected while I am offline`, type: 'boolean', default: true },
  {
    name: 'leaveRooms',
    label: words`Leaving a room here leaves it on Matrix`,
    help: words`Otherwise you stay a member, and come back with what was said meanwhile.`,
    type: 'boolean',
    default: false,
  },
  {
    name: 'acceptDirects',
    label: words`Take direct chats without asking me`,
    type: 'boolean',
    default: false,
  },
  { name: 'readReceipts', label: words`Tell others what I have read`, type: 'boolean', default: true },
] as const satisfies readonly Field[];

/** What an account's settings hold when it is linked. */
export interface Credentials {
  readonly userId: string;
  readonly accessToken: string;
  /** Of the token that we made ourselves: it is ours to end. */
  readonly deviceId: string | undefined;
  /** Undefined where it is to be found again. */
  readonly baseUrl: string | undefined;
}

/** A token of our own making says so, with its device: nothing but secrets of the form outlives a change of the account. */
const OWN = /^viaduct-device (\S+) (\S+)$/;

/** @throws BridgeError `malformed`, `bad-credentials`. */
export function credentialsIn(settings: Answers, names: Names): Credentials {
  const userId = userIdIn(settings, names);
  const token = textOf(settings, 'token');
  if (token === '') throw new BridgeError('bad-credentials', words`The account has no access token; sign in again.`);
  const [, deviceId, own] = OWN.exec(token) ?? [];
  const baseUrl = textOf(settings, 'baseUrl');
  return { userId, accessToken: own ?? token, deviceId, baseUrl: baseUrl === '' ? undefined : baseUrl };
}

export interface SignInParts {
  readonly settings: MatrixSettings;
  readonly names: Names;
  readonly servers: Homeservers;
  readonly sdk: Sdk;
}

/** @throws BridgeError by rejection, with `field`. */
export async function signIn(parts: SignInParts, answers: Answers, signal: AbortSignal): Promise<SignInStep> {
  const userId = userIdIn(answers, parts.names);
  const password = typeof answers['password'] === 'string' ? answers['password'] : '';
  const token = textOf(answers, 'token');
  if (password === '' && token === '') {
    throw new BridgeError('malformed', words`A password or an access token is needed.`, { field: 'password' });
  }
  const baseUrl = await parts.servers.baseUrl(userId, signal).catch((error: unknown) => {
    throw atField(error, 'user');
  });
  const login = { ...parts, baseUrl, userId, signal };
  const linked =
    password === '' ? await byToken(login, token) : await byPassword(login, password, OWN.exec(token)?.[1]);
  const { id, token: kept } = linked;
  return { kind: 'done', account: ONLY_ACCOUNT, settings: { user: id, token: kept, baseUrl }, title: id };
}

interface Login extends SignInParts {
  readonly baseUrl: string;
  readonly userId: string;
  readonly signal: AbortSignal;
}
interface Linked {
  readonly id: string;
  readonly token: string;
}

async function byPassword(login: Login, password: string, deviceId: string | undefined): Promise<Linked> {
  const client = clientOf(login);
  const answer = await asked(login, 'password', () =>
    client.loginRequest({
      type: 'm.login.password',
      identifier: { type: 'm.id.user', user: login.userId },
      password,
      initial_device_display_name: login.settings.deviceName,
      // The same device again, so that none is left behind.
      ...(deviceId !== undefined && { device_id: deviceId }),
    }),
  );
  return { id: answer.user_id, token: `viaduct-device ${answer.device_id} ${answer.access_token}` };
}

async function byToken(login: Login, token: string): Promise<Linked> {
  const accessToken = OWN.exec(token)?.[2] ?? token;
  const { user_id: id } = await asked(login, 'token', () => clientOf(login, accessToken).whoami());
  if (id.toLowerCase() !== login.userId.toLowerCase()) {
    throw new BridgeError('bad-credentials', words`This access token is that of ${id}.`, { field: 'token' });
  }
  return { id, token };
}

/** Ends the device of the token. @throws by rejection what the SDK throws. */
export async function logOut(login: Omit<Login, 'signal' | 'userId'>, accessToken: string): Promise<void> {
  await clientOf(login, accessToken).logout(false);
}

function clientOf(
  { sdk, servers, baseUrl, settings }: Omit<Login, 'signal' | 'userId'>,
  accessToken?: string,
): MatrixClient {
  return sdk.createClient({
    baseUrl,
    fetchFn: servers.fetch,
    localTimeoutMs: settings.requestTimeoutMs,
    logger: sdk.silent,
    ...(accessToken !== undefined && { accessToken }),
  });
}

async function asked<T>(login: Login, field: 'password' | 'token', ask: () => Promise<T>): Promise<T> {
  const { signal } = login;
  const { promise, reject } = Promise.withResolvers<never>();
  const giveUp = (): void => reject(givenUp());
  signal.addEventListener('abort', giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    return await Promise.race([ask(), promise]);
  } catch (thrown) {
    const error = errorOf(login, thrown, field === 'password' ? 'login' : 'other');
    throw error.code === 'bad-credentials' ? atField(error, field) : error;
  } finally {
    signal.removeEventListener('abort', giveUp);
  }
}

function userIdIn(answers: Answers, names: Names): string {
  const typed = textOf(answers, 'user');
  const expected = new BridgeError('malformed', words`A Matrix id is written @name:server.`, { field: 'user' });
  let conversation;
  try {
    ({ conversation } = names.parse(/^[@#!]|:/.test(typed) ? typed : `@${typed}`));
  } catch {
    throw expected;
  }
  const userId = personOf(conversation);
  if (userId === undefined) throw expected;
  return userId;
}

function atField(thrown: unknown, field: string): unknown {
  if (!(thrown instanceof BridgeError)) return thrown;
  return new BridgeError(thrown.code, thrown.text, { ...thrown.details, field, cause: thrown });
}
