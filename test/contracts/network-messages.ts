// The contract of networks, fourth part: what is said.

import { expect, test } from 'vitest';
import { BridgeError } from '../../src/model/errors.ts';
import { barrier, nicksIn, type Scenes } from './network-scenes.ts';
import type { Visitor } from './network-visitor.ts';

export function messageContract(scenes: Scenes): void {
  test('what she says is heard, has a receipt, and is not emitted to her', async () => {
    const { me, nick, other, room } = await scenes.scene();
    const { ids, outcome } = await me.say(room, 'Good pilgrim');
    expect(outcome).toBe('accepted');
    expect(new Set(ids).size).toBeGreaterThan(0);
    expect(await other.heard(nick, 1)).toEqual(['Good pilgrim']);
    await barrier({ me, other, room });
    expect(me.of('said').filter(({ message }) => message.own || message.from.nick === nick)).toEqual([]);
  });

  test('what others say comes from somebody who is in the room, each with an id of its own', async () => {
    const { me, other, room } = await scenes.scene();
    await other.say(room, 'Anon, anon!');
    await other.say(room, 'Anon, anon!');
    await me.until('said', ({ message }) => message.body.text === 'Anon, anon!' && me.of('said').length > 1);
    const said = me.of('said').map(({ message }) => message);
    expect(said).toMatchObject([{ own: false, body: { kind: 'text', text: 'Anon, anon!' } }, { own: false }]);
    expect(new Set(said.map(({ id }) => id)).size).toBe(2);
    if (!scenes.hasRooms) return;
    for (const { from } of said) expect(me.opened(room).participants.get(from.id)?.nick).toBe(other.nick);
  });

  test.runIf(scenes.hasRooms)('two of ours in one room hear each other, and neither herself', async () => {
    const { me, nick, room, other } = await scenes.scene();
    const second = await scenes.visitor(`${nick}s`);
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
    const { me, nick, other, room } = await scenes.scene();
    const direct = scenes.world.directTo(other.nick);
    const { ids } = await me.say(direct, 'psst');
    expect(ids.length).toBeGreaterThan(0);
    expect(await other.heard(nick, 1)).toEqual(['psst']);
    await other.whisper(nick, 'what is it?');
    const said = await me.until('said', ({ message }) => message.body.text === 'what is it?');
    expect(said).toMatchObject({ conversation: direct, message: { own: false } });
    expect(scenes.world.network.directOf(said.message.from.id)).toBe(direct);
    if (!scenes.hasRooms) return;
    const inRoom = [...me.opened(room).participants.values()].find(({ nick: one }) => one === other.nick);
    expect(inRoom && scenes.world.network.directOf(inRoom.id)).toBe(direct);
  });

  test('sixty-four lines at once arrive in order, each once, with receipts in order', async () => {
    const { me, nick, other, room } = await scenes.scene();
    const lines = Array.from({ length: 64 }, (_, n) => `line ${n}`);
    const answered: number[] = [];
    await Promise.all(lines.map((line, n) => me.say(room, line).then(() => answered.push(n))));
    expect(answered).toEqual(lines.map((_, n) => n));
    expect(await other.heard(nick, 64)).toEqual(lines);
  });

  test('a text is only ever a text: nothing in it is a command to the network', async () => {
    const { me, nick, other, room } = await scenes.scene();
    for (const text of ['one\r\nQUIT :two\r\nPART', 'nul\0QUIT', '\u0001ACTION dies\u0001', `\ud800 lone`]) {
      await me.say(room, text).catch((error: unknown) => expect(error).toBeInstanceOf(BridgeError));
    }
    await me.say(room, 'still here');
    const heard = await other.heard(nick, 1);
    expect(heard.length).toBeGreaterThan(0);
    await barrier({ me, other, room });
    if (scenes.hasRooms) expect(nicksIn(me, room)).toContain(nick);
    expect(me.of('closed')).toEqual([]);
    expect(me.of('disconnected')).toEqual([]);
  });

  test.runIf(scenes.hasRooms)('a line to nobody and a line to a room she is not in are refused', async () => {
    const { me, nick, other } = await scenes.scene();
    const elsewhere = await scenes.world.newRoom(`without-${nick}`, other);
    await expect(me.say(elsewhere, 'hello')).rejects.toMatchObject({ code: 'not-joined' });
  });
}
