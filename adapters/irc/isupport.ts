// What a server says of itself in RPL_ISUPPORT (005): only what is used, and always well-formed whatever was sent.

import { type Fold, foldOf } from './casemapping.ts';

export interface Features {
  readonly fold: Fold;
  readonly channelTypes: string;
  /** Ranks highest first: mode letters and their signs, at equal places. */
  readonly prefixModes: string;
  readonly prefixSigns: string;
  /** CHANMODES: lists, always with a parameter, with one when set, without. */
  readonly modeKinds: readonly [lists: string, always: string, whenSet: string, never: string];
  /** Signs that may stand before a channel in a message for its operators. */
  readonly statusSigns: string;
  readonly network?: string;
  readonly nickLength?: number;
  /** Bytes, as are the next ones. */
  readonly topicLength?: number;
  readonly kickLength?: number;
  readonly awayLength?: number;
  readonly lineLength: number;
  readonly utf8Only: boolean;
  /** How many nicks MONITOR takes, 0 for as many as one likes; undefined: the server has none. */
  readonly monitor?: number;
  /** CLIENTTAGDENY: names of tags without their `+`, a star for all, with a `-` in front those that are let through all the same. */
  readonly deniedTags: readonly string[];
}

export const UNKNOWN_FEATURES: Features = {
  fold: foldOf(undefined),
  channelTypes: '#&',
  prefixModes: 'qaohv',
  prefixSigns: '~&@%+',
  modeKinds: ['beI', 'k', 'l', 'imnpstr'],
  statusSigns: '',
  lineLength: 512,
  utf8Only: false,
  deniedTags: [],
};

const unescape = (value: string): string =>
  value.replace(/\\x([0-9A-Fa-f]{2})/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));

function count(value: string, min: number, max: number): number | undefined {
  const number = /^\d{1,5}$/.test(value) ? Number(value) : Number.NaN;
  return number >= min && number <= max ? number : undefined;
}

/** The features after one 005 line; `tokens` are its parameters without our nick and the closing text. */
export function withTokens(features: Features, tokens: readonly string[]): Features {
  let now = features;
  for (const token of tokens) {
    const equals = token.indexOf('=');
    const key = (equals < 0 ? token : token.slice(0, equals)).toUpperCase();
    now = { ...now, ...readToken(key, equals < 0 ? '' : unescape(token.slice(equals + 1))) };
  }
  return now;
}

function readToken(key: string, value: string): Partial<Features> {
  switch (key) {
    case 'CASEMAPPING':
      return { fold: foldOf(value) };
    case 'CHANTYPES':
      return { channelTypes: value };
    case 'STATUSMSG':
      return { statusSigns: value };
    case 'NETWORK':
      return value === '' ? {} : { network: value };
    case 'UTF8ONLY':
      return { utf8Only: true };
    case 'CLIENTTAGDENY':
      return { deniedTags: value === '' ? [] : value.split(',') };
    case 'PREFIX':
      return readPrefix(value);
    case 'CHANMODES': {
      const [lists = '', always = '', whenSet = '', never = ''] = value.split(',');
      return { modeKinds: [lists, always, whenSet, never] };
    }
    default:
      return readLength(key, value);
  }
}

function readPrefix(value: string): Partial<Features> {
  if (value === '') return { prefixModes: '', prefixSigns: '' };
  const match = /^\(([^)]*)\)(.*)$/.exec(value);
  const [, modes, signs] = match ?? [];
  return modes === undefined || signs === undefined || modes.length !== signs.length
    ? {}
    : { prefixModes: modes, prefixSigns: signs };
}

const LENGTHS: ReadonlyMap<string, Length> = new Map([
  ['NICKLEN', { name: 'nickLength', min: 1, max: 512 }],
  ['TOPICLEN', { name: 'topicLength', min: 1, max: 4096 }],
  ['KICKLEN', { name: 'kickLength', min: 1, max: 4096 }],
  ['AWAYLEN', { name: 'awayLength', min: 1, max: 4096 }],
  ['LINELEN', { name: 'lineLength', min: 512, max: 16_384 }],
]);
interface Length {
  readonly name: 'nickLength' | 'topicLength' | 'kickLength' | 'awayLength' | 'lineLength';
  readonly min: number;
  readonly max: number;
}

function readLength(key: string, value: string): Partial<Features> {
  if (key === 'MONITOR') return { monitor: count(value, 1, 99_999) ?? 0 };
  const length = LENGTHS.get(key);
  const counted = length && count(value, length.min, length.max);
  return length === undefined || counted === undefined ? {} : { [length.name]: counted };
}
