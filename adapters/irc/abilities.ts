// What IRC can do, as data: of the network, and narrowed to a channel, a person, the server.

import type { Capabilities } from '../../src/model/capabilities.ts';
import type { Place } from '../../src/model/network.ts';
import type { IrcSettings } from './settings.ts';

const OF_CHANNELS = ['join', 'leave', 'say', 'setTopic', 'setRank', 'eject', 'invite', 'configure'] as const;
const OF_PEOPLE = ['say', 'poke'] as const;
const OF_ACCOUNTS = ['setNick', 'appear', 'watch', 'raw'] as const;
const KINDS = [...OF_CHANNELS, 'poke', ...OF_ACCOUNTS] as const;
export type IrcKind = (typeof KINDS)[number];

/** About what is left of 512 bytes behind a usual prefix; longer texts are cut here into lines. */
const LINE_BYTES = 400;

function capabilities(settings: IrcSettings, accepts: readonly IrcKind[] = KINDS): Capabilities<IrcKind> {
  return {
    accepts,
    reports: [
      'opened',
      'closed',
      'joined',
      'left',
      'changed',
      'topicSet',
      'configured',
      'invited',
      'said',
      'failed',
      'connected',
      'disconnected',
      'told',
      'appeared',
    ],
    answers: ['profile', 'directory', 'preview', 'members', 'settings'],
    text: { max: LINE_BYTES * settings.maxLines * 4, unit: 'bytes', lines: 'many', styles: [] },
    uniqueNicks: true,
  };
}

/** The same for all conversations of a kind. */
export class Abilities {
  readonly network: Capabilities<IrcKind>;
  readonly #ofKind: Readonly<Record<Place['kind'], Capabilities<IrcKind>>>;

  constructor(settings: IrcSettings) {
    this.network = capabilities(settings);
    this.#ofKind = {
      group: capabilities(settings, [...OF_CHANNELS, ...OF_ACCOUNTS]),
      direct: capabilities(settings, [...OF_PEOPLE, ...OF_ACCOUNTS]),
      server: capabilities(settings, ['say', ...OF_ACCOUNTS]),
    };
  }
  of(kind: Place['kind']): Capabilities<IrcKind> {
    return this.#ofKind[kind];
  }
}
