// What Matrix can do here, as data: of the network, of rooms and of direct chats.

import type { Capabilities } from '../../src/model/capabilities.ts';
import type { Place } from '../../src/model/network.ts';

const OF_BOTH = ['say', 'edit', 'retract', 'react', 'type', 'display'] as const;
const OF_ROOMS = [
  'join',
  'leave',
  'moderate',
  'setTopic',
  'setPicture',
  'setRank',
  'eject',
  'invite',
  'decline',
] as const;
const OF_PEOPLE = ['answer'] as const;
const OF_ACCOUNTS = ['setNick', 'appear'] as const;
const KINDS = [...OF_BOTH, ...OF_ROOMS, ...OF_PEOPLE, ...OF_ACCOUNTS] as const;
export type MatrixKind = (typeof KINDS)[number];

/** An event has 64 KiB: the text stands in it twice where it is marked or edited, and JSON writes some characters longer. */
const TEXT_BYTES = 12_000;

function capabilities(presence: boolean, kinds: readonly MatrixKind[]): Capabilities<MatrixKind> {
  return {
    accepts: presence ? kinds : kinds.filter((kind) => kind !== 'appear'),
    reports: [
      'opened',
      'closed',
      'joined',
      'left',
      'changed',
      'topicSet',
      'configured',
      'moved',
      'invited',
      'said',
      'edited',
      'retracted',
      'reacted',
      'typed',
      'displayed',
      'asked',
      ...(presence ? (['appeared'] as const) : []),
      'connected',
      'disconnected',
      'listed',
      'told',
    ],
    roomNicks: true,
    answers: ['profile', 'avatar', 'search', 'contacts', 'directory', 'history', 'members', 'preview'],
    text: {
      max: TEXT_BYTES,
      unit: 'bytes',
      lines: 'many',
      styles: ['strong', 'emphasis', 'strike', 'code', 'quote', 'link', 'mention'],
    },
    ownRooms: true,
    profiled: true,
    replies: true,
  };
}

/** The same for all conversations of a kind. */
export class Abilities {
  readonly network: Capabilities<MatrixKind>;
  readonly #ofKind: Readonly<Record<Place['kind'], Capabilities<MatrixKind>>>;

  constructor(presence: boolean) {
    this.network = capabilities(presence, KINDS);
    const direct = capabilities(presence, [...OF_BOTH, ...OF_PEOPLE, ...OF_ACCOUNTS]);
    this.#ofKind = { group: capabilities(presence, [...OF_BOTH, ...OF_ROOMS, ...OF_ACCOUNTS]), direct, server: direct };
  }
  of(kind: Place['kind']): Capabilities<MatrixKind> {
    return this.#ofKind[kind];
  }
}
