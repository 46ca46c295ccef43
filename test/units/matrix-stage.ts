// A homeserver that says what a test wants, and everything else around one Matrix account: a store that may fail, and an inbox.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MatrixNetwork } from '../../adapters/matrix/network.ts';
import { readSettings } from '../../adapters/matrix/settings.ts';
import type { AnyEvent, EventKind, EventOf } from '../../src/model/events.ts';
import type { Answers } from '../../src/model/form.ts';
import { accountKey, conversationId, userId } from '../../src/model/ids.ts';
import type { Account, Host, KeptEvent, Session } from '../../src/model/network.ts';
import type { KeyValue } from '../../src/model/ports.ts';
import { SystemClock } from '../../src/observe/clock.ts';
import { LogRecorder } from '../support/log-recorder.ts';

export const ROMEO = '@romeo:example.org';
export const NURSE = '@nurse:example.org';
export const ROOM = '!square:example.org';

export interface Asked {
  readonly method: string;
  /** Below `/_matrix/client/`, parts as they are meant. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly body: unknown;
  readonly token: string | undefined;
}
export interface Answer {
  readonly status?: number;
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}
type Say = (asked: Asked) => Answer | undefined;

const UNKNOWN: Answer = { status: 404, body: { errcode: 'M_NOT_FOUND', error: 'Not found' } };

export class Homeserver {
  readonly asked: Asked[] = [];
  readonly #server: Server;
  readonly #says: Say[] = [];
  readonly #syncs: Answer[] = [];
  #waiting: ((answer: Answer) => void) | undefined;
  #batch = 0;

  private constructor() {
    this.#server = createServer((request, response) => void this.#serve(request, response));
  }

  static async start(): Promise<Homeserver> {
    const server = new Homeserver();
    const { promise, resolve } = Promise.withResolvers<void>();
    server.#server.listen(0, '127.0.0.1', resolve);
    await promise;
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Later ones come first. */
  says(say: Say): void {
    this.#says.unshift(say);
  }
  on(method: string, path: string | RegExp, answer: Answer | Say): void {
    this.says((asked) => {
      const isIt = asked.method === method && (typeof path === 'string' ? asked.path === path : path.test(asked.path));
      if (!isIt) return undefined;
      return typeof answer === 'function' ? answer(asked) : answer;
    });
  }

  /** The next answer to a sync that has a token. */
  syncs(body: object): void {
    this.answersSync({ body: { next_batch: `s${++this.#batch}`, ...body } });
  }
  answersSync(answer: Answer): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) this.#syncs.push(answer);
    else waiting(answer);
  }

  sinces(): readonly (string | null)[] {
    return this.asked.filter(({ path }) => path === 'v3/sync').map(({ query }) => query.get('since'));
  }
  count(method: string, path: RegExp): number {
    return this.asked.filter((one) => one.method === method && path.test(one.path)).length;
  }

  async stop(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    this.#server.closeAllConnections();
    await promise;
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const url = new URL(request.url ?? '/', this.url);
    const path = decodeURIComponent(url.pathname).replace(/^\/_matrix\/client\//, '');
    const body: unknown = text === '' ? undefined : JSON.parse(text);
    const token = request.headers.authorization?.replace(/^Bearer /, '');
    const asked = { method: request.method ?? '', path, query: url.searchParams, body, token };
    this.asked.push(asked);
    const answer = (await this.#answer(asked)) ?? UNKNOWN;
    if (response.destroyed) return;
    response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
    response.end(JSON.stringify(answer.body));
  }

  async #answer(asked: Asked): Promise<Answer | undefined> {
    for (const say of this.#says) {
      const answer = say(asked);
      if (answer !== undefined) return answer;
    }
    const { method, path, query } = asked;
    if (path === 'v3/account/whoami') return { body: { user_id: ROMEO, device_id: 'D' } };
    if (path === `v3/profile/${ROMEO}`) return { body: { displayname: 'Romeo' } };
    if (path === `v3/user/${ROMEO}/filter`) return { body: { filter_id: '0' } };
    if (method === 'GET' && path === 'v3/sync')
      return query.has('since') ? await this.#nextSync() : { body: { next_batch: 's0' } };
    return undefined;
  }

  #nextSync(): Promise<Answer> {
    const next = this.#syncs.shift();
    if (next !== undefined) return Promise.resolve(next);
    const { promise, resolve } = Promise.withResolvers<Answer>();
    this.#waiting = resolve;
    return promise;
  }
}

/** One account, linked to that homeserver with a token. */
export class Stage {
  readonly server: Homeserver;
  readonly events: AnyEvent[] = [];
  readonly kept: KeptEvent[] = [];
  readonly state = new Map<string, string>();
  readonly network: MatrixNetwork;
  /** Runs before anything is kept; what it throws is what the store says. */
  onKeep: () => void = () => {};
  readonly #waiting = new Set<() => void>();
  readonly #sessions: Session[] = [];

