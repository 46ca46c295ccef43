// The Matrix network of the machine: durable, on a real Synapse behind a proxy, whose rooms are the judge.

import { freePort } from '../support/processes.ts';
import type { MatrixPerson } from '../support/matrix-person.ts';
import type { MatrixEvent } from '../support/matrix-sync.ts';
import { startSynapse, type SynapseServer } from '../support/server-synapse.ts';
import type { Shown, Spoken } from './ledger.ts';
import { MatrixChats } from './matrix-chats.ts';
import { FaultProxy } from './proxy.ts';
import {
  domainOf,
  lacking,
  type Observed,
  type Realm,
  type RealmContext,
  type Speaker,
  speaker,
  USERS,
} from './realm.ts';
import { tokenIn } from './tokens.ts';
import type { XmppUser } from './xmpp-user.ts';

const network = 'matrix';
const DOMAIN = domainOf(network);
const PEOPLE = ['escalus', 'peter'] as const;
const [ESCALUS, PETER] = PEOPLE;
const ROOM = 'tomb';
const LOOK_MS = 300;

interface Places {
  readonly people: ReadonlyMap<string, MatrixPerson>;
  /** Id of the room that all are in. */
  readonly tomb: string;
}

export class MatrixRealm implements Realm {
  readonly network = network;
  readonly roomPeople = PEOPLE;
  readonly room: { readonly place: string; readonly jid: string };
  readonly server: SynapseServer;
  readonly link: FaultProxy;
  readonly #context: RealmContext;
  readonly #places: Places;
  readonly #chats: MatrixChats;
  /** Direct rooms of the first of them, by user. */
  readonly #directs = new Map<string, string>();
  #looking: NodeJS.Timeout | undefined;

  static async open(context: RealmContext): Promise<MatrixRealm> {
    const server = await startSynapse();
    const people = new Map<string, MatrixPerson>();
    for (const name of [...PEOPLE, ...USERS]) people.set(name, await server.person(name));
    const tomb = await personIn(people, ESCALUS).createRoom({ name: 'The tomb', alias: ROOM });
    for (const name of PEOPLE) if (name !== ESCALUS) await personIn(people, name).join(tomb);
    const link = new FaultProxy(await freePort(), server.port, { onPassed: () => {}, onEnd: () => {} });
    await link.listen();
    return new MatrixRealm({ context, server, link, places: { people, tomb } });
  }

  private constructor(parts: {
    readonly context: RealmContext;
    readonly server: SynapseServer;
    readonly link: FaultProxy;
    readonly places: Places;
  }) {
    this.#context = parts.context;
    this.server = parts.server;
    this.link = parts.link;
    this.#places = parts.places;
    this.#chats = new MatrixChats(this.#person(PETER), (user) => this.#person(user).id);
    this.room = { place: 'matrix-tomb', jid: `#${ROOM}\\3a${this.server.name}@${DOMAIN}` };
  }

  settings(): unknown {
    return { homeserver: `http://127.0.0.1:${this.link.port}`, serverName: this.server.name, pollMs: 5_000 };
  }

