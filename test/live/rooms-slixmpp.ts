// slixmpp in rooms: a script that shows what it is sent, and what it was sent before by its id.

import type { RoomClient, RoomLogin } from './rooms.ts';
import { startSlixmpp } from './slixmpp.ts';

/** Resolves when it is signed in. */
export async function startSlixmppRooms(login: RoomLogin): Promise<RoomClient> {
  const slixmpp = await startSlixmpp(login);
  const does = (order: Readonly<Record<string, unknown>>): Promise<void> => slixmpp.does(order);
  const enters: RoomClient['enters'] = (room, nick) => does({ do: 'enter', room, nick });
  return {
    enters,
    leaves: (room) => does({ do: 'leave', room }),
    says: (room, text) => does({ do: 'say', room, text }),
    renames: (room, nick) => does({ do: 'rename', room, nick }),
    accepts: enters,
    readsBack: (room) => does({ do: 'older', room }),
    losesItsLine: () => slixmpp.untilIs('offline'),
    async view(room) {
      const { people = [], said = [], notes = [] } = slixmpp.all().findLast((one) => one.room === room) ?? {};
      return { people, said, notes };
    },
    words: {
      'nick taken': /^refused: conflict$/,
      kicked: /is out \[110, 307\]/,
      banned: /is out \[110, 301\]/,
      'let in no more': /^refused: forbidden$/,
      invited: /^invited by /,
    },
    transcript: () => slixmpp.transcript(),
    stop: () => slixmpp.stop(),
  };
}
