// What IRC can do, as data: of the network, and narrowed to a channel, a person, the server.

import type { Capabilities } from '../../src/model/capabilities.ts';
import type { Place } from '../../src/model/network.ts';
import type { IrcSettings } from './settings.ts';

const OF_CHANNELS = ['join', 'leave', 'say', 'setTopic', 'setRank', 'eject', 'invite'] as const;
const OF_PEOPLE = ['say', 'poke'] as const;
const OF_ACCOUNTS = ['setNick', 'appear', 'raw'] as const;
const KINDS = [...OF_CHANNELS, 'poke', ...OF_ACCOUNTS] as const;
export type IrcKind = (typeof KINDS)[number];

/** About what is left of 512 bytes behind a usual prefix; longer texts are cut here into lines. */
const LINE_BYTES = 400;

export function capabilities(settings: IrcSettings, accepts: readonly IrcKind[] = KINDS): Capabilities<IrcKind> {
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
    ],
    answers: ['profile', 'directory', 'preview', 'members'],
    text: { max: LINE_BYTES * settings.maxLines * 4, unit: 'bytes', lines: 'many', styles: [] },
    uniqueNicks: true,
  };
}

export function capabilitiesOf(kind: Place['kind'] | undefined, settings: IrcSettings): Capabilities<IrcKind> {
  switch (kind) {
    case 'group':
      return capabilities(settings, [...OF_CHANNELS, ...OF_ACCOUNTS]);
    case 'direct':
      return capabilities(settings, [...OF_PEOPLE, ...OF_ACCOUNTS]);
    case 'server':
      return capabilities(settings, ['say', ...OF_ACCOUNTS]);
    case undefined:
      return capabilities(settings, OF_ACCOUNTS);
    default:
      return kind satisfies never;
  }
}
