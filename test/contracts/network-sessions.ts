// The contract of networks, second part: connecting and the ways in which it ends.

import { expect, test } from 'vitest';
import { BridgeError } from '../../src/model/errors.ts';
import { barrier, nicksIn, type Scenes } from './network-scenes.ts';
import { Visitor } from './network-visitor.ts';

export function sessionContract(scenes: Scenes): void {
  const { driver } = scenes;
  test('connected is told once, with the nick, before anything else is done', async () => {
    const { me, nick } = await scenes.scene(false);
    expect(me.of('connected')).toMatchObject([
      { account: scenes.world.account(nick).key, nick: scenes.world.nickOf?.(nick) ?? nick },
    ]);
  });

  test('accounts that are not let in are refused with the reason', async () => {
    expect(scenes.world.refusedAccounts.length).toBeGreaterThan(0);
    for (const { account, code } of scenes.world.refusedAccounts) {
      await expect(Visitor.open(scenes.world.network, account)).rejects.toSatisfy(
        (error) => error instanceof BridgeError && error.code === code,
      );
    }
  });

  test('an attempt that was given up already fails, as an error of the model', async () => {
    const opening = Visitor.open(scenes.world.network, scenes.world.account('impatient'), AbortSignal.abort());
    await expect(opening).rejects.toBeInstanceOf(BridgeError);
  });

  test.runIf(scenes.hasRooms)('close ends it, and nothing is emitted after it', async () => {
    const { me, nick, other, room } = await scenes.scene();
    const watcher = await scenes.visitor(`${nick}w`);
    await watcher.join(room);
    await me.session.close('paused', 'good night');
    const { length } = me.events;
    if (!driver.staysInRooms) await other.sawLeave(room, nick);
    await barrier({ me: watcher, other, room });
    await other.whisper(nick, 'still there?').catch(() => undefined);
    await barrier({ me: watcher, other, room });
    expect(me.events).toHaveLength(length);
    expect(me.of('disconnected')).toEqual([]);
    await expect(me.say(room, 'hello')).rejects.toBeInstanceOf(BridgeError);
    await me.session.close('removed');
    if (!driver.staysInRooms) expect(nicksIn(watcher, room)).not.toContain(nick);
  });

  test.runIf(scenes.hasConnections)(
    'a connection that is cut is told once, and commands fail from then on',
    async () => {
      const it = await scenes.scene();
      await scenes.world.cut(it);
      const { final } = await it.me.until('disconnected');
      expect(final).toBe(driver.cutIsFinal === true);
      const { length } = it.me.events;
      await expect(it.me.say(it.room, 'hello')).rejects.toBeInstanceOf(BridgeError);
      await it.me.session.close('paused');
      const again = await scenes.visitor(`${it.nick}b`);
      await again.join(it.room);
      await barrier({ ...it, me: again });
      expect(it.me.events).toHaveLength(length);
      expect(it.me.of('disconnected')).toHaveLength(1);
      expect(nicksIn(again, it.room)).toContain(it.other.nick);
    },
  );
}
