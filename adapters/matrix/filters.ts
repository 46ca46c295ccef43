// What a homeserver is asked to tell (client-server API, 6.4: filters), as small as it can be.

const NOTHING = { not_types: ['*'] };

const STATE = [
  'm.room.member',
  'm.room.name',
  'm.room.topic',
  'm.room.avatar',
  'm.room.canonical_alias',
  'm.room.power_levels',
  'm.room.join_rules',
  'm.room.create',
  'm.room.encryption',
  'm.room.tombstone',
];
const SAID = ['m.room.message', 'm.sticker', 'm.reaction', 'm.room.redaction', 'm.room.encrypted'];
const MOST_AT_ONCE = 50;

/** Nothing that was said before the account was linked: a place to begin from, and invitations. */
export const FIRST = JSON.stringify({
  presence: NOTHING,
  account_data: NOTHING,
  room: { timeline: { limit: 1, ...NOTHING }, state: NOTHING, ephemeral: NOTHING, account_data: NOTHING },
});

/** Some of the state of all rooms, and nothing else. */
function stateOnly(types: readonly string[]): string {
  const room = { timeline: { limit: 1, ...NOTHING }, ephemeral: NOTHING, account_data: NOTHING };
  const state = { types, lazy_load_members: true };
  return JSON.stringify({ presence: NOTHING, account_data: NOTHING, room: { ...room, state } });
}
/** What the rooms of the account are called, and how many people are there. */
export const NAMES = stateOnly(['m.room.name', 'm.room.canonical_alias', 'm.room.topic', 'm.room.member']);
export const CREATIONS = stateOnly(['m.room.create']);

export function following(presence: boolean): string {
  return JSON.stringify({
    presence: presence ? { types: ['m.presence'] } : NOTHING,
    account_data: { types: ['m.direct'] },
    room: {
      timeline: { limit: MOST_AT_ONCE, types: [...STATE, ...SAID], lazy_load_members: true },
      state: { types: STATE, lazy_load_members: true },
      ephemeral: { types: ['m.typing', 'm.receipt'] },
      account_data: NOTHING,
    },
  });
}

/** Of `/messages`. */
export const MESSAGES = JSON.stringify({ types: ['m.room.message', 'm.sticker'], lazy_load_members: true });
export const MISSED = JSON.stringify({ types: SAID, lazy_load_members: true });
/** Also who came and went. */
export const MISSED_IN_DIRECT = JSON.stringify({ types: [...SAID, 'm.room.member'], lazy_load_members: true });