  /** She comes to whoever invites her. */
  gather(): Promise<void> {
    const escalus = this.#person(ESCALUS);
    const look = async (): Promise<void> => {
      for (const user of USERS) {
        if (this.#directs.has(user)) continue;
        const room = await escalus.sync
          .until('an invitation', () => escalus.sync.invitedBy(this.#person(user).id)[0], LOOK_MS)
          .catch(() => undefined);
        if (room === undefined) continue;
        const joined = await escalus.join(room).catch(() => undefined);
        if (joined !== undefined) this.#directs.set(user, joined);
      }
      if (this.#directs.size < USERS.length) this.#looking = setTimeout(() => void look(), LOOK_MS);
    };
    void look();
    return Promise.resolve();
  }

  async signUp(user: XmppUser): Promise<void> {
    const { id, password } = this.#person(user.name);
    const fields = `<username>${id}</username><password>${password}</password>`;
    const answer = await user.asks('set', DOMAIN, `<query xmlns='jabber:iq:register'>${fields}</query>`);
    if (answer?.attrs['type'] !== 'result') throw new Error(`${user.name} could not register with ${DOMAIN}`);
  }

  speakers(users: readonly XmppUser[]): readonly Speaker[] {
    const speak = async (from: string, room: string | undefined, text: string): Promise<boolean> => {
      if (room === undefined) return false;
      return await this.#person(from)
        .say(room, text)
        .then(
          () => true,
          () => false,
        );
    };
    const escalus = `${ESCALUS}\\3a${this.server.name}@${DOMAIN}`;
    return [
      ...users.flatMap((user) => [
        speaker({ sender: user.name, network, place: ROOM }, (token) => user.say(token, this.room)),
        speaker({ sender: user.name, network, place: ESCALUS }, (token) => user.say(token, { jid: escalus })),
        speaker({ sender: ESCALUS, network, place: user.name }, (token) =>
          speak(ESCALUS, this.#directs.get(user.name), token),
        ),
      ]),
      ...PEOPLE.map((who) =>
        speaker({ sender: who, network, place: ROOM }, (token) => speak(who, this.#places.tomb, token)),
      ),
      ...this.#chats.speakers(),
    ];
  }

  /** Nobody leaves a room of Matrix for being away. */
  async missing(): Promise<readonly string[]> {
    try {
      return [...lacking(await this.#joined(), USERS, 'the tomb'), ...(await this.#chats.missing())];
    } catch {
      return ['Synapse is down'];
    }
  }

  async observed(): Promise<Observed> {
    const taken = await this.#chats.taken();
    const rooms = [this.#places.tomb, ...this.#directs.values()];
    const events = await Promise.all([
      ...rooms.map((room) => this.#person(ESCALUS).history(room)),
      ...[...taken.keys()].map((room) => this.#person(PETER).history(room)),
    ]);
    const all = events.flat();
    const nameOf = (id: string): string => [...this.#places.people.values()].find((one) => one.id === id)?.name ?? '';
    const direct = new Map([...taken, ...[...this.#directs].map(([user, room]) => [room, user] as const)]);
    const hearersOf = ({ room, sender }: MatrixEvent): readonly string[] => {
      const hearers: readonly string[] = room === this.#places.tomb ? USERS : [direct.get(room) ?? ''];
      return hearers.filter((name) => name !== nameOf(sender));
    };
    return saidOnMatrix(all, { nameOf, hearersOf, sinceBegin: (date) => this.#context.sinceBegin(date) });
  }

  async stop(): Promise<void> {
    clearTimeout(this.#looking);
    await this.link.close();
    await this.server.stop();
  }

  async #joined(): Promise<ReadonlySet<string>> {
    const path = ['_matrix/client/v3', 'rooms', this.#places.tomb, 'joined_members'];
    const { joined } = await this.#person(ESCALUS).call('GET', path);
    return new Set(Object.keys((joined ?? {}) as object).map((id) => id.slice(1).split(':')[0] ?? ''));
  }

  #person(name: string): MatrixPerson {
    return personIn(this.#places.people, name);
  }
}

function personIn(people: ReadonlyMap<string, MatrixPerson>, name: string): MatrixPerson {
  const found = people.get(name);
  if (found === undefined) throw new Error(`nobody on Matrix is called ${name}`);
  return found;
}

interface Reading {
  readonly nameOf: (id: string) => string;
  readonly hearersOf: (event: MatrixEvent) => readonly string[];
  readonly sinceBegin: (date: number) => number;
}

/** What the rooms tell: pure. */
export function saidOnMatrix(events: readonly MatrixEvent[], { nameOf, hearersOf, sinceBegin }: Reading): Observed {
  const users: readonly string[] = USERS;
  const spoken: Spoken[] = [];
  const shown: Shown[] = [];
  for (const event of events) {
    const token = event.type === 'm.room.message' ? tokenIn(String(event.content['body']))?.text : undefined;
    if (token === undefined) continue;
    const at = sinceBegin(event.at);
    const hearers = hearersOf(event);
    if (hearers.length > 0) spoken.push({ token, at, hearers });
    if (users.includes(nameOf(event.sender))) {
      shown.push({ token, at, hearer: network, delayed: false, history: false });
    }
  }
  return { spoken, shown };
}