  private constructor(server: Homeserver, settings: Answers) {
    this.server = server;
    this.network = new MatrixNetwork(
      readSettings({ homeserver: server.url, serverName: 'example.org', pollMs: 1_000, ...settings }),
    );
  }

  static async open(settings: Answers = {}): Promise<Stage> {
    const stage = new Stage(await Homeserver.start(), settings);
    await stage.network.start(stage.#host());
    return stage;
  }

  async session(settings: Answers = {}): Promise<Session> {
    const account = { ...this.account(), settings: { ...this.account().settings, ...settings } };
    const session = await this.network.openSession(
      account,
      (event) => this.#emitted(event),
      AbortSignal.timeout(5_000),
    );
    this.#sessions.push(session);
    return session;
  }

  account(): Account {
    return {
      user: userId('romeo@example.net'),
      key: accountKey(''),
      settings: { user: ROMEO, token: 'secret' },
      guest: false,
    };
  }

  async until<K extends EventKind>(kind: K): Promise<EventOf<K>> {
    const find = (): EventOf<K> | undefined =>
      this.events.find((event): event is EventOf<K> & AnyEvent => event.kind === kind);
    await this.so(() => find() !== undefined, kind);
    return find() as EventOf<K>;
  }

  /** Resolves when it is so. @throws Error when it is not in time. */
  async so(isSo: () => boolean, what: string): Promise<void> {
    const deadline = performance.now() + 5_000;
    while (!isSo()) {
      if (performance.now() > deadline) throw new Error(`in vain: ${what}`);
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#waiting.add(resolve);
      const timer = setTimeout(resolve, 20);
      await promise;
      clearTimeout(timer);
      this.#waiting.delete(resolve);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#sessions.map((session) => session.close('shutdown')));
    await this.network.stop();
    await this.server.stop();
  }

  #emitted(event: AnyEvent): void {
    this.events.push(event);
    for (const look of this.#waiting) look();
  }

  #host(): Host {
    const never = (): never => {
      throw new Error('of no use here');
    };
    return {
      mount: never,
      publish: never,
      fetch: never,
      publicAddresses: never,
      accounts: never,
      state: () => keyValue(this.state),
      keep: (_account, kept, state = {}) => this.#keep(kept, state),
      pressure: { paused: false, onChange: () => () => {} },
      log: new LogRecorder(),
      clock: new SystemClock(),
    };
  }

  #keep(kept: readonly KeptEvent[], state: Readonly<Record<string, string>>): Promise<void> {
    try {
      this.onKeep();
    } catch (error) {
      return Promise.reject(error);
    }
    for (const [key, value] of Object.entries(state)) this.state.set(key, value);
    for (const one of kept) {
      if (this.kept.some(({ id }) => id === one.id)) continue;
      this.kept.push(one);
      this.#emitted(one.event);
    }
    return Promise.resolve();
  }
}

function keyValue(values: Map<string, string>): KeyValue {
  return {
    get: (key) => Promise.resolve(values.get(key)),
    put: (key, value) => Promise.resolve(void values.set(key, value)),
    delete: (key) => Promise.resolve(void values.delete(key)),
    list: (prefix) => Promise.resolve([...values].filter(([key]) => key.startsWith(prefix))),
  };
}

let events = 0;

/** A room's event as a homeserver tells it. */
export function event(type: string, content: object, more: object = {}): object {
  return { type, content, sender: NURSE, event_id: `$e${++events}`, origin_server_ts: Date.now(), ...more };
}
export const said = (body: string, more: object = {}): object =>
  event('m.room.message', { msgtype: 'm.text', body }, more);
export const joined = (timeline: object, roomId = ROOM): object => ({ rooms: { join: { [roomId]: { timeline } } } });

export const SQUARE = conversationId('#square:example.org');
const STATE = [
  event('m.room.create', { room_version: '11' }, { state_key: '' }),
  event('m.room.name', { name: 'The square' }, { state_key: '' }),
  event('m.room.join_rules', { join_rule: 'public' }, { state_key: '' }),
  event('m.room.power_levels', { users: { [NURSE]: 100 } }, { state_key: '' }),
  event('m.room.member', { membership: 'join', displayname: 'Nurse' }, { state_key: NURSE }),
  event('m.room.member', { membership: 'join', displayname: 'Romeo' }, { state_key: ROMEO, sender: ROMEO }),
];

/** She is in the room. */
export async function inSquare(stage: Stage): Promise<Session> {
  const { server } = stage;
  server.on('POST', 'v3/join/#square:example.org', { body: { room_id: ROOM } });
  server.on('GET', `v3/rooms/${ROOM}/state`, { body: STATE });
  server.on('GET', `v3/rooms/${ROOM}/messages`, { body: { chunk: [] } });
  const session = await stage.session();
  await session.send({ kind: 'join', conversation: SQUARE });
  return session;
}
