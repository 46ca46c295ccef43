// Everybody in a run: users with XMPP clients, people on IRC and on the echo network, and what each says where, again and again.

import { until } from '../support/processes.ts';
import { DOMAINS } from './gateway.ts';
import { IrcPerson } from './irc-person.ts';
import type { Stage } from './stage.ts';
import { type Token, tokenText } from './tokens.ts';
import { XmppUser } from './xmpp-user.ts';

export const USERS = ['romeo', 'juliet', 'mercutio', 'rosaline'] as const;
/** Half of all clients know XEP-0410. */
const SELF_PINGING = new Set<string>(['romeo', 'mercutio']);
const IRC_PEOPLE = ['paris', 'friar'] as const;
const ECHO_PEOPLE = ['tybalt', 'benvolio'] as const;
const [PARIS] = IRC_PEOPLE;
const [, BENVOLIO] = ECHO_PEOPLE;
const CHANNEL = '#verona';
const HALL = '#hall';
const ROOMS = {
  echo: { place: 'echo-hall', jid: `${HALL}@${DOMAINS.echo}` },
  irc: { place: 'irc-verona', jid: `${CHANNEL}%net@${DOMAINS.irc}` },
} as const;

/** One who says something in one place; resolves or returns whether it was said. */
interface Speaker {
  readonly token: Omit<Token, 'n'>;
  say(token: string): boolean | Promise<boolean>;
  n: number;
}

export class Crowd {
  readonly users: readonly XmppUser[];
  readonly #irc: readonly IrcPerson[];
  readonly #stage: Stage;
  readonly #networks: readonly ('echo' | 'irc')[];
  readonly #speakers: readonly Speaker[];
  readonly #timers = new Set<NodeJS.Timeout>();
  #isHushed = false;

  constructor(stage: Stage, networks: readonly ('echo' | 'irc')[]) {
    this.#stage = stage;
    this.#networks = networks;
    const { ledger } = stage;
    const now = (): number => stage.now();
    const rooms = networks.map((network) => ROOMS[network]);
    this.users = USERS.map(
      (name) => new XmppUser({ name, port: stage.xmpp.c2sPort, rooms, ledger, now, selfPings: SELF_PINGING.has(name) }),
    );
    this.#irc = networks.includes('irc')
      ? IRC_PEOPLE.map((nick) => new IrcPerson({ nick, port: stage.irc.port, channel: CHANNEL, ledger, now }))
      : [];
    this.#speakers = networks.flatMap((network) => (network === 'echo' ? this.#echoSpeakers() : this.#ircSpeakers()));
  }

