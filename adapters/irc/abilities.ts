// What IRC can do, as data: of the network, and narrowed to a channel, a person, the server.

import type { Capabilities } from '../../src/model/capabilities.ts';
import type { Place } from '../../src/model/network.ts';
import type { Features } from './isupport.ts';
import { REDACTION } from './redaction.ts';
import type { IrcSettings } from './settings.ts';
import { passesOn, REACT, REPLY, TYPING } from './tags.ts';

const OF_CHANNELS = ['join', 'leave', 'say', 'setTopic', 'setRank', 'eject', 'invite', 'configure'] as const;
const OF_PEOPLE = ['say', 'poke'] as const;
const OF_ACCOUNTS = ['setNick', 'appear', 'watch', 'raw'] as const;
/** Where the server passes on the tags for it, or lets messages be taken back. */
const BY_SERVER = ['type', 'react', 'retract', 'moderate'] as const;
const KINDS = [...OF_CHANNELS, ...BY_SERVER, 'poke', ...OF_ACCOUNTS] as const;
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
      'typed',
      'reacted',
      'retracted',
    ],
    answers: ['profile', 'directory', 'preview', 'members', 'settings'],
    text: { max: LINE_BYTES * settings.maxLines * 4, unit: 'bytes', lines: 'many', cuts: true, styles: [] },
    uniqueNicks: true,
  };
}

type ByServer = (typeof BY_SERVER)[number] | 'reply';
type OfKind = Readonly<Record<Place['kind'], Capabilities<IrcKind>>>;

/** The same for all conversations of a kind on servers that can the same. */
export class Abilities {
  readonly network: Capabilities<IrcKind>;
  readonly #settings: IrcSettings;
  readonly #known = new Map<string, OfKind>();

  constructor(settings: IrcSettings) {
    this.#settings = settings;
    this.network = { ...capabilities(settings), mayLack: BY_SERVER };
  }

  /** On a server that has these capabilities and says this of itself. */
  on(features: Features, caps: ReadonlySet<string>): OfKind {
    const extras: readonly ByServer[] = [
      ...(passesOn(features, caps, TYPING) ? (['type'] as const) : []),
      ...(passesOn(features, caps, REACT) ? (['react'] as const) : []),
      ...(passesOn(features, caps, REPLY) ? (['reply'] as const) : []),
      ...(caps.has(REDACTION) ? (['retract', 'moderate'] as const) : []),
    ];
    const key = extras.join(' ');
    const known = this.#known.get(key) ?? this.#of(extras);
    this.#known.set(key, known);
    return known;
  }

  #of(extras: readonly ByServer[]): OfKind {
    const kinds = extras.filter((kind) => kind !== 'reply');
    const withReplies = (able: Capabilities<IrcKind>): Capabilities<IrcKind> =>
      extras.includes('reply') ? { ...able, replies: true } : able;
    const ofPeople = kinds.filter((kind) => kind !== 'moderate');
    return {
      group: withReplies(capabilities(this.#settings, [...OF_CHANNELS, ...kinds, ...OF_ACCOUNTS])),
      direct: withReplies(capabilities(this.#settings, [...OF_PEOPLE, ...ofPeople, ...OF_ACCOUNTS])),
      server: capabilities(this.#settings, ['say', ...OF_ACCOUNTS]),
    };
  }
}
