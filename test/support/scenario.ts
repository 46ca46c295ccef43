// Plays: a cast, and what its people send and receive, on real servers. Nothing may be left unread at the end; where a play fails, all
// that went over the wires is printed.

import { inject, test } from 'vitest';
import { Cast, type Person, World } from './world.ts';
import type { XmppClient } from './xmpp-client.ts';

export { at, GATEWAY, type Person, SERVER } from './world.ts';

interface Play {
  readonly world: World;
  readonly cast: Cast;
  readonly romeo: Person;
  readonly juliet: Person;
  readonly escalus: XmppClient;
  readonly irc: Cast['irc'];
}

/** `scenario(name, async ({ romeo, irc }) => ...)`: only those who are named take part. */
export const scenario = test.extend<Play>({
  // One for both ends: where it throws, what others hold would stay open.
  cast: async ({ task, onTestFailed }, use) => {
    const world = await World.open(inject('stage'));
    const cast = new Cast(world);
    onTestFailed(() => console.error(`${task.name}\n${cast.transcript}`));
    try {
      await use(cast);
      if (task.result?.state !== 'fail') await cast.nothingIsLeft();
    } finally {
      await cast.leave();
      await world.close();
    }
  },
  world: async ({ cast }, use) => use(cast.world),
  romeo: async ({ cast }, use) => use(await cast.person('romeo', 'orchard')),
  juliet: async ({ cast }, use) => use(await cast.person('juliet', 'balcony')),
  escalus: async ({ cast }, use) => use(await cast.administrator()),
  irc: async ({ cast }, use) => use(cast.irc),
});
