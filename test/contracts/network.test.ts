// The contract of every network: what the bridge relies on, tried on each of them from both sides.

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CommandKind, COMMAND_KINDS } from '../../src/model/commands.ts';
import { BridgeError } from '../../src/model/errors.ts';
import type { AnyEvent } from '../../src/model/events.ts';
import { conversationId, type ConversationId } from '../../src/model/ids.ts';
import type { Network } from '../../src/model/network.ts';
import { QUERY_KINDS } from '../../src/model/queries.ts';
import type { NetworkDriver, NetworkWorld, Scene } from './network-driver.ts';
import { echoDriver } from './network-echo.ts';
import { ircDriver } from './network-irc.ts';
import { Visitor } from './network-visitor.ts';
import { startInspircd, startNgircd } from '../support/servers.ts';

const DRIVERS: readonly NetworkDriver[] = [
  echoDriver('echo, live'),
  echoDriver('echo, durable and plain', { delivery: 'durable', plain: true }),
  ircDriver('irc, with ngIRCd', startNgircd),
  ircDriver('irc, with InspIRCd', startInspircd),
];

describe.each(DRIVERS)('$name', (driver) => {
  let world: NetworkWorld;
  let network: Network;
  let scenes = 0;
  const open: Visitor[] = [];

  beforeAll(async () => {
    world = await driver.start();
    network = world.network;
  });
  afterAll(async () => {
    await Promise.all(open.map(({ session }) => session.close('shutdown')));
    await world.stop();
  });

  async function visitor(nick: string): Promise<Visitor> {
    const one = await Visitor.open(network, world.account(nick));
    open.push(one);
    return one;
  }

  /** A room of its own for each test, with the user and a foreign operator in it. */
  async function scene(joined = true): Promise<Scene> {
    const n = ++scenes;
    const nick = `juliet${n}`;
    const other = await world.foreigner(`nurse${n}`);
    const room = await world.newRoom(`balcony${n}`, other);
    const me = await visitor(nick);
    if (joined) await me.join(room);
    return { me, nick, other, room };
  }

  /** Everything before it has come by then. */
  async function barrier({ me, other, room }: Pick<Scene, 'me' | 'other' | 'room'>): Promise<void> {
    const text = `barrier ${me.events.length}`;
    await other.say(room, text);
    await me.until('said', ({ message }) => message.body.text === text);
  }

  const isOf = (room: ConversationId) => (event: AnyEvent) => 'conversation' in event && event.conversation === room;
  const kindsOf = (me: Visitor, room: ConversationId) => me.events.filter(isOf(room)).map(({ kind }) => kind);
  const nicksIn = (me: Visitor, room: ConversationId) =>
    [...me.opened(room).participants.values()].map((who) => who.nick);

  describe('addresses', () => {
    test.each(driver.written)('$typed is $id', ({ typed, id, kind }) => {
      const pure = driver.create();
      const place = pure.parse(typed);
      expect(place).toMatchObject({ conversation: id, kind });
      expect(pure.placeOf(place.conversation)).toEqual(place);
      expect(pure.parse(place.uri)).toEqual(place);
      expect(pure.parse(typed)).toEqual(place);
    });

    test.each(driver.malformed)('%j is malformed, with words that help', (typed) => {
      const parse = (): unknown => driver.create().parse(typed);
      expect(parse).toThrow(BridgeError);
      expect(parse).toThrow(expect.objectContaining({ code: 'malformed', message: expect.stringMatching(/\S \S/) }));
    });

    test.each(driver.impossible)('%j is no place', (id) => {
      expect(driver.create().placeOf(conversationId(id))).toBeUndefined();
    });

    test('whatever is typed is either a place that comes back as itself, or malformed', () => {
      const pure = driver.create();
      const typed = fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.string({ unit: 'grapheme' }),
        fc.string({ unit: 'grapheme' }).map((name) => `#${name}`),
      );
      fc.assert(
        fc.property(typed, (text) => {
          try {
            const place = pure.parse(text);
            expect(pure.placeOf(place.conversation)).toEqual(place);
            expect(pure.parse(place.uri)).toEqual(place);
            expect(pure.accountOf(place.conversation)).toBe(pure.accountOf(place.conversation));
          } catch (error) {
            if (!(error instanceof BridgeError)) throw error;
            expect(error.code).toBe('malformed');
          }
        }),
        { numRuns: 2_000 },
      );
    });

    test('lanes and accounts are the same whenever they are asked for', async () => {
      const pure = driver.create();
      const { room } = await scene(false);
      const say = { kind: 'say', conversation: room, body: { kind: 'text', text: 'x' } } as const;
      expect(pure.laneOf(say)).toBe(network.laneOf({ ...say }));
      expect(pure.accountOf(room)).toBe(world.account('x').key);
    });
  });

  describe('sessions', () => {
    test('connected is told once, with the nick, before anything else is done', async () => {
      const { me, nick } = await scene(false);
      expect(me.of('connected')).toMatchObject([{ account: world.account(nick).key, nick }]);
    });

    test('accounts that are not let in are refused with the reason', async () => {
      expect(world.refusedAccounts.length).toBeGreaterThan(0);
      for (const { account, code } of world.refusedAccounts) {
        await expect(Visitor.open(network, account)).rejects.toSatisfy(
          (error) => error instanceof BridgeError && error.code === code,
        );
      }
    });

    test('an attempt that was given up already fails, as an error of the model', async () => {
      const opening = Visitor.open(network, world.account('impatient'), AbortSignal.abort());
      await expect(opening).rejects.toBeInstanceOf(BridgeError);
    });

    test('close leaves everything, and nothing is emitted after it', async () => {
      const { me, nick, other, room } = await scene();
      const watcher = await visitor(`${nick}w`);
      await watcher.join(room);
      await me.session.close('paused', 'good night');
      const { length } = me.events;
      await other.sawLeave(room, nick);
      await barrier({ me: watcher, other, room });
      await other.whisper(nick, 'still there?').catch(() => undefined);
      await barrier({ me: watcher, other, room });
      expect(me.events).toHaveLength(length);
      expect(me.of('disconnected')).toEqual([]);
      await expect(me.say(room, 'hello')).rejects.toBeInstanceOf(BridgeError);
      await me.session.close('removed');
      expect(nicksIn(watcher, room)).not.toContain(nick);
    });

    test('a connection that is cut is told once, and commands fail from then on', async () => {
      const it = await scene();
      await world.cut(it);
      const { final } = await it.me.until('disconnected');
      expect(final).toBe(false);
      const { length } = it.me.events;
      await expect(it.me.say(it.room, 'hello')).rejects.toBeInstanceOf(BridgeError);
      await it.me.session.close('paused');
      const again = await visitor(`${it.nick}b`);
      await again.join(it.room);
      await barrier({ ...it, me: again });
      expect(it.me.events).toHaveLength(length);
      expect(it.me.of('disconnected')).toHaveLength(1);
      expect(nicksIn(again, it.room)).toContain(it.other.nick);
    });
  });

  describe('rooms', () => {
    test('a join brings one snapshot, with everybody in it, before anything else of the room', async () => {
      const { me, nick, other, room } = await scene(false);
      await other.setTopic(room, 'What light is this?');
      const { after } = await me.send({ kind: 'join', conversation: room });
      expect(kindsOf(me, room)[0]).toBe('opened');
      expect(me.of('opened')).toHaveLength(1);
      expect(me.events.findIndex(({ kind }) => kind === 'opened')).toBeLessThan(after);
      const snapshot = me.opened(room);
      expect(snapshot).toMatchObject({ id: room, kind: 'group', topic: { text: 'What light is this?' } });
      expect(snapshot.participants.get(snapshot.self)?.nick).toBe(nick);
      expect(nicksIn(me, room)).toContain(other.nick);
      for (const [id, who] of snapshot.participants) expect(who.id).toBe(id);
    });

    test('joins that are refused say why, and open nothing', async () => {
      const { me, other, room } = await scene();
      const joins = await world.refusedJoins(other);
      expect(joins.length).toBeGreaterThan(2);
      for (const { code, ...join } of joins) {
        const joining = me.send({ kind: 'join', ...join });
        await expect(joining, code).rejects.toSatisfy((error) => error instanceof BridgeError && error.code === code);
      }
      expect(me.of('opened').map(({ conversation }) => conversation)).toEqual([room]);
      await barrier({ me, other, room });
    });

    test('coming and going of others is told once, when the conversation has changed already', async () => {
      const { me, other, room } = await scene();
      const seen: string[] = [];
      me.onEvent = (event) => {
        if (event.kind === 'joined' || event.kind === 'left') {
          seen.push(`${event.kind} ${event.who.nick} ${me.opened(room).participants.has(event.who.id)}`);
        }
      };
      const paris = await world.foreigner(`paris${scenes}`);
      await paris.join(room);
      await me.until('joined');
      await paris.leave(room);
      await me.until('left');
      await barrier({ me, other, room });
      expect(seen).toEqual([`joined ${paris.nick} true`, `left ${paris.nick} false`]);
    });

    test("another's new nick", async () => {
      const { me, other, room } = await scene();
      const before = other.nick;
      await other.rename(`${before}x`);
      const changed = await me.until('changed');
      expect(changed).toMatchObject({ conversation: room, before: { nick: before }, now: { nick: `${before}x` } });
      expect(nicksIn(me, room)).toContain(`${before}x`);
      expect(nicksIn(me, room)).not.toContain(before);
    });

    test('a topic that another sets', async () => {
      const { me, other, room } = await scene();
      await other.setTopic(room, 'Two households');
      expect(await me.until('topicSet')).toMatchObject({ conversation: room, topic: { text: 'Two households' } });
      expect(me.opened(room).topic?.text).toBe('Two households');
    });

    test('her own topic is told once, before the receipt', async () => {
      const { me, nick, other, room } = await scene();
      await other.promote(room, nick);
      const { after } = await me.send({ kind: 'setTopic', conversation: room, text: 'Both alike' });
      expect(me.events.slice(0, after).filter(({ kind }) => kind === 'topicSet')).toHaveLength(1);
      await barrier({ me, other, room });
      expect(me.of('topicSet')).toMatchObject([{ topic: { text: 'Both alike' } }]);
    });

    test('her own new nick is told in each room once, before the receipt', async () => {
      const { me, nick, other, room } = await scene();
      const account = me.account.key;
      const { after } = await me.send({ kind: 'setNick', account, nick: `${nick}x` });
      expect(me.events.slice(0, after).filter(({ kind }) => kind === 'changed')).toHaveLength(1);
      await other.sawNick(`${nick}x`);
      await barrier({ me, other, room });
      const own = me.of('changed').filter(({ now }) => now.nick === `${nick}x`);
      expect(own).toMatchObject([{ conversation: room, before: { nick } }]);
      const snapshot = me.opened(room);
      expect(snapshot.participants.get(snapshot.self)?.nick).toBe(`${nick}x`);
    });

    test('nicks that are taken or impossible are refused, and the old one stays', async () => {
      const { me, nick, other, room } = await scene();
      const account = me.account.key;
      const change = (to: string) => me.send({ kind: 'setNick', account, nick: to });
      await expect(change(other.nick)).rejects.toMatchObject({ code: 'nick-taken' });
      await expect(change('no good')).rejects.toMatchObject({ code: 'nick-invalid' });
      expect(nicksIn(me, room)).toContain(nick);
    });

    test('leaving ends the room without a word of it', async () => {
      const { me, nick, other, room } = await scene();
      await me.send({ kind: 'leave', conversation: room, text: 'I hear some noise' });
      await other.sawLeave(room, nick);
      await other.say(room, 'she is gone');
      await me.join(room);
      await barrier({ me, other, room });
      expect(kindsOf(me, room)).not.toContain('closed');
      expect(me.texts(room)).not.toContain('she is gone');
      expect(me.of('opened')).toHaveLength(2);
    });

    test('whoever is put out is told by whom, and is out', async () => {
      const { me, nick, other, room } = await scene();
      await other.kick(room, nick);
      const closed = await me.until('closed');
      expect(closed).toMatchObject({ conversation: room, why: 'ejected' });
      expect(closed.by).toContain(other.nick);
      expect(me.of('closed')).toHaveLength(1);
      await expect(me.say(room, 'hello')).rejects.toBeInstanceOf(BridgeError);
      await me.join(room);
      await barrier({ me, other, room });
    });
  });

  describe('messages', () => {
    test('what she says is heard, has a receipt, and is not emitted to her', async () => {
      const { me, nick, other, room } = await scene();
      const { ids, outcome } = await me.say(room, 'Good pilgrim');
      expect(outcome).toBe('accepted');
      expect(new Set(ids).size).toBeGreaterThan(0);
      expect(await other.heard(nick, 1)).toEqual(['Good pilgrim']);
      await barrier({ me, other, room });
      expect(me.of('said').filter(({ message }) => message.own || message.from.nick === nick)).toEqual([]);
    });

    test('what others say comes from somebody who is in the room, each with an id of its own', async () => {
      const { me, other, room } = await scene();
      await other.say(room, 'Anon, anon!');
      await other.say(room, 'Anon, anon!');
      await me.until('said', ({ message }) => message.body.text === 'Anon, anon!' && me.of('said').length > 1);
      const said = me.of('said').map(({ message }) => message);
      expect(said).toMatchObject([{ own: false, body: { kind: 'text', text: 'Anon, anon!' } }, { own: false }]);
      expect(new Set(said.map(({ id }) => id)).size).toBe(2);
      for (const { from } of said) expect(me.opened(room).participants.get(from.id)?.nick).toBe(other.nick);
    });

    test('two of ours in one room hear each other, and neither herself', async () => {
      const { me, nick, room, other } = await scene();
      const second = await visitor(`${nick}s`);
      await second.join(room);
      await me.say(room, 'Good night');
      await second.until('said', ({ message }) => message.body.text === 'Good night');
      await second.say(room, 'Good night, good night');
      await me.until('said', ({ message }) => message.body.text === 'Good night, good night');
      await barrier({ me, other, room });
      await barrier({ me: second, other, room });
      const by = (who: Visitor, nicks: readonly string[]) =>
        who.of('said').filter(({ message }) => nicks.includes(message.from.nick));
      expect(by(me, [nick, `${nick}s`]).map(({ message }) => message.own)).toEqual([false]);
      expect(by(second, [nick, `${nick}s`]).map(({ message }) => message.own)).toEqual([false]);
    });

    test('direct messages go both ways, in the conversation that is named for the other', async () => {
      const { me, nick, other, room } = await scene();
      const direct = world.directTo(other.nick);
      const { ids } = await me.say(direct, 'psst');
      expect(ids.length).toBeGreaterThan(0);
      expect(await other.heard(nick, 1)).toEqual(['psst']);
      await other.whisper(nick, 'what is it?');
      const said = await me.until('said', ({ message }) => message.body.text === 'what is it?');
      expect(said).toMatchObject({ conversation: direct, message: { own: false } });
      expect(network.directOf(said.message.from.id)).toBe(direct);
      const inRoom = [...me.opened(room).participants.values()].find(({ nick: one }) => one === other.nick);
      expect(inRoom && network.directOf(inRoom.id)).toBe(direct);
    });

    test('sixty-four lines at once arrive in order, each once, with receipts in order', async () => {
      const { me, nick, other, room } = await scene();
      const lines = Array.from({ length: 64 }, (_, n) => `line ${n}`);
      const answered: number[] = [];
      await Promise.all(lines.map((line, n) => me.say(room, line).then(() => answered.push(n))));
      expect(answered).toEqual(lines.map((_, n) => n));
      expect(await other.heard(nick, 64)).toEqual(lines);
    });

    test('a text is only ever a text: nothing in it is a command to the network', async () => {
      const { me, nick, other, room } = await scene();
      for (const text of ['one\r\nQUIT :two\r\nPART', 'nul\0QUIT', '\u0001ACTION dies\u0001', `\ud800 lone`]) {
        await me.say(room, text).catch((error: unknown) => expect(error).toBeInstanceOf(BridgeError));
      }
      await me.say(room, 'still here');
      const heard = await other.heard(nick, 1);
      expect(heard.length).toBeGreaterThan(0);
      await barrier({ me, other, room });
      expect(nicksIn(me, room)).toContain(nick);
      expect(me.of('closed')).toEqual([]);
      expect(me.of('disconnected')).toEqual([]);
    });

    test('a line to nobody and a line to a room she is not in are refused', async () => {
      const { me, other } = await scene();
      const elsewhere = await world.newRoom(`elsewhere${scenes}`, other);
      await expect(me.say(elsewhere, 'hello')).rejects.toMatchObject({ code: 'not-joined' });
    });
  });

  describe('what it says it can', () => {
    test.each(COMMAND_KINDS)('command %s: performed where it is accepted, unsupported elsewhere', async (kind) => {
      const it = await scene();
      const able = it.me.session.capabilitiesOf?.(it.room) ?? network.capabilities;
      if (network.capabilities.accepts.includes(kind)) {
        await it.me.send(await world.command(kind, it));
      } else {
        expect(able.accepts).not.toContain(kind);
        const command = { kind, conversation: it.room, account: it.me.account.key } as never;
        await expect(it.me.send(command)).rejects.toSatisfy(isUnsupported);
      }
    });

    test('no conversation accepts more than the network', async () => {
      const { me, room, other } = await scene();
      const all: readonly CommandKind[] = network.capabilities.accepts;
      for (const id of [room, world.directTo(other.nick)]) {
        for (const kind of me.session.capabilitiesOf?.(id).accepts ?? []) expect(all).toContain(kind);
      }
    });

    test('every kind of event that it reports can be seen, and no other', { timeout: 120_000 }, async () => {
      const seen = new Set<string>();
      for (const kind of network.capabilities.reports) {
        const it = await scene();
        await world.provoke(kind, it);
        await it.me.until(kind);
        for (const event of it.me.events) seen.add(event.kind);
      }
      expect([...seen].toSorted()).toEqual(network.capabilities.reports.toSorted());
    });

    test.each(QUERY_KINDS)('query %s: answered where it says so, unsupported elsewhere', async (kind) => {
      const it = await scene();
      if (network.capabilities.answers.includes(kind)) {
        expect(await it.me.session.ask?.(world.question(kind, it))).toBeDefined();
      } else {
        const query = { kind, account: it.me.account.key, conversation: it.room } as never;
        const asked =
          it.me.session.ask?.(query) ?? Promise.reject(new BridgeError('unsupported', 'It answers nothing.'));
        await expect(asked).rejects.toSatisfy(isUnsupported);
      }
    });
  });
});

const isUnsupported = (error: unknown): boolean => error instanceof BridgeError && error.code === 'unsupported';
