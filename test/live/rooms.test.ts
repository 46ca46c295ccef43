// A person's days in rooms on IRC, in four clients that we did not write, on both servers; on IRC somebody with a plain client.

import { setTimeout as sleep } from 'node:timers/promises';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GatewayProcess, startGateway } from '../support/gateway-process.ts';
import { IrcClient } from '../support/irc-client.ts';
import { MissingPrograms } from '../support/programs.ts';
import { SLIXMPP } from '../support/programs-python.ts';
import {
  ensurePrograms,
  type IrcServer,
  startEjabberd,
  startNgircd,
  startProsody,
  type XmppServer,
} from '../support/servers.ts';
import { launchBrowser } from './converse.ts';
import { Line } from './life.ts';
import { isInWith, isOut, isTold, type RoomClient, type RoomLogin, type RoomView, shows, times } from './rooms.ts';
import { startConverseRooms } from './rooms-converse.ts';
import { startPoezioRooms } from './rooms-poezio.ts';
import { startProfanityRooms } from './rooms-profanity.ts';
import { startSlixmppRooms } from './rooms-slixmpp.ts';

const GATEWAY = 'irc.localhost';
const SECRET = 'a secret of the rooms';
const PASSWORD = 'rose';
const ARCHIVED = 70;
const SLOW_MS = 30_000;
const SECOND_MS = 1_000;
const MOST_STEPS = 100;
const at = (channel: string): string => `${channel}%ngircd@${GATEWAY}`;

interface Kind {
  readonly name: string;
  readonly start: (login: RoomLogin) => Promise<RoomClient>;
  whyMissing?(): Promise<string | undefined>;
  /** Why it cannot do what a scene is about. */
  readonly lacks?: Readonly<Record<string, string>>;
}

const KINDS: readonly Kind[] = [
  {
    name: 'Converse.js',
    start: startConverseRooms,
  },
  {
    name: 'profanity',
    start: startProfanityRooms,
    lacks: {
      'pages of the archive': 'profanity asks no archives of rooms (XEP-0313), only of people',
    },
  },
  {
    name: 'poezio',
    start: startPoezioRooms,
    whyMissing: async () => {
      try {
        await ensurePrograms(['poezio']);
        return undefined;
      } catch (error) {
        if (error instanceof MissingPrograms) return error.message;
        throw error;
      }
    },
  },
  { name: 'slixmpp', start: startSlixmppRooms, whyMissing: () => SLIXMPP.whyMissing() },
];

/** One client, its place, and who is in charge there. */
interface Side {
  readonly kind: Kind;
  readonly nick: string;
  readonly channel: string;
  readonly room: string;
  readonly lines: readonly Line[];
  readonly login: RoomLogin;
  readonly missing: string | undefined;
  client: RoomClient;
  boss: IrcClient;
}