  /** Resolves when everybody is where they belong. @throws Error with what is missing. */
  async gather(): Promise<void> {
    for (const person of this.#irc) person.start();
    if (this.#networks.includes('echo')) {
      for (const who of ECHO_PEOPLE) await this.#stage.echo.order('enter', { room: HALL, who });
    }
    for (const user of this.users) {
      await user.start();
      if (this.#networks.includes('echo')) await register(user);
    }
    for (const user of this.users) user.joinRooms();
    let missing: readonly string[] = [];
    await until(
      'everybody in their places',
      async () => {
        missing = await this.missing();
        return missing.length === 0;
      },
      { deadlineMs: 30_000, everyMs: 300 },
    ).catch((error: unknown) => {
      throw new Error(`${String(error)}:\n${missing.join('\n')}`, { cause: error });
    });
  }

  /** `perSecond`: of each speaker. */
  talk(perSecond: number): void {
    for (const speaker of this.#speakers) {
      const next = (): void => {
        if (this.#isHushed) return;
        const timer = setTimeout(
          () => {
            this.#timers.delete(timer);
            void say(speaker).finally(next);
          },
          ((0.5 + Math.random()) * 1_000) / perSecond,
        );
        this.#timers.add(timer);
      };
      next();
    }
  }

  hush(): void {
    this.#isHushed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Everybody says one more thing. @returns who could not. */
  async lastRound(): Promise<readonly string[]> {
    const mute: string[] = [];
    for (const speaker of this.#speakers) {
      if (!(await say(speaker))) mute.push(`${speaker.token.sender} can't speak at ${speaker.token.network}`);
    }
    return mute;
  }

  /** What is not as it should be when nothing is wrong, a line each: asked of clients, rooms and networks, not of the gateway. */
  async missing(): Promise<readonly string[]> {
    const lines: string[] = [];
    for (const network of this.#networks) {
      const others = network === 'echo' ? ECHO_PEOPLE : IRC_PEOPLE;
      for (const user of this.users)
        lines.push(...(await missingFor(user, ROOMS[network].place, [...USERS, ...others])));
    }
    for (const person of this.#irc) {
      if (!person.isIn) lines.push(`${person.nick} is not in ${CHANNEL}`);
      else lines.push(...lacking(person.people, USERS, `${person.nick} on IRC`));
    }
    if (this.#networks.includes('echo')) lines.push(...(await this.#missingOnEcho()));
    return lines;
  }

  stop(): void {
    this.hush();
    for (const user of this.users) user.stop();
    for (const person of this.#irc) person.stop();
  }

  async #missingOnEcho(): Promise<readonly string[]> {
    const seen = await this.#stage.echo.order('look').catch(() => undefined);
    if (seen === undefined) return ['the echo server is down'];
    const online = new Set(seen['online'] as readonly string[]);
    const rooms = seen['rooms'] as readonly { readonly id: string; readonly people: readonly string[] }[];
    const inHall = new Set(rooms.find(({ id }) => id === HALL)?.people);
    return [...lacking(online, USERS, 'the echo network'), ...lacking(inHall, USERS, 'the hall')];
  }

  #echoSpeakers(): readonly Speaker[] {
    const network = 'echo';
    const speak = async (from: string, to: string, text: string): Promise<boolean> => {
      const ok = await this.#stage.echo.order('speak', { from, to, text }).catch(() => undefined);
      return ok !== undefined;
    };
    const room = { ...ROOMS.echo };
    return [
      ...this.users.flatMap((user) => [
        speaker({ sender: user.name, network, place: 'hall' }, (token) => user.say(token, room)),
        speaker({ sender: user.name, network, place: BENVOLIO }, (token) =>
          user.say(token, { jid: `${BENVOLIO}@${DOMAINS.echo}` }),
        ),
        speaker({ sender: BENVOLIO, network, place: user.name }, (token) => speak(BENVOLIO, user.name, token)),
      ]),
      ...ECHO_PEOPLE.map((who) => speaker({ sender: who, network, place: 'hall' }, (token) => speak(who, HALL, token))),
    ];
  }

  #ircSpeakers(): readonly Speaker[] {
    const network = 'irc';
    return [
      ...this.users.flatMap((user) => [
        speaker({ sender: user.name, network, place: 'verona' }, (token) => user.say(token, ROOMS.irc)),
        speaker({ sender: user.name, network, place: PARIS }, (token) =>
          user.say(token, { jid: `${PARIS}%net@${DOMAINS.irc}` }),
        ),
      ]),
      ...this.#irc.map((person) =>
        speaker({ sender: person.nick, network, place: 'verona' }, (token) => person.say(token, CHANNEL, USERS)),
      ),
      ...this.#irc
        .slice(0, 1)
        .flatMap((person) =>
          USERS.map((nick) =>
            speaker({ sender: person.nick, network, place: nick }, (token) => person.say(token, nick, [nick])),
          ),
        ),
    ];
  }
}

const speaker = (token: Omit<Token, 'n'>, saying: Speaker['say']): Speaker => ({ token, say: saying, n: 0 });

async function say(one: Speaker): Promise<boolean> {
  const said = await one.say(tokenText({ ...one.token, n: one.n + 1 }));
  if (said) one.n += 1;
  return said;
}

/** @throws Error by rejection where the gateway refuses. */
async function register(user: XmppUser): Promise<void> {
  const fields = `<username>${user.name}</username><password>secret</password>`;
  const answer = await user.asks('set', DOMAINS.echo, `<query xmlns='jabber:iq:register'>${fields}</query>`);
  if (answer?.attrs['type'] !== 'result') throw new Error(`${user.name} could not register with ${DOMAINS.echo}`);
}

async function missingFor(user: XmppUser, place: string, expected: readonly string[]): Promise<readonly string[]> {
  if (!user.online) return [`${user.name} is not connected`];
  const people = user.people(place);
  if (people === undefined) return [`${user.name} is not in ${place}`];
  if ((await user.isIn(place)) !== true) return [`${user.name} gets no answer from ${place} that she is in it`];
  return lacking(people, expected, `${user.name} in ${place}`);
}

function lacking(seen: ReadonlySet<string>, expected: readonly string[], who: string): readonly string[] {
  const absent = expected.filter((nick) => !seen.has(nick));
  return absent.length === 0 ? [] : [`${who} does not see ${absent.join(', ')}`];
}
