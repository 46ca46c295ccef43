// A sync token that the homeserver has forgotten, as happens when its database was restored: what was said since it was given is asked for
// room by room, as if one sync had left it all out, and the user is told that it may not be everything.

import type { KeptEvent } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import type { Directs } from './directs.ts';
import { type Fields, fields, text, texts } from './fields.ts';
import type { Me } from './me.ts';
import type { Rooms } from './rooms.ts';

export interface LostParts {
  readonly me: Me;
  readonly rooms: Rooms;
  readonly directs: Directs;
}

/**
 * `first`: a sync from now on. @returns it with a gap in each room that is open here and in each direct chat, and what is told of that.
 * @throws BridgeError by rejection.
 */
export async function lostSince(
  { me, rooms, directs }: LostParts,
  first: Fields,
): Promise<{ readonly sync: Fields; readonly kept: readonly KeptEvent[] }> {
  const token = text(first['next_batch']);
  const joined = new Set(texts((await me.api.get('joined_rooms'))['joined_rooms']));
  // Without a token it goes back from the end.
  const gap = { limited: true };
  const there: Record<string, Fields> = {};
  const left: Record<string, Fields> = {};
  for (const roomId of new Set([...rooms.ids, ...directs.rooms])) {
    if (joined.has(roomId)) there[roomId] = { timeline: gap };
    else if (rooms.conversationOf(roomId) !== undefined) left[roomId] = { timeline: { ...gap, events: [leaving(me)] } };
  }
  const sync = { ...first, rooms: { ...fields(first['rooms']), join: there, leave: left } };
  const event = {
    kind: 'told',
    account: me.account.key,
    text: words`Matrix has lost track of what was shown here: something that was said in the meantime may be missing.`,
  } as const;
  return { sync, kept: [{ id: `lost/${token}`, event }] };
}

/** Who put her out is not known. */
function leaving({ userId, host }: Me): Fields {
  const at = host.clock.now();
  const content = { membership: 'leave' };
  return { type: 'm.room.member', state_key: userId, sender: userId, content, origin_server_ts: at };
}
