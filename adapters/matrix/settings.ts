// The operator's block of the config, and what it means: which homeservers, and how much is asked of them.

import { wrongSetting } from '../../src/model/errors.ts';
import type { Answers, ConfigField } from '../../src/model/form.ts';

export const SETTINGS: readonly ConfigField[] = [
  {
    type: 'text',
    name: 'homeserver',
    label: 'Base URL of the only homeserver of this gateway',
    help: 'Such as https://matrix.example.org. Left out: the homeserver of the Matrix id that people sign in with.',
    pattern: /^https?:\/\/[^\s/?#]+(?:\/[^\s?#]*)?$/,
  },
  {
    type: 'text',
    name: 'serverName',
    label: 'Name of that homeserver in Matrix ids',
    help: 'With it people may write @name and #room alone.',
    pattern: /^[A-Za-z0-9.[\]:-]+$/,
  },
  {
    type: 'list',
    name: 'privateHosts',
    label: 'Hosts of homeservers in private networks that people may sign in to',
    help: 'Every other host that leads to a private network is refused.',
  },
  { type: 'text', name: 'deviceName', label: 'What the device is called on Matrix', default: 'Viaduct' },
  { type: 'boolean', name: 'presence', label: 'Show and see who is online', default: true },
  {
    type: 'number',
    name: 'backfill',
    label: 'Messages fetched for a room after a long absence',
    default: 200,
    min: 0,
    max: 5_000,
  },
  {
    type: 'number',
    name: 'pollMs',
    label: 'Time that a homeserver may wait with its answer until something happens',
    default: 30_000,
    min: 100,
    max: 120_000,
  },
  { type: 'number', name: 'requestTimeoutMs', label: 'Time for a request', default: 30_000, min: 100, max: 600_000 },
  {
    type: 'number',
    name: 'patienceMs',
    label: 'Time without the homeserver before rooms are told',
    default: 20_000,
    min: 0,
    max: 3_600_000,
  },
];

export interface MatrixSettings {
  /** Base URL; undefined: any homeserver, by its `.well-known`. */
  readonly homeserver: string | undefined;
  readonly serverName: string | undefined;
  readonly privateHosts: ReadonlySet<string>;
  readonly deviceName: string;
  readonly presence: boolean;
  readonly backfill: number;
  readonly pollMs: number;
  readonly requestTimeoutMs: number;
  readonly patienceMs: number;
}

export function textOf(answers: Answers, name: string): string {
  const value = answers[name];
  return typeof value === 'string' ? value.trim() : '';
}
export function flagOf(answers: Answers, name: string, otherwise: boolean): boolean {
  const value = answers[name];
  return typeof value === 'boolean' ? value : otherwise;
}

function defaultOf(name: string): number {
  const field = SETTINGS.find((one) => one.name === name);
  return field?.type === 'number' ? (field.default ?? 0) : 0;
}

const LOOPBACK = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])$/;

/** @throws BridgeError `malformed` with `field`. */
export function readSettings(answers: Answers): MatrixSettings {
  const number = (name: string): number => {
    const value = answers[name];
    return typeof value === 'number' ? value : defaultOf(name);
  };
  const hosts = answers['privateHosts'];
  const serverName = textOf(answers, 'serverName').toLowerCase();
  return {
    homeserver: baseUrlIn(textOf(answers, 'homeserver')),
    serverName: serverName === '' ? undefined : serverName,
    privateHosts: new Set(Array.isArray(hosts) ? hosts.map((host) => String(host).toLowerCase()) : []),
    deviceName: textOf(answers, 'deviceName') || 'Viaduct',
    presence: flagOf(answers, 'presence', true),
    backfill: number('backfill'),
    pollMs: number('pollMs'),
    requestTimeoutMs: number('requestTimeoutMs'),
    patienceMs: number('patienceMs'),
  };
}

/** Tokens go in the clear only to the same machine. */
function baseUrlIn(typed: string): string | undefined {
  if (typed === '') return undefined;
  if (!URL.canParse(typed))
    throw wrongSetting('homeserver', 'The homeserver is a URL, such as https://matrix.example.org.');
  const url = new URL(typed);
  if (url.protocol === 'http:' && !LOOPBACK.test(url.hostname)) {
    throw wrongSetting('homeserver', 'A homeserver on another machine is reached by https only.');
  }
  return url.href.replace(/\/$/, '');
}
