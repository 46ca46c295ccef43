// What the gateway promises of a durable network, judged from both ends: it is killed at random moments while people talk, on each store.
// The judge at the far end is the echo server's journal, at the near end what the XMPP server was sent.

import { randomBytes } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { ComponentServer, type ComponentPeer } from '../support/component-server.ts';
import { type DurableEcho, startDurableEcho } from '../support/durable-echo.ts';
import { until } from '../support/processes.ts';
import { startRedis } from '../support/servers.ts';

const GATEWAY = 'echo.example.org';
const ROMEO = 'romeo@example.org';
const CLIENT = `${ROMEO}/orchard`;
const SECRET = 'secret';

class Play {
  readonly server: ComponentServer;
  readonly echo: DurableEcho;
  peer: ComponentPeer;
  readonly #peers: ComponentPeer[];

  static async open(store: string | undefined): Promise<Play> {
    const server = await ComponentServer.listen({ secret: SECRET, serverDomain: 'example.org' });
    const echo = await startDurableEcho({
      domain: GATEWAY,
      secret: SECRET,
      componentPort: server.port,
      serverDomain: 'example.org',
      ...(store !== undefined && { store, env: { VIADUCT_SECRETS_KEY: randomBytes(32).toString('base64') } }),
    });
    const play = new Play(server, echo, await server.accepted());
    await play.#register();
    return play;
  }

  private constructor(server: ComponentServer, echo: DurableEcho, peer: ComponentPeer) {
    this.server = server;
    this.echo = echo;
    this.peer = peer;
    this.#peers = [peer];
  }

  async crash(): Promise<void> {
    await this.echo.gateway.crash();
    this.peer = await this.server.accepted();
    this.#peers.push(this.peer);
    this.#appear();
  }

  say(n: number, to = 'tybalt'): void {
    this.peer.send(
      `<message from='${CLIENT}' to='${to}@${GATEWAY}' type='chat' id='m${n}'><body>line ${n}</body></message>`,
    );
  }

  /** What romeo said, as the network has it. */
  said(): readonly string[] {
    return this.echo.network
      .journal()
      .flatMap((record) => (record.t === 'message' && record.txn !== undefined ? [record.text] : []));
  }

  /** Bodies and ids that came for romeo, over all streams. */
  heard(): readonly { readonly id: string; readonly body: string }[] {
    return this.#messages().flatMap(({ attrs, children }) => {
      const body = children.find((child) => typeof child !== 'string' && child.name === 'body');
      if (attrs['type'] === 'error' || body === undefined || typeof body === 'string') return [];
      return [{ id: attrs['id'] ?? '', body: body.children.filter((child) => typeof child === 'string').join('') }];
    });
  }
  errors(): readonly (string | undefined)[] {
    return this.#messages().flatMap(({ attrs }) => (attrs['type'] === 'error' ? [attrs['id']] : []));
  }

  #messages() {
    return this.#peers.flatMap((peer) => peer.all()).filter(({ name }) => name === 'message');
  }

  async close(): Promise<void> {
    await this.echo.stop();
    await this.server.close();
  }

  async #register(): Promise<void> {
    this.peer.send(
      `<iq from='${CLIENT}' to='${GATEWAY}' type='set' id='reg'><query xmlns='jabber:iq:register'>` +
        '<username>romeo</username><password>secret</password></query></iq>',
    );
    await this.peer.receives("<iq type='result' id='reg'/>");
    this.#appear();
  }

  #appear(): void {
    this.peer.send(`<presence from='${CLIENT}' to='${GATEWAY}'/>`);
  }
}

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n + 1);
const lines = (count: number): readonly string[] => numbers(count).map((n) => `line ${n}`);

async function withRedis(use: (url: string) => Promise<void>): Promise<void> {
  const redis = await startRedis();
  try {
    await use(redis.url);
  } finally {
    await redis.stop();
  }
}

