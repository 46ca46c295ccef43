// Section 2: the link to the XMPP server when it is refused, lost, silent or full.

import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect } from 'vitest';
import { error, GATEWAY, here, joinOf, ping, REGISTER, ROOM, status } from './patterns.ts';
import { conformance } from './proves.ts';
import type { World } from './world.ts';

const DISCO = `<query xmlns='http://jabber.org/protocol/disco#info'/>`;
const PING = `<iq type='get' from='*' to='localhost'><ping xmlns='urn:xmpp:ping'/></iq>`;

/** From now on nobody gets in. */
function refuses({ server }: World, condition: string): void {
  server.script = (peer) => {
    peer.header({ id: 'refused', from: GATEWAY });
    peer.streamError(condition);
  };
}

/** What passes on the gateway's clock until there have been so many attempts to get in, all told. */
async function waited({ server, clock, patienceMs }: World, attempts: number): Promise<number> {
  const from = clock.monotonic();
  await server.attempted(attempts, patienceMs).catch((thrown: unknown) => expect.fail(String(thrown)));
  return clock.monotonic() - from;
}

for (const [condition, kind, leastMs, speed] of [
  ['not-authorized', 'bad-secret', 45_000, 100],
  ['host-unknown', 'unknown-domain', 45_000, 100],
  ['conflict', 'conflict', 3_500, 20],
] as const)
  conformance(
    { 'COMP-3': ['every refusal is the same', 'nobody waits'] },
    `refused with ${condition}: it is said why, and tried again only after a while`,
    {},
    async (world) => {
      // The server has let the gateway in; that the gateway knows it has to be waited for.
      await world.barrier();
      refuses(world, condition);
      world.clock.speed = speed;
      world.peer.reset();
      await waited(world, 2);
      for (const attempts of [3, 4]) expect(await waited(world, attempts)).toBeGreaterThan(leastMs);
      const told = world.log.lines.filter(({ text }) => text === 'the link can not be made');
      expect(new Set(told.map(({ fields }) => fields['kind']))).toEqual(new Set([kind]));
    },
  );

conformance(
  { 'COMP-4': 'nobody waits' },
  'a server that is down is waited for longer each time, and at once again after the link has lived a while',
  {},
  async (world) => {
    const { clock, server } = world;
    refuses(world, 'system-shutdown');
    clock.speed = 40;
    world.peer.reset();
    const delays: number[] = [];
    for (let attempts = 2; attempts < 12; attempts++) delays.push(await waited(world, attempts));
    expect(Math.max(...delays)).toBeGreaterThan(8_000);
    expect(Math.max(...delays)).toBeLessThan(120_000);
    server.script = undefined;
    for (let times = 0; times < 2; times++) {
      await world.reconnected();
      clock.speed = 40;
      await clock.passed(62_000);
      clock.speed = 5;
      const attempts = server.attempts.length;
      world.peer.reset();
      expect(await waited(world, attempts + 1)).toBeLessThan(10_000);
    }
  },
);

conformance(
  { 'COMP-6': ['nobody is pinged', 'waiting never ends'] },
  'a link that is silent is pinged; any answer keeps it, none for half a minute ends it',
  { component: { answerPings: false }, speed: 60 },
  async (world) => {
    const { clock, romeo } = world;
    const first = await world.receives(PING);
    expect(first.attrs['from']).toMatch(/^irc\.localhost\/./);
    const from = clock.monotonic();
    world.peer.send(
      `<iq type='error' id='${first.attrs['id']}' from='localhost' to='${first.attrs['from']}'>${error('cancel/service-unavailable').replace('*', 'x')}</iq>`,
    );
    await world.receives(PING);
    await world.ended();
    // A minute until it is pinged, and half a minute for the answer.
    expect(clock.monotonic() - from).toBeGreaterThan(85_000);
    await world.reconnected();
    await romeo.asks(ping(GATEWAY), `<iq type='result'/>`);
  },
);

conformance(
  {
    'COMP-5': [
      'nobody is probed',
      'no presence of the gateway',
      'nobody is asked what it is',
      'everybody is in the room',
    ],
  },
  'after a cut users are probed and shown the gateway, and clients in rooms asked whether they are there still',
  {},
  async (world) => {
    const { romeo } = world;
    const phone = world.client('romeo@localhost/phone');
    await romeo.asks(
      `<iq to='${GATEWAY}' type='set' id='r'><query xmlns='${REGISTER}'><nick>romeo</nick></query></iq>`,
      `<iq type='result' id='r'/>`,
    );
    romeo.sends(`<presence to='${GATEWAY}' type='subscribed'/>`);
    await romeo.asks(`<presence to='${GATEWAY}' type='subscribe'/>`, `<presence type='subscribed' from='${GATEWAY}'/>`);
    await romeo.joins(ROOM, 'romeo');
    phone.sends(joinOf('romeo'));
    await phone.receives(here('romeo', status(110)));
    await world.barrier();
    world.peer.reset();
    await world.reconnected();
    await romeo.receives(`<presence type='probe' from='${GATEWAY}' to='${romeo.bare}'/>`);
    await romeo.receives(`<presence from='${GATEWAY}' to='${romeo.bare}' !type/>`);
    const there = await romeo.receives(`<iq type='get' from='${GATEWAY}' to='${romeo.jid}'>${DISCO}</iq>`);
    const away = await phone.receives(`<iq type='get' from='${GATEWAY}' to='${phone.jid}'>${DISCO}</iq>`);
    romeo.sends(`<iq to='${GATEWAY}' type='result' id='${there.attrs['id']}'>${DISCO}</iq>`);
    phone.sends(
      `<iq to='${GATEWAY}' type='error' id='${away.attrs['id']}'>${error('cancel/service-unavailable').replace('*', 'x')}</iq>`,
    );
    await world.barrier();
    await romeo.asks(ping(`${ROOM}/romeo`), `<iq type='result' id='ping'/>`);
    await phone.asks(ping(`${ROOM}/romeo`), `<iq type='error' id='ping'>${error('cancel/not-acceptable')}</iq>`);
  },
);

/** Far more than all buffers on the way hold. */
const MOST_LINES = 100_000;
const LINE = 'x'.repeat(380);

/** Much waits to be read, and nothing of it is, whatever else goes on. */
async function isStuck(socket: Socket): Promise<boolean> {
  const before = socket.writableLength;
  if (before < 1024 * 1024) return sleep(0, false);
  for (let turns = 0; turns < 50; turns++) {
    await sleep(20);
    if (socket.writableLength < before) return false;
  }
  return true;
}

conformance(
  { 'COMP-7': 'the link is never full' },
  'while the XMPP server reads nothing, the network is not read either; afterwards all of it comes, in order',
  {},
  async (world) => {
    const { romeo, irc, peer } = world;
    await romeo.joins(ROOM, 'romeo');
    peer.pauseReading();
    let said = 0;
    while (said < MOST_LINES && !(await isStuck(irc.socketOf('romeo')))) {
      for (let many = 0; many < 1_000; many++) irc.says('benvolio', '#verona', `${said++} ${LINE}`);
    }
    expect(said).toBeLessThan(MOST_LINES);
    peer.resumeReading();
    irc.says('benvolio', '#verona', 'the end');
    await peer.receives(`<message type='groupchat'><body>the end</body></message>`, 50_000);
    const bodies = peer.all().map((stanza) => /"(\d+) x/.exec(JSON.stringify(stanza.children))?.[1]);
    expect(bodies.filter((one) => one !== undefined)).toEqual(Array.from({ length: said }, (_, at) => String(at)));
  },
);
