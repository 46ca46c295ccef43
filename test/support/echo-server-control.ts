// Orders to the echo server from whoever drives it: people speak, come and go, and things go wrong. The list stands in echo-server.ts.

import type { Orders } from './driven-server.ts';
import { kindOf } from './echo-server-commands.ts';
import type { Hub } from './echo-server-hub.ts';
import type { Rank } from './echo-server-records.ts';
import { type JsonObject, optionalText, textField } from './json-lines.ts';

export const orders: Orders<Hub> = {
  speak: (hub, value) => ({
    ...hub.say({
      from: textField(value, 'from'),
      to: textField(value, 'to'),
      text: textField(value, 'text'),
      kind: kindOf(value),
    }),
  }),
  enter: (hub, value) => hub.enter(textField(value, 'room'), textField(value, 'who')),
  exit: (hub, value) => hub.exit(textField(value, 'room'), textField(value, 'who'), { why: 'left' }),
  eject: (hub, value) => {
    const by = textField(value, 'by');
    hub.exit(textField(value, 'room'), textField(value, 'who'), { why: 'ejected', by, text: 'out' });
  },
  rank: (hub, value) => hub.setRank(textField(value, 'room'), textField(value, 'who'), rankOf(value)),
  ban: (hub, value) => {
    const [room, who] = [textField(value, 'room'), textField(value, 'who')];
    hub.record({ t: 'banned', room, who });
    hub.exit(room, who, { why: 'ejected', by: 'the network' });
  },
  nick: (hub, value) => hub.setNick(textField(value, 'who'), textField(value, 'nick')),
  topic: (hub, value) => hub.setTopic(textField(value, 'room'), textField(value, 'text'), textField(value, 'by')),
  lock: (hub, value) => {
    const password = optionalText(value, 'password');
    const membersOnly = value['membersOnly'] === true;
    hub.record({
      t: 'locked',
      room: textField(value, 'room'),
      ...(password !== undefined && { password }),
      ...(membersOnly && { membersOnly }),
    });
  },
  fail: (hub, value) => {
    const [message, code, text] = [textField(value, 'message'), textField(value, 'code'), textField(value, 'text')];
    hub.event(textField(value, 'account'), { what: 'failed', in: textField(value, 'in'), message, code, text });
  },
  drop: (hub, value) => {
    const account = optionalText(value, 'account');
    for (const seat of hub.seats.values()) if (account === undefined || seat.name === account) seat.drop();
  },
  fault: (hub, value) => hub.faults.set(value),
  look: (hub) => ({
    online: [...hub.seats.keys()],
    rooms: [...hub.world.rooms.values()].map(({ id, people }) => ({ id, people: [...people.keys()] })),
    pending: [...hub.world.accounts.values()].map(({ name, pending }) => ({ name, pending: pending.length })),
  }),
};

function rankOf(value: JsonObject): Rank {
  const { rank } = value;
  return rank === 'owner' || rank === 'moderator' ? rank : 'member';
}