describe.each([
  ['Prosody', startProsody],
  ['ejabberd', startEjabberd],
] as const)('on %s', (_name, startServer) => {
  let xmpp: XmppServer;
  let irc: IrcServer;
  let gateway: GatewayProcess;
  let browser: Browser;
  const sides = new Map<string, Side>();
  const lines: Line[] = [];

  beforeAll(async () => {
    [xmpp, irc, browser] = await Promise.all([
      startServer({
        components: [{ domain: GATEWAY, secret: SECRET }],
        users: KINDS.map(({ name }) => ({ name: nickIn(name), password: PASSWORD })),
        websocket: true,
      }),
      startNgircd(),
      launchBrowser(),
    ]);
    const servers = { ngircd: { host: irc.host, port: irc.port, tls: false, linesPerSecond: 0 } };
    gateway = await startGateway({
      componentPort: xmpp.componentPort,
      gateways: [{ domain: GATEWAY, secret: SECRET, network: 'irc', settings: { servers } }],
    });
    await Promise.all(KINDS.map(async (kind) => sides.set(kind.name, await sideOf(kind))));
  });
  afterAll(async () => {
    await Promise.all([...sides.values()].map(({ client, boss }) => Promise.all([client?.stop(), boss?.close()])));
    for (const line of lines) await line.cut();
    await browser?.close();
    await gateway?.remove();
    await irc?.stop();
    await xmpp?.stop();
  });

  async function sideOf(kind: Kind): Promise<Side> {
    const [c2s, web] = [await Line.to(xmpp.c2sPort), await Line.to(xmpp.httpPort ?? 0)];
    lines.push(c2s, web);
    const nick = nickIn(kind.name);
    const channel = `#${nick}-garden`;
    const login = {
      name: nick,
      password: PASSWORD,
      c2sPort: c2s.port,
      websocketUrl: (xmpp.websocketUrl ?? '').replace(`:${xmpp.httpPort}/`, `:${web.port}/`),
      browser,
    };
    const boss = await bossOf(nick);
    const missing = await kind.whyMissing?.();
    const client = missing === undefined ? await kind.start(login) : ABSENT;
    return { kind, nick, channel, room: at(channel), lines: [c2s, web], login, missing, client, boss };
  }

  async function bossOf(nick: string): Promise<IrcClient> {
    const boss = await IrcClient.connect({ port: irc.port, nick: bossIn(nick) });
    await boss.join(`#${nick}-garden`);
    boss.send(`TOPIC #${nick}-garden :In fair Verona`);
    return boss;
  }

  /** For each client at once, each in a channel of its own. */
  function scene(title: string, play: (side: Side) => Promise<void>): void {
    describe(title, () => {
      test.concurrent.for(KINDS)('$name', async ({ name, lacks }, { skip }) => {
        const side = sides.get(name);
        if (side === undefined) throw new Error(`${name} was not started`);
        const why = side.missing ?? lacks?.[title];
        if (why !== undefined) skip(why);
        try {
          await play(side);
        } catch (error) {
          console.error(`${name}, ${title}:\n`, await side.client.transcript(), side.boss.transcript);
          throw error;
        }
      });
    });
  }

  const sees = (side: Side, what: string, isSo: (view: RoomView) => boolean, room = side.room): Promise<RoomView> =>
    shows(side.client, room, `${side.kind.name}: ${what}`, isSo);
  const isIn = (side: Side, ...others: readonly string[]): Promise<RoomView> =>
    sees(side, 'is in', isInWith(side.nick, bossIn(side.nick), ...others));
  const comesIn = async (side: Side): Promise<void> => {
    await side.client.enters(side.room, side.nick);
    await isIn(side);
  };
  const saysAndIsShown = async (side: Side, text: string): Promise<void> => {
    side.boss.send(`PRIVMSG ${side.channel} :${text}`);
    const line = `${side.boss.nick}: ${text}`;
    const { said } = await sees(side, line, (view) => view.said.includes(line));
    expect(times(said, line)).toBe(1);
  };

  scene('a nick in use', async (side) => {
    const { client, boss, room } = side;
    await client.enters(room, boss.nick);
    await sees(side, 'refused', isTold(client.words['nick taken']));
    await comesIn(side);
  });

  scene('another nick', async (side) => {
    const { client, boss, nick, room } = side;
    const other = `${nick}-too`;
    await client.renames(room, other);
    await boss.until(new RegExp(`^:${nick}!\\S+ NICK :?${other}$`), SLOW_MS);
    await sees(side, 'has it', isInWith(other, boss.nick));
    await client.renames(room, nick);
    await isIn(side);
  });

  scene('who comes and goes, what is said', async (side) => {
    const { client, boss, channel } = side;
    const guest = await IrcClient.connect({ port: irc.port, nick: `${side.nick}-guest` });
    await guest.join(channel);
    await isIn(side, guest.nick);
    guest.send(`PART ${channel} :bye`);
    const { notes } = await isIn(side);
    expect(notes.filter((note) => note.includes(guest.nick) && !/left|gone|is out/.test(note)).length).toBeLessThan(2);
    await guest.close();
    await saysAndIsShown(side, 'Good morrow');
    await client.says(side.room, 'Is the day so young?');
    await boss.until(new RegExp(`^:${side.nick}!\\S+ PRIVMSG ${channel} :Is the day so young\\?$`), SLOW_MS);
    await saysAndIsShown(side, 'But new struck nine');
    const { said } = await client.view(side.room);
    expect(times(said, `${side.nick}: Is the day so young?`)).toBe(1);
  });

  scene('leaving and coming back, with what was said before', async (side) => {
    const { client, boss, channel, room } = side;
    await client.leaves(room);
    await boss.until(new RegExp(`^:${side.nick}!\\S+ PART ${channel}`, 'i'), SLOW_MS);
    await sees(side, 'is out', isOut);
    await comesIn(side);
    const line = `${boss.nick}: But new struck nine`;
    const { said } = await sees(side, 'history', (view) => view.said.includes(line));
    for (const one of [line, `${side.nick}: Is the day so young?`]) expect(times(said, one), one).toBe(1);
  });

  scene('a kick', async (side) => {
    side.boss.send(`KICK ${side.channel} ${side.nick} :no brawling`);
    await sees(side, 'kicked', (view) => isTold(side.client.words.kicked)(view) && isOut(view));
    await comesIn(side);
  });

  scene('a ban', async (side) => {
    const { client, boss, channel, room } = side;
    boss.send(`MODE ${channel} +b ${side.nick}!*@*`);
    boss.send(`KICK ${channel} ${side.nick} :banished`);
    await sees(side, 'out', (view) => isTold(client.words.banned)(view) && isOut(view));
    await client.enters(room, side.nick);
    await sees(side, 'not let in', (view) => isTold(client.words['let in no more'])(view) && isOut(view));
    boss.send(`MODE ${channel} -b ${side.nick}!*@*`);
    await boss.flush();
    await comesIn(side);
  });

  scene('an invitation', async (side) => {
    const { client, boss } = side;
    const channel = `#${side.nick}-vault`;
    await boss.join(channel);
    boss.send(`MODE ${channel} +i`);
    boss.send(`INVITE ${side.nick} ${channel}`);
    await sees(side, 'invited', isTold(client.words.invited), at(channel));
    await client.accepts(at(channel), side.nick);
    await sees(side, 'is in', isInWith(side.nick, boss.nick), at(channel));
    await client.leaves(at(channel));
    await boss.until(new RegExp(`^:${side.nick}!\\S+ PART ${channel}`, 'i'), SLOW_MS);
  });

  scene('pages of the archive', async (side) => {
    const { boss, channel, room } = side;
    const archived = Array.from({ length: ARCHIVED }, (_, n) => `line ${n + 1}`);
    for (const text of archived) boss.send(`PRIVMSG ${channel} :${text}`);
    const wanted = archived.map((text) => `${boss.nick}: ${text}`);
    await sees(side, 'the last line', ({ said }) => said.includes(wanted.at(-1) ?? ''));
    // poezio asks for what is older than the second before the one in which it came in.
    await sleep(2 * SECOND_MS - (Date.now() % SECOND_MS));
    await side.client.leaves(room);
    await side.client.stop();
    side.client = await side.kind.start(side.login);
    await comesIn(side);
    // The first page comes by itself.
    await sees(side, 'a page', ({ said }) => said.includes(wanted.at(-1) ?? ''));
    const isOne = (line: string): boolean => wanted.includes(line);
    const isAll = ({ said }: RoomView): boolean => said.includes(wanted[0] ?? '') && said.includes(wanted.at(-1) ?? '');
    for (let steps = 0; steps < MOST_STEPS && !isAll(await side.client.view(room)); steps++)
      await side.client.readsBack(room);
    const { said } = await sees(side, 'all of it', isAll);
    expect(said.filter(isOne)).toEqual(wanted);
  });

  scene('a lost connection', async (side) => {
    const { client } = side;
    await client.keeps?.(side.room, side.nick);
    await saysAndIsShown(side, 'before the storm');
    for (const line of side.lines) await line.cut();
    await client.losesItsLine();
    for (const line of side.lines) await line.mend();
    let asked = 0;
    await sees(side, 'is back', ({ said }) => {
      side.boss.send(`PRIVMSG ${side.channel} :back ${++asked}?`);
      return said.some((line) => line.startsWith(`${side.boss.nick}: back `));
    });
    await isIn(side);
    await saysAndIsShown(side, 'after the storm');
    const { said } = await client.view(side.room);
    expect(times(said, `${side.boss.nick}: before the storm`)).toBeLessThan(2);
  });

  describe('all of them in one room', () => {
    const room = at('#verona');
    const hears = (text: string) => `benvolio: ${text}`;
    const present = (): Side[] => [...sides.values()].filter(({ missing }) => missing === undefined);
    const everybody = (): string[] => ['benvolio', ...present().map(({ nick }) => nick)];
    const each = async (play: (side: Side) => Promise<unknown>): Promise<void> => {
      await Promise.all(present().map(play));
    };
    const allIn = async (): Promise<void> => {
      await each(({ client, nick }) => client.enters(room, nick));
      await each((side) => sees(side, 'everybody', isInWith(...everybody()), room));
    };
    let benvolio: IrcClient;
    beforeAll(async () => {
      benvolio = await IrcClient.connect({ port: irc.port, nick: 'benvolio' });
      await benvolio.join('#verona');
      await allIn();
    });
    afterAll(() => benvolio?.close());

    test.for([
      ['the gateway restarts', async () => gateway.restart()],
      ['the gateway is killed', async () => gateway.crash()],
      [
        'the IRC server restarts',
        async () => {
          await irc.kill();
          await irc.restart();
          benvolio = await IrcClient.connect({ port: irc.port, nick: 'benvolio' });
          await benvolio.join('#verona');
        },
      ],
    ] as const)('%s: everybody is told once and is back', async ([title, happens]) => {
      const before = `before ${title}`;
      const after = `after ${title}`;
      benvolio.send(`PRIVMSG #verona :${before}`);
      await each((side) => sees(side, before, ({ said }) => said.includes(hears(before)), room));
      await happens();
      await each((side) => sees(side, 'out', isOut, room));
      await allIn();
      benvolio.send(`PRIVMSG #verona :${after}`);
      await each(async (side) => {
        const { said, people } = await sees(side, after, (view) => view.said.includes(hears(after)), room);
        expect(people.toSorted(), side.nick).toEqual(everybody().toSorted());
        expect(times(said, hears(before)), `${side.nick}: ${before}`).toBeLessThan(2);
        expect(times(said, hears(after)), `${side.nick}: ${after}`).toBe(1);
      });
    });
  });
});

/** Of its user on the server, and of her on IRC. */
function nickIn(client: string): string {
  return client.replace(/\W.*/, '').toLowerCase();
}
function bossIn(nick: string): string {
  return `${nick}-boss`;
}

const ABSENT: RoomClient = undefined as never;
