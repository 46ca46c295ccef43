// The contract of networks, last part: what it says it can, it can.

import { expect, test } from 'vitest';
import type { CommandKind } from '../../src/model/commands.ts';
import type { EventKind } from '../../src/model/events.ts';
import type { NetworkDriver } from './network-driver.ts';
import type { Scenes } from './network-scenes.ts';

export function abilityContract(driver: NetworkDriver, scenes: Scenes): void {
  const able = driver.create().capabilities;
  const lacks: readonly CommandKind[] = driver.lacks ?? [];
  test.each(able.accepts.filter((kind) => !lacks.includes(kind)))('the command %s is performed', async (kind) => {
    const it = await scenes.scene();
    await it.me.send(await scenes.world.command(kind, it));
  });

  test('no conversation accepts more than the network', async () => {
    const { me, room, other } = await scenes.scene();
    const all: readonly CommandKind[] = scenes.world.network.capabilities.accepts;
    for (const id of [room, scenes.world.directTo(other.nick)]) {
      for (const kind of me.session.capabilitiesOf?.(id).accepts ?? []) {
        expect(all).toContain(kind);
        expect(lacks).not.toContain(kind);
      }
    }
  });

  test('every kind of event that it reports can be seen, and no other', { timeout: 120_000 }, async () => {
    const seen = new Set<string>(driver.unreported);
    const bringAbout = async (kind: EventKind): Promise<void> => {
      const it = await scenes.scene();
      await scenes.world.provoke(kind, it);
      if (!driver.unreported.includes(kind)) await it.me.until(kind);
      for (const event of it.me.events) seen.add(event.kind);
    };
    await Promise.all(able.reports.map(bringAbout));
    expect([...seen].toSorted()).toEqual(able.reports.toSorted());
  });

  test.each(able.answers)('the question %s is answered', async (kind) => {
    const it = await scenes.scene();
    expect(await it.me.session.ask?.(await scenes.world.question(kind, it))).toBeDefined();
  });
}
