// The contract of networks, third part: coming and going, nicks and topics.

import { expect, test } from 'vitest';
import { BridgeError } from '../../src/model/errors.ts';
import { barrier, kindsOf, nicksIn, type Scenes } from './network-scenes.ts';

export function roomContract(scenes: Scenes): void {
  const { accepts } = scenes.driver.create().capabilities;
  comings(scenes);
  if (accepts.includes('setTopic')) ownTopic(scenes);
  if (accepts.includes('setNick')) ownNick(scenes);
}

function comings(scenes: Scenes): void {
  test('a join brings one snapshot, with everybody in it, before anything else of the room', async () => {
    const { me, nick, other, room } = await scenes.scene(false);
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
    // `none` is for who is not in the room.
    for (const { rank } of snapshot.participants.values()) expect(rank).not.toBe('none');
  });

  test('joins that are refused say why, and open nothing', async () => {
    const { me, other, room } = await scenes.scene();
    const joins = await scenes.world.refusedJoins(other);
    expect(joins.length).toBeGreaterThan(2);
    for (const { code, ...join } of joins) {
      const joining = me.send({ kind: 'join', ...join });
      await expect(joining, code).rejects.toSatisfy((error) => error instanceof BridgeError && error.code === code);
    }
    expect(me.of('opened').map(({ conversation }) => conversation)).toEqual([room]);
    await barrier({ me, other, room });
  });

  test('coming and going of others is told once, when the conversation has changed already', async () => {
    const { me, nick, other, room } = await scenes.scene();
    const seen: string[] = [];
    me.onEvent = (event) => {
      if (event.kind === 'joined' || event.kind === 'left') {
        seen.push(`${event.kind} ${event.who.nick} ${me.opened(room).participants.has(event.who.id)}`);
      }
    };
    const paris = await scenes.world.foreigner(nick.replace('juliet', 'paris'));
    await paris.join(room);
    await me.until('joined');
    await paris.leave(room);
    await me.until('left');
    await barrier({ me, other, room });
    expect(seen).toEqual([`joined ${paris.nick} true`, `left ${paris.nick} false`]);
  });

  test("another's new nick", async () => {
    const { me, other, room } = await scenes.scene();
    const before = other.nick;
    await other.rename(`${before}x`);
    const changed = await me.until('changed');
    expect(changed).toMatchObject({ conversation: room, before: { nick: before }, now: { nick: `${before}x` } });
    expect(nicksIn(me, room)).toContain(`${before}x`);
    expect(nicksIn(me, room)).not.toContain(before);
  });

  test('a topic that another sets', async () => {
    const { me, other, room } = await scenes.scene();
    await other.setTopic(room, 'Two households');
    expect(await me.until('topicSet')).toMatchObject({ conversation: room, topic: { text: 'Two households' } });
    expect(me.opened(room).topic?.text).toBe('Two households');
  });

  test('leaving ends the room without a word of it', async () => {
    const { me, nick, other, room } = await scenes.scene();
    await me.send({ kind: 'leave', conversation: room, text: 'I hear some noise' });
    await other.sawLeave(room, nick);
    await other.say(room, 'she is gone');
    await me.join(room);
    await barrier({ me, other, room });
    expect(kindsOf(me, room)).not.toContain('closed');
    expect(me.texts(room)).not.toContain('she is gone');
    expect(me.of('opened')).toHaveLength(2);
  });

  test('leaving and coming back in one breath: she is in, and hears what is said', async () => {
    const { me, nick, other, room } = await scenes.scene();
    const leaving = me.send({ kind: 'leave', conversation: room });
    const joining = me.send({ kind: 'join', conversation: room });
    await Promise.all([leaving, joining]);
    expect(me.of('opened')).toHaveLength(2);
    expect(nicksIn(me, room)).toContain(nick);
    await barrier({ me, other, room });
  });

  test('whoever is put out is told by whom, and is out', async () => {
    const { me, nick, other, room } = await scenes.scene();
    await other.kick(room, nick);
    const closed = await me.until('closed');
    expect(closed).toMatchObject({ conversation: room, why: 'ejected' });
    expect(closed.by).toContain(other.nick);
    expect(me.of('closed')).toHaveLength(1);
    await expect(me.say(room, 'hello')).rejects.toBeInstanceOf(BridgeError);
    await me.join(room);
    await barrier({ me, other, room });
  });
}

function ownTopic(scenes: Scenes): void {
  test('her own topic is told once, before the receipt', async () => {
    const { me, nick, other, room } = await scenes.scene();
    await other.promote(room, nick);
    const { after } = await me.send({ kind: 'setTopic', conversation: room, text: 'Both alike' });
    expect(me.events.slice(0, after).filter(({ kind }) => kind === 'topicSet')).toHaveLength(1);
    await barrier({ me, other, room });
    expect(me.of('topicSet')).toMatchObject([{ topic: { text: 'Both alike' } }]);
  });
}

function ownNick(scenes: Scenes): void {
  test('her own new nick is told in each room once, before the receipt', async () => {
    const { me, nick, other, room } = await scenes.scene();
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

  if (scenes.driver.anyNick) return;
  test('nicks that are taken or impossible are refused, and the old one stays', async () => {
    const { me, nick, other, room } = await scenes.scene();
    const account = me.account.key;
    const change = (to: string) => me.send({ kind: 'setNick', account, nick: to });
    await expect(change(other.nick)).rejects.toMatchObject({ code: 'nick-taken' });
    await expect(change('no good')).rejects.toMatchObject({ code: 'nick-invalid' });
    expect(nicksIn(me, room)).toContain(nick);
  });
}
