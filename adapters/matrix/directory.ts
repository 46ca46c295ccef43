// The list of rooms: first those that the account is a member of, wherever it joined them, then the homeserver's public ones.

import { BridgeError } from '../../src/model/errors.ts';
import { conversationId } from '../../src/model/ids.ts';
import type { AnswerTo, DirectoryEntry, QueryOf } from '../../src/model/queries.ts';
import { words } from '../../src/model/words.ts';
import type { Directs } from './directs.ts';
import { type Fields, fields, list, number, type RoomEvent, roomEvent, text, texts } from './fields.ts';
import { NAMES } from './filters.ts';
import type { Me } from './me.ts';
import { localOf } from './names.ts';
import { nameAfter } from './room-names.ts';
import type { Rooms } from './rooms.ts';

export interface DirectoryParts {
  readonly me: Me;
  readonly rooms: Rooms;
  readonly directs: Directs;
}

type Directory = AnswerTo<'directory'>;

/** Page tokens: so many of her own rooms, or the homeserver's token behind it. */
const HERS = /^own:(\d+)$/;
const PUBLIC = 'public:';

/** @throws BridgeError by rejection. */
export async function directory(parts: DirectoryParts, query: QueryOf<'directory'>): Promise<Directory> {
  const { after, before, limit } = query;
  if (before !== undefined) throw new BridgeError('not-implemented', words`This list can be read forwards only.`);
  if (after?.startsWith(PUBLIC) === true) return await publicRooms(parts, after.slice(PUBLIC.length), limit);
  const from = Number(HERS.exec(after ?? '')?.[1] ?? 0);
  const all = await hers(parts);
  const entries = all.slice(from, from + limit);
  const left = limit - entries.length;
  if (left === 0) return { entries, next: from + limit < all.length ? `own:${from + limit}` : PUBLIC };
  const { entries: others, next, total } = await publicRooms(parts, '', left);
  return {
    entries: [...entries, ...others],
    ...(next !== undefined && { next }),
    ...(total !== undefined && { total: total + all.length }),
  };
}

/** What stands in the homeserver's own list. */
export function entryOf(room: Fields): DirectoryEntry {
  const conversation = conversationId(text(room['canonical_alias']) || text(room['room_id']));
  const people = number(room['num_joined_members']);
  const topic = text(room['topic']);
  return {
    conversation,
    name: text(room['name']) || conversation,
    ...(people !== undefined && { people }),
    ...(topic !== '' && { topic }),
  };
}

async function publicRooms({ me }: DirectoryParts, since: string, limit: number): Promise<Directory> {
  const query = { limit: String(limit), ...(since !== '' && { since }) };
  const [found, joined] = await Promise.all([
    me.api.request({ method: 'GET', path: ['publicRooms'], query }),
    me.api.get('joined_rooms'),
  ]);
  const isHers = new Set(texts(joined['joined_rooms']));
  const next = text(found['next_batch']);
  const total = number(found['total_room_count_estimate']);
  return {
    entries: list(found['chunk']).flatMap((one) => (isHers.has(text(one['room_id'])) ? [] : [entryOf(one)])),
    ...(next !== '' && { next: PUBLIC + next }),
    ...(total !== undefined && { total }),
  };
}

/** In one request, however many there are; it is no part of what the session follows. */
async function hers({ me, rooms, directs }: DirectoryParts): Promise<readonly DirectoryEntry[]> {
  const query = { filter: NAMES, timeout: '0', set_presence: me.presence };
  const answer = await me.api.request({ method: 'GET', path: ['sync'], query });
  const entries: DirectoryEntry[] = [];
  for (const [roomId, raw] of Object.entries(fields(fields(answer['rooms'])['join']))) {
    const room = fields(raw);
    const summary = fields(room['summary']);
    const people = number(summary['m.joined_member_count']);
    const all = (people ?? 0) + (number(summary['m.invited_member_count']) ?? 0);
    const opened = rooms.conversationOf(roomId);
    if (opened === undefined && directs.personOf(roomId) !== undefined && all <= 2) continue;
    const state = list(fields(room['state'])['events']).map(roomEvent);
    const of = (type: string, key: string): string =>
      text(state.find((event) => event.type === type && event.stateKey === '')?.content[key]);
    const alias = of('m.room.canonical_alias', 'alias');
    const conversation = opened ?? conversationId(alias || roomId);
    const topic = of('m.room.topic', 'topic');
    const name = of('m.room.name', 'name') || alias || afterPeople(state, texts(summary['m.heroes']), all - 1);
    entries.push({
      conversation,
      name: name || conversation,
      ...(people !== undefined && { people }),
      ...(topic !== '' && { topic }),
      isOwn: true,
    });
  }
  return entries.toSorted((one, other) => one.name.localeCompare(other.name));
}

function afterPeople(state: readonly RoomEvent[], heroes: readonly string[], others: number): string {
  const nameOf = (who: string): string => {
    const member = state.find(({ type, stateKey }) => type === 'm.room.member' && stateKey === who);
    return text(member?.content['displayname']).trim() || localOf(who);
  };
  return nameAfter(heroes.map(nameOf), others);
}
