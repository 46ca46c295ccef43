// Whether people whom the user has as contacts are on the server: told by MONITOR where it has that (IRCv3), else asked for by ISON now and
// then (RFC 2812 4.9).

import { ONLINE, type Presence } from '../../src/model/conversation.ts';
import type { Receipt } from '../../src/model/network.ts';
import { Absence } from './absence.ts';
import { encodeBytes } from './bytes.ts';
import { nickOf } from './line.ts';
import { DONE, type Handlers, type Rooms } from './rooms.ts';
import type { Wire } from './wire.ts';

/** Of nicks in one line, behind the command. */
const MOST_BYTES = 400;
const ASKED_EVERY_MS = 60_000;
const OFFLINE: Presence = { show: 'offline' };
const AWAY: Presence = { show: 'away' };

interface Watched {
  readonly nick: string;
  presence: Presence | undefined;
}

export class Watching {
  readonly #wire: Wire;
  readonly #absence: Absence;
  /** By folded nick. */
  #watched = new Map<string, Watched>();
  #askedAt = Number.NEGATIVE_INFINITY;
  /** Of the questions that are under way, in order: who may be missing from the answer. */
  readonly #asked: (readonly Watched[])[] = [];

  readonly handlers: Handlers;

  constructor(wire: Wire, rooms: Rooms) {
    this.#wire = wire;
    this.#absence = new Absence(wire, rooms, (nick, isAway) => this.#isAway(nick, isAway));
    this.handlers = { ...this.#own, ...this.#absence.handlers };
  }

  readonly #own: Handlers = {
    '730': ({ params }) => this.#told(params.at(-1) ?? '', ONLINE),
    '731': ({ params }) => this.#told(params.at(-1) ?? '', OFFLINE),
    '303': ({ params }) => this.#answered(params.at(-1) ?? ''),
  };

  /** These from now on, and nobody else. */
  watch(nicks: readonly string[]): Receipt {
    const before = this.#watched;
    this.#watched = new Map(
      nicks.map((nick) => {
        const key = this.#wire.fold(nick);
        return [key, before.get(key) ?? { nick, presence: undefined }];
      }),
    );
    const gone = [...before].filter(([key]) => !this.#watched.has(key)).map(([, { nick }]) => nick);
    const fresh = [...this.#watched].filter(([key]) => !before.has(key)).map(([, { nick }]) => nick);
    if (this.#wire.features.monitor === undefined) {
      if (fresh.length > 0) this.#ask();
      return DONE;
    }
    for (const line of inLines(gone, ',')) this.#wire.send(`MONITOR - ${line}`);
    for (const line of inLines(fresh, ',')) this.#wire.send(`MONITOR + ${line}`);
    return DONE;
  }

  /** Called every now and then. */
  tick(): void {
    this.#absence.tick([...this.#watched.values()].filter(isThere).map(({ nick }) => nick));
    if (this.#wire.features.monitor !== undefined || this.#watched.size === 0) return;
    if (this.#wire.clock.monotonic() - this.#askedAt >= ASKED_EVERY_MS) this.#ask();
  }

  /** Of anybody. */
  heard(nick: string, presence: Presence): void {
    const known = this.#watched.get(this.#wire.fold(nick));
    if (known === undefined) return;
    const { show, status } = known.presence ?? {};
    if (show === presence.show && status === presence.status) return;
    known.presence = presence;
    const who = { id: this.#wire.person(known.nick), nick: known.nick, rank: 'none', presence } as const;
    this.#wire.emit({ kind: 'appeared', conversation: this.#wire.conversation(known.nick), who });
  }

  #told(list: string, presence: Presence): void {
    const came = list.split(',').filter((source) => this.#comes(nickOf(source.trim()), presence));
    this.#absence.came(came.map((source) => nickOf(source.trim())));
  }

  /** Whoever is away is there. @returns whether it is somebody who was not there before. */
  #comes(nick: string, presence: Presence): boolean {
    const known = this.#watched.get(this.#wire.fold(nick));
    if (presence === ONLINE && known !== undefined && isThere(known)) return false;
    this.heard(nick, presence);
    return presence === ONLINE && known !== undefined;
  }

  /** What was told in words stays. */
  #isAway(nick: string, isAway: boolean): void {
    const known = this.#watched.get(this.#wire.fold(nick));
    if (known === undefined || !isThere(known)) return;
    if (!isAway) this.heard(nick, ONLINE);
    else if (known.presence?.show !== 'away') this.heard(nick, AWAY);
  }

  #ask(): void {
    this.#askedAt = this.#wire.clock.monotonic();
    this.#asked.length = 0;
    const nicks = [...this.#watched.values()].map(({ nick }) => nick);
    for (const line of inLines(nicks, ' ')) {
      const asked = new Set(line.split(' '));
      this.#asked.push([...this.#watched.values()].filter(({ nick }) => asked.has(nick)));
      this.#wire.send(`ISON ${line}`);
    }
  }

  #answered(list: string): void {
    const there = new Set(list.split(' ').map((nick) => this.#wire.fold(nick)));
    const came = (this.#asked.shift() ?? []).filter(({ nick }) =>
      this.#comes(nick, there.has(this.#wire.fold(nick)) ? ONLINE : OFFLINE),
    );
    this.#absence.came(came.map(({ nick }) => nick));
  }
}

const isThere = ({ presence }: Watched): boolean => presence !== undefined && presence.show !== 'offline';

function inLines(nicks: readonly string[], separator: string): readonly string[] {
  const lines: string[] = [];
  for (const nick of nicks) {
    const longer = `${lines.at(-1) ?? ''}${separator}${nick}`;
    if (lines.length > 0 && encodeBytes(longer).length <= MOST_BYTES) lines[lines.length - 1] = longer;
    else lines.push(nick);
  }
  return lines;
}
