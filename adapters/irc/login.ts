// Getting on a server: capabilities, SASL, server password and nick. irc-framework does the talking; this file guards it (it throws on
// short lines) and turns what comes of it into one result. When that is there the library is let go.

import { EventEmitter } from 'node:events';
import { Client, type ClientOptions } from 'irc-framework';
import { BridgeError } from '../../src/model/errors.ts';
import type { Log } from '../../src/model/ports.ts';
import { words } from '../../src/model/words.ts';
import type { Identity } from './account.ts';
import { closingError, numericError } from './errors.ts';
import { maskedLine } from './masking.ts';
import { formatLine, type IrcLine, oneLine } from './line.ts';
import { REDACTION } from './redaction.ts';
import type { LineSocket } from './socket.ts';
import { isUsual } from './usual-words.ts';

const EXTRA_CAPS = ['labeled-response', 'setname', 'standard-replies', REDACTION];
/** Now, or already. */
const LOGGED_IN: ReadonlySet<string> = new Set(['900', '903', '907']);
const FALLBACKS = 5;
/** Longest nick that every server takes (RFC 2812 1.2.1). */
const SHORT_NICK = 9;

interface LoginOptions extends ClientOptions {
  socket: LineSocket;
}

/** The library's way to a socket that is open already. */
class LoginTransport extends EventEmitter {
  readonly #socket: LineSocket;
  constructor(options: LoginOptions) {
    super();
    this.#socket = options.socket;
  }
  connect(): void {
    this.emit('open');
  }
  writeLine(line: string, written?: () => void): void {
    this.#socket.write(line, written);
  }
  close(): void {}
  disposeSocket(): void {}
  setEncoding(): boolean {
    return true;
  }
}

export interface LoginResult {
  readonly nick: string;
  readonly caps: ReadonlySet<string>;
  /** SASL succeeded. */
  readonly loggedIn: boolean;
}

/** Exactly one is called, inside the call that brings it about. */
export interface LoginOutcome {
  done(result: LoginResult): void;
  failed(error: BridgeError): void;
}

export interface LoginParts {
  readonly identity: Identity;
  readonly socket: LineSocket;
  readonly log: Log;
}

export class Login {
  readonly #identity: Identity;
  readonly #socket: LineSocket;
  readonly #log: Log;
  readonly #client: Client;
  readonly #outcome: LoginOutcome;
  #loggedIn = false;
  #nicksTried = 0;
  #isOver = false;

  constructor({ identity, socket, log }: LoginParts, outcome: LoginOutcome) {
    this.#identity = identity;
    this.#socket = socket;
    this.#log = log;
    this.#outcome = outcome;
    this.#client = new Client(optionsOf(identity, socket));
    const { connection } = this.#client;
    // The library lets line ends through.
    connection.write = (line) => {
      if (!this.#isOver) socket.write(oneLine(line));
      return true;
    };
    this.#client.on('registered', ({ nick }) => this.#finish(nick));
    this.#client.on('sasl failed', ({ reason, message }) => this.#onSaslFailed(reason, message ?? ''));
    this.#client.requestCap(EXTRA_CAPS);
  }

  start(): void {
    this.#client.connect();
  }

  /** Every line until the outcome. */
  line(raw: string, line: IrcLine): void {
    if (this.#isOver) return;
    if (line.command === 'ERROR') {
      this.fail(closingError(line.params.at(-1) ?? '').error);
      return;
    }
    if (LOGGED_IN.has(line.command)) this.#loggedIn = true;
    if (this.#refusal(line)) return;
    try {
      // The library does not go on after a 907.
      this.#client.connection.addReadBuffer(line.command === '907' ? formatLine('903', ...line.params) : raw);
    } catch (error) {
      // The library reads parameters that a hostile server left out. What is missing then ends in our time-out.
      this.#log.debug('a line of the login could not be read', { line: maskedLine(raw).slice(0, 200), error });
    }
  }

  fail(error: BridgeError): void {
    if (this.#isOver) return;
    this.#release();
    this.#outcome.failed(error);
  }

  #refusal({ command, params }: IrcLine): boolean {
    const said = params.at(-1) ?? '';
    switch (command) {
      case '431':
      case '432':
      case '433':
      case '436':
      case '437':
        if (!this.#nextNick(command)) this.fail(numericError(command, said));
        return true;
      // The library waits for another answer to these two.
      case '906':
      case '908':
        if (this.#identity.nickserv) return false;
        this.fail(numericError(command, command === '908' ? '' : said));
        return true;
      case '464':
      case '465':
      case '466':
        this.fail(numericError(command, said));
        return true;
      default:
        return false;
    }
  }

  #nextNick(numeric: string): boolean {
    const { nick, fallbackNick } = this.#identity;
    if (!fallbackNick || this.#nicksTried >= FALLBACKS || (numeric === '432' && this.#nicksTried === 0)) return false;
    this.#nicksTried++;
    const ending = '_'.repeat(this.#nicksTried);
    const next = numeric === '432' ? nick.slice(0, SHORT_NICK - ending.length) + ending : nick + ending;
    this.#socket.write(formatLine('NICK', next));
    return true;
  }

  #onSaslFailed(reason: string, message: string): void {
    const isMissing = reason === 'capability_missing' || reason === 'unsupported_mechanism';
    if (isMissing && this.#identity.nickserv) return;
    if (isMissing) this.fail(passwordUnchecked());
    else {
      const text = isUsual('904', message) ? words`The account name or the password is wrong.` : message;
      this.fail(new BridgeError('bad-credentials', text, { field: 'password', networkCode: reason }));
    }
  }

  #finish(nick: string): void {
    const { sasl, nickserv } = this.#identity;
    if (sasl !== undefined && !this.#loggedIn && !nickserv) {
      this.fail(passwordUnchecked());
      return;
    }
    const caps = new Set(this.#client.network.cap.enabled);
    this.#release();
    this.#outcome.done({ nick, caps, loggedIn: this.#loggedIn });
  }

  #release(): void {
    this.#isOver = true;
    this.#client.connection.removeAllListeners();
    this.#client.removeAllListeners();
  }
}

function passwordUnchecked(): BridgeError {
  const text = words`This server can't check account passwords: it has no SASL login. Leave the account's password empty.`;
  return new BridgeError('unsupported', text, { field: 'password' });
}

function optionsOf(identity: Identity, socket: LineSocket): LoginOptions {
  return {
    host: identity.server.host,
    port: identity.server.port,
    nick: identity.nick,
    username: identity.username,
    gecos: identity.realname,
    version: null,
    account: identity.sasl ?? {},
    sasl_disconnect_on_fail: false,
    enable_echomessage: true,
    enable_chghost: true,
    auto_reconnect: false,
    // Silence is watched over by the session.
    ping_interval: 0,
    ping_timeout: 0,
    transport: LoginTransport,
    socket,
    ...(identity.serverPassword === undefined ? {} : { password: identity.serverPassword }),
  };
}
