// What the echo network can do: everything, or plain lines only.

import type { Capabilities } from '../../src/model/capabilities.ts';
import { COMMAND_KINDS, type CommandKind } from '../../src/model/commands.ts';
import { EVENT_KINDS, type EventKind } from '../../src/model/events.ts';
import { QUERY_KINDS } from '../../src/model/queries.ts';

export const FULL: Capabilities = {
  accepts: COMMAND_KINDS,
  reports: EVENT_KINDS,
  answers: QUERY_KINDS,
  text: {
    max: 4_000,
    unit: 'characters',
    lines: 'many',
    styles: ['strong', 'emphasis', 'strike', 'code', 'quote', 'link', 'mention'],
  },
  attachments: { maxBytes: 10_000_000, mediaTypes: ['*/*'] },
  uniqueNicks: true,
  roomNicks: true,
  ownRooms: true,
  approval: true,
  profiled: true,
  replies: true,
  threads: true,
};

const PLAIN_COMMANDS = [
  'join',
  'leave',
  'say',
  'setTopic',
  'setNick',
  'eject',
  'appear',
] as const satisfies readonly CommandKind[];
const PLAIN_EVENTS = [
  'opened',
  'closed',
  'joined',
  'left',
  'changed',
  'topicSet',
  'invited',
  'said',
  'failed',
  'appeared',
  'connected',
  'disconnected',
  'told',
] as const satisfies readonly EventKind[];

export const PLAIN: Capabilities = {
  accepts: PLAIN_COMMANDS,
  reports: PLAIN_EVENTS,
  answers: ['directory', 'preview'],
  text: { max: 400, unit: 'bytes', lines: 'one', styles: [] },
  uniqueNicks: true,
};

/** On a server of its own (remote.ts). */
export const REMOTE_COMMANDS = [
  'join',
  'leave',
  'say',
  'setTopic',
  'setNick',
  'eject',
] as const satisfies readonly CommandKind[];

export const REMOTE: Capabilities<(typeof REMOTE_COMMANDS)[number]> = {
  accepts: REMOTE_COMMANDS,
  reports: [
    'opened',
    'closed',
    'joined',
    'left',
    'changed',
    'topicSet',
    'said',
    'delivered',
    'failed',
    'connected',
    'disconnected',
  ],
  answers: ['history'],
  text: { max: 4_000, unit: 'characters', lines: 'many', styles: [] },
  uniqueNicks: true,
};