describe.each([
  ['embedded', (use: (store: string | undefined) => Promise<void>) => use(undefined)],
  ['redis', (use: (store: string | undefined) => Promise<void>) => withRedis(use)],
] as const)('with the %s store', (_, withStore) => {
  test('kills while she talks: everything is said once, in order, when she repeats what she is not sure of', async () => {
    await withStore(async (store) => {
      const play = await Play.open(store);
      let next = 1;
      for (let kill = 0; kill < 5; kill++) {
        const upTo = next + 20 + Math.floor(Math.random() * 40);
        for (; next < upTo; next++) play.say(next);
        // No more than there will be: she may have gone back further than she then went on.
        const enough = Math.min(upTo - 1, play.said().length + Math.floor(Math.random() * 20));
        await until('some lines on the network', () => play.said().length >= enough, { deadlineMs: 30_000 });
        await play.crash();
        // As a client does whose server says that its last stanzas may be lost.
        next = Math.max(1, play.said().length - 5);
      }
      for (; next <= 200; next++) play.say(next);
      await until('all lines', () => play.said().length >= 200, { deadlineMs: 30_000 });
      expect(play.said()).toEqual(lines(200));
      expect(play.errors()).toEqual([]);
      await play.close();
    });
  });

  test('kills while the network talks: everything is shown, in order, and again only what was not confirmed', async () => {
    await withStore(async (store) => {
      const play = await Play.open(store);
      let spoken = 0;
      for (let kill = 0; kill < 5; kill++) {
        for (let n = 0; n < 40; n++) {
          await play.echo.network.order('speak', { from: 'benvolio', to: 'romeo', text: `line ${++spoken}` });
        }
        const enough = play.heard().length + Math.floor(Math.random() * 30);
        await until('some of them', () => play.heard().length >= Math.min(enough, spoken));
        await play.crash();
      }
      const shown = (): readonly string[] => [...new Map(play.heard().map(({ id, body }) => [id, body])).values()];
      await until('all lines', () => shown().length >= spoken, { deadlineMs: 30_000 });
      expect(shown()).toEqual(lines(spoken));
      const copies = play.heard().length - shown().length;
      expect(copies).toBeLessThanOrEqual(5 * 128);
      await play.close();
    });
  });

  test('a network that is away: what was accepted is said when it is back, also after a kill of the gateway', async () => {
    await withStore(async (store) => {
      const play = await Play.open(store);
      play.say(1);
      await until('the first line', () => play.said().length === 1);
      await play.echo.network.kill();
      for (const n of [2, 3, 4]) play.say(n);
      await play.peer.barrier(CLIENT, GATEWAY);
      await play.crash();
      // What was read and not yet stored is lost with the process: she repeats all that she has no word of.
      for (const n of [2, 3, 4, 5]) play.say(n);
      await play.peer.barrier(CLIENT, GATEWAY);
      await play.echo.network.restart();
      await until('all lines', () => play.said().length === 5, { deadlineMs: 40_000 });
      expect(play.said()).toEqual(lines(5));
      expect(play.errors()).toEqual([]);
      await play.close();
    });
  });

  test('what is said while the gateway stops, in a room or to a person, is said by the next one', async () => {
    await withStore(async (store) => {
      const play = await Play.open(store);
      const room = `#hall@${GATEWAY}`;
      play.peer.send(
        `<presence from='${CLIENT}' to='${room}/romeo'><x xmlns='http://jabber.org/protocol/muc'/></presence>`,
      );
      await play.peer.receives(
        `<presence from='${room}/romeo'><x xmlns='http://jabber.org/protocol/muc#user'><status code='110'/></x></presence>`,
      );
      const restarted = play.echo.gateway.restart();
      // The server ends its side of the stream behind what she says, also where that comes late.
      play.peer.scripted = true;
      await play.peer.receives(`<presence type='unavailable' from='${room}/romeo'/>`);
      play.say(1);
      play.peer.send(`<message from='${CLIENT}' to='${room}' type='groupchat' id='m2'><body>line 2</body></message>`);
      await until('the gateway ends the stream', () => play.peer.ended);
      play.peer.endStream();
      play.peer.end();
      await restarted;
      play.peer = await play.server.accepted();
      await until('both lines', () => play.said().length === 2, { deadlineMs: 40_000 });
      expect(play.said().toSorted()).toEqual(lines(2));
      await play.close();
    });
  });
});
