// A netsplit between two real ngIRCds: ten sessions on one of them see everybody of the other go once and come back once, and share what they
// see.

import { afterAll, beforeAll, expect, test } from 'vitest';
import type { AnyEvent } from '../../src/model/events.ts';
import type { Network } from '../../src/model/network.ts';
import { IrcClient } from '../support/irc-client.ts';
import { Person, startNetwork } from '../support/irc-world.ts';
import { until } from '../support/processes.ts';
import { type IrcServer, startNgircd } from '../support/servers.ts';

const CHANNEL = '#verona';
const SESSIONS = 10;
const PEOPLE = 40;
const EAST = 'east.localhost';
const link = (name: string, more = ''): string => `[Limits]
  ConnectRetry = 1
[Server]
  Name = ${name}
  MyPassword = iris
  PeerPassword = iris
  ${more}
`;

let west: IrcServer;
let east: IrcServer;
let network: Network;
let observer: IrcClient;
let clients: IrcClient[] = [];
const nicks = Array.from({ length: PEOPLE }, (_, i) => `p${i}`);

beforeAll(async () => {
  west = await startNgircd({ channels: [{ name: CHANNEL }], extraConfig: link(EAST) });
  const there = `Host = 127.0.0.1\n  Port = ${west.port}`;
  east = await startNgircd({ name: EAST, extraConfig: link(west.name, there) });
  const target = { host: west.host, port: west.port, tls: false, linesPerSecond: 0 };
  ({ network } = await startNetwork({ servers: { test: target } }));
  observer = await IrcClient.connect({ port: west.port, nick: 'observer' });
});
afterAll(async () => {
  await Promise.all([...clients, observer].map((client) => client.close()));
  await network.stop();
  await east.stop();
  await west.stop();
});

async function linked(): Promise<void> {
  await until(
    'the servers to be linked',
    async () => {
      // The rest of the answer before is none to this question.
      await observer.flush();
      observer.send('LINKS');
      for (;;) {
        const line = await observer.until(/ 36[45] /);
        if (line.includes(EAST) || / 365 /.test(line)) return line.includes(EAST);
      }
    },
    { deadlineMs: 20_000, everyMs: 200 },
  );
}

async function come(): Promise<void> {
  clients = [];
  for (const nick of nicks) {
    const client = await IrcClient.connect({ port: east.port, nick });
    clients.push(client);
    await client.join(CHANNEL);
  }
  // Known beyond the link too, and with the last one all before her.
  await observer.until(new RegExp(`^:${nicks.at(-1)}!\\S+ JOIN `), 20_000);
}

/** Nicks of the people of the other server, as they went or came. */
function nicksOf(events: readonly AnyEvent[], kind: 'left' | 'joined'): string[] {
  return events.flatMap((event) => (event.kind === kind && event.who.nick.startsWith('p') ? [event.who.nick] : []));
}

test('everybody beyond goes once and comes back once, for each of ten sessions alike', async () => {
  await observer.join(CHANNEL);
  await linked();
  await come();
  const sessions: Person[] = [];
  for (let i = 0; i < SESSIONS; i++) sessions.push(await Person.open(network, { nick: `u${i}` }));
  for (const one of sessions) await one.join(CHANNEL);
  // They see one another come; what happens from here on is the same for all.
  const comers = ({ events }: Person): number => events.filter(({ kind }) => kind === 'joined').length;
  await until('them to see one another', () => sessions.every((one, i) => comers(one) === SESSIONS - 1 - i));
  const places = sessions.map(({ events }) => events.length);
  const since = (i: number): readonly AnyEvent[] => sessions[i]?.events.slice(places[i]) ?? [];
  const all = (kind: 'left' | 'joined'): boolean => sessions.every((_, i) => nicksOf(since(i), kind).length >= PEOPLE);

  await east.kill();
  await until('all to be gone', () => all('left'), { deadlineMs: 20_000 });
  await east.restart();
  await linked();
  await come();
  await until('all to be back', () => all('joined'), { deadlineMs: 20_000 });

  for (const [i] of sessions.entries()) {
    expect(nicksOf(since(i), 'left').toSorted()).toEqual(nicks.toSorted());
    expect(nicksOf(since(i), 'joined').toSorted()).toEqual(nicks.toSorted());
  }
  const seen = sessions.flatMap((_, i) => since(i).filter((event) => 'who' in event && event.who.nick.startsWith('p')));
  expect(new Set(seen).size).toBe(2 * PEOPLE);
});
