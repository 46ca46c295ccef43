// The echo network on a server of its own: a network like any other, that lives elsewhere, keeps what was said, and may be away.

import type { Capabilities } from '../../src/model/capabilities.ts';
import { BridgeError, wrongSetting } from '../../src/model/errors.ts';
import type { Answers } from '../../src/model/form.ts';
import type { Account, Emit, Host, Network, Session, SignInStep } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import { REMOTE } from './abilities.ts';
import { closed } from './errors.ts';
import { EchoPlaces } from './places.ts';
import { type RemoteKind, RemoteSession } from './remote-session.ts';
import { type ServerAddress, Wire } from './remote-wire.ts';
import { credentials, ONLY_ACCOUNT } from './sign-in.ts';

export interface RemoteOptions {
  readonly server: ServerAddress;
  readonly delivery: 'durable' | 'live';
}

/** @throws BridgeError `malformed` with `field`. */
export function serverAddress(text: string): ServerAddress {
  const [, host = '', port = ''] = /^(.+):(\d{1,5})$/.exec(text) ?? [];
  if (host === '' || Number(port) < 1 || Number(port) > 65_535) {
    throw wrongSetting('server', 'A server is written as host:port.');
  }
  return { host: host.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}

export class RemoteEchoNetwork extends EchoPlaces implements Network<RemoteKind> {
  readonly capabilities: Capabilities<RemoteKind> = REMOTE;
  readonly guests = false;
  readonly delivery: 'durable' | 'live';
  readonly idempotent = true;
  readonly #server: ServerAddress;
  #host: Host | undefined;

  constructor({ server, delivery }: RemoteOptions) {
    super();
    this.#server = server;
    this.delivery = delivery;
  }

  start(host: Host): Promise<void> {
    this.#host = host;
    return Promise.resolve();
  }
  /** Sessions are the bridge's to close. */
  stop(): Promise<void> {
    return Promise.resolve();
  }

  async signIn(answers: Answers, signal: AbortSignal): Promise<SignInStep> {
    const { username, password } = credentials(answers);
    const wire = await Wire.open(this.#server, this.#started.clock, signal, { onFields: () => {}, onLost: () => {} });
    try {
      await wire.request('login', { do: 'login', as: username, password, check: true }, () => undefined);
    } finally {
      wire.close();
    }
    return { kind: 'done', account: ONLY_ACCOUNT, settings: answers, title: `${username} (echo)` };
  }

  openSession(account: Account, emit: Emit, signal: AbortSignal): Promise<Session<RemoteKind>> {
    if (account.guest)
      return Promise.reject(new BridgeError('not-registered', words`The echo server wants an account.`));
    const durable = this.delivery === 'durable';
    return RemoteSession.open({ server: this.#server, account, emit, host: this.#started, durable }, signal);
  }

  get #started(): Host {
    if (this.#host === undefined) throw closed();
    return this.#host;
  }
}
