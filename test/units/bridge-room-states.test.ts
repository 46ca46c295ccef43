// The table of a room's states, every cell of it.

import { expect, test } from 'vitest';
import { ROOM_TABLE, type RoomInput, type RoomState } from '../../src/bridge/room-states.ts';

const CELLS: Record<RoomState, Record<RoomInput, string>> = {
  closed: {
    join: 'opening wait sendJoin',
    leave: 'closed',
    lastLeave: 'closed',
    opened: 'open',
    closed: 'closed',
    gone: 'closed',
    refused: 'closed',
    timeout: 'closed',
    linkLost: 'closed',
    restore: 'closed',
    abandon: 'closed',
  },
  opening: {
    join: 'opening wait',
    leave: 'opening tellLeft',
    lastLeave: 'closing tellLeft sendLeave',
    opened: 'open snapshotToWaiting',
    closed: 'closed refuseWaiting',
    gone: 'opening',
    refused: 'closed refuseWaiting',
    timeout: 'closing refuseWaiting sendLeave',
    linkLost: 'opening',
    restore: 'opening',
    abandon: 'opening',
  },
  open: {
    join: 'open snapshot',
    leave: 'open tellLeft',
    lastLeave: 'closing tellLeft sendLeave',
    opened: 'open snapshotToJoined',
    closed: 'closed tellClosed',
    gone: 'open',
    refused: 'open',
    timeout: 'open',
    linkLost: 'lost tellClosed',
    restore: 'open',
    abandon: 'closing sendLeave',
  },
  closing: {
    join: 'opening wait sendJoin',
    leave: 'closing',
    lastLeave: 'closing',
    opened: 'closing',
    closed: 'closed',
    gone: 'closed',
    refused: 'closed',
    timeout: 'closed',
    linkLost: 'closed',
    restore: 'closing',
    abandon: 'closing',
  },
  lost: {
    join: 'opening wait sendJoin',
    leave: 'lost',
    lastLeave: 'lost',
    opened: 'open',
    closed: 'closed',
    gone: 'lost',
    refused: 'closed',
    timeout: 'lost',
    linkLost: 'lost',
    restore: 'opening sendJoin',
    abandon: 'lost',
  },
};

test.for(Object.keys(CELLS) as RoomState[])('a room that is %s', (state) => {
  const row = ROOM_TABLE[state];
  const written = Object.fromEntries(
    Object.entries(row).map(([input, { next, effects }]) => [input, [next, ...effects].join(' ')]),
  );
  expect(written).toEqual(CELLS[state]);
});

test('whoever waits is answered in every way out of opening', () => {
  for (const [input, { next, effects }] of Object.entries(ROOM_TABLE.opening)) {
    const answered = effects.some((effect) => ['snapshotToWaiting', 'refuseWaiting', 'tellLeft'].includes(effect));
    expect(next === 'opening' || answered, input).toBe(true);
  }
});
