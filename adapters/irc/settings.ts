// The operator's block of the config, and what it means: servers, what guests may reach, pace.

import { BridgeError, wrongSetting } from '../../src/model/errors.ts';
import type { Answer, Answers, ConfigField } from '../../src/model/form.ts';
import { type Text, words } from '../../src/model/words.ts';
import { type Charset, charsetOf } from './bytes.ts';
import { foldAscii } from './casemapping.ts';

const LINES_PER_SECOND = 1;
const BURST = 5;

const SERVER_FIELDS: readonly ConfigField[] = [
  { type: 'text', name: 'host', label: 'Host name', required: true },
  { type: 'number', name: 'port', label: 'Port', help: '6697 with TLS, 6667 without.', min: 1, max: 65_535 },
  { type: 'boolean', name: 'tls', label: 'Use TLS', default: true },
  { type: 'boolean', name: 'verify', label: 'Check the certificate', default: true },
  {
    type: 'text',
    name: 'fingerprint',
    label: 'SHA-256 fingerprint of the certificate',
    help: 'Accept this certificate and no other, whoever signed it.',
    pattern: /^(?:[0-9a-fA-F]{2}:?){31}[0-9a-fA-F]{2}$/,
  },
  { type: 'secret', name: 'password', label: 'Server password' },
  {
    type: 'boolean',
    name: 'nickserv',
    label: 'Account passwords may go to NickServ',
    help: 'Where the server has no SASL, and over TLS only. Whoever holds that nick reads them: set it only if services hold it for good.',
    default: false,
  },
  { type: 'text', name: 'encoding', label: 'Character set of texts that are not UTF-8', default: 'windows-1252' },
  { type: 'boolean', name: 'sendEncoding', label: 'Write in that character set too', default: false },
  {
    type: 'number',
    name: 'linesPerSecond',
    label: 'Lines a second, 0 for no limit',
    default: LINES_PER_SECOND,
    min: 0,
    max: 10_000,
  },
  { type: 'number', name: 'burst', label: 'Lines that may go at once', default: BURST, min: 1, max: 10_000 },
];

export const SETTINGS: readonly ConfigField[] = [
  { type: 'map', name: 'servers', label: 'Servers by the names that people type', of: SERVER_FIELDS },
  {
    type: 'text',
    name: 'fixedServer',
    label: 'The only server of this gateway',
    help: 'A name under servers. Addresses then have no %server.',
  },
  {
    type: 'boolean',
    name: 'allowAnyServer',
    label: 'People may type the host name of any server',
    help: 'Hosts in private networks are refused unless they are listed.',
    default: false,
  },
  { type: 'text', name: 'realname', label: 'Real name of people who give none', default: 'Viaduct user' },
  { type: 'text', name: 'quitMessage', label: 'Message on leaving', default: 'Leaving' },
  { type: 'boolean', name: 'motd', label: 'Show the message of the day', default: false },
  { type: 'number', name: 'maxLines', label: 'Lines of one message', default: 8, min: 1, max: 1000 },
  { type: 'number', name: 'connectTimeoutMs', label: 'Time to connect', default: 30_000, min: 100, max: 600_000 },
  { type: 'number', name: 'joinTimeoutMs', label: 'Time to join a channel', default: 60_000, min: 100, max: 600_000 },
  {
    type: 'number',
    name: 'echoTimeoutMs',
    label: 'Time to confirm a message',
    default: 10_000,
    min: 100,
    max: 600_000,
  },
  {
    type: 'number',
    name: 'pingAfterMs',
    label: 'Silence before asking the server',
    default: 60_000,
    min: 100,
    max: 3_600_000,
  },
];

export interface ServerSettings {
  /** As people type it: a configured name or a host, with the port where it is not the usual one. */
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly verify: boolean;
  readonly fingerprint?: string;
  readonly password?: string;
  /** The nick NickServ is held by services, by the operator's word. */
  readonly nickserv: boolean;
  /** For texts that are not UTF-8. */
  readonly charset: Charset;
  readonly sendCharset: boolean;
  /** Flood control; 0 lines a second: none. */
  readonly linesPerSecond: number;
  readonly burst: number;
  /** By the operator: may be in a private network. */
  readonly listed: boolean;
}

export interface IrcSettings {
  readonly servers: ReadonlyMap<string, ServerSettings>;
  readonly fixedServer?: ServerSettings;
  readonly allowAnyServer: boolean;
  readonly realname: string;
  readonly quitMessage: string;
  readonly motd: boolean;
  readonly maxLines: number;
  readonly connectTimeoutMs: number;
  readonly joinTimeoutMs: number;
  readonly echoTimeoutMs: number;
  readonly pingAfterMs: number;
}

export function textOf(answers: Answers, name: string, otherwise = ''): string {
  const value = answers[name];
  return typeof value === 'string' ? value.trim() : typeof value === 'number' ? String(value) : otherwise;
}
export function flagOf(answers: Answers, name: string, otherwise: boolean): boolean {
  const value = answers[name];
  return typeof value === 'boolean' ? value : otherwise;
}
export function numberOf(answers: Answers, name: string, otherwise: number): number {
  const value = answers[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : otherwise;
}

function defaultNumber(name: string): number {
  const field = SETTINGS.find((candidate) => candidate.name === name);
  return field?.type === 'number' ? (field.default ?? 0) : 0;
}

const SERVER_NAME = /^[a-z0-9](?:[a-z0-9._-]*[a-z0-9])?$/;

/** @throws BridgeError `malformed` with `field`. */
export function readSettings(answers: Answers): IrcSettings {
  const servers = readServers(answers['servers']);
  const fixedName = foldAscii(textOf(answers, 'fixedServer'));
  const fixedServer = servers.get(fixedName);
  if (fixedName !== '' && fixedServer === undefined)
    throw wrongSetting('fixedServer', `fixedServer names "${fixedName}", which is not under servers.`);
  const allowAnyServer = flagOf(answers, 'allowAnyServer', false);
  if (servers.size === 0 && !allowAnyServer)
    throw wrongSetting('servers', 'No server can be reached: list one under servers, or set allowAnyServer.');
  const number = (name: string): number => numberOf(answers, name, defaultNumber(name));
  return {
    servers,
    ...(fixedServer === undefined ? {} : { fixedServer }),
    allowAnyServer,
    realname: textOf(answers, 'realname', 'Viaduct user') || 'Viaduct user',
    quitMessage: textOf(answers, 'quitMessage', 'Leaving'),
    motd: flagOf(answers, 'motd', false),
    maxLines: number('maxLines'),
    connectTimeoutMs: number('connectTimeoutMs'),
    joinTimeoutMs: number('joinTimeoutMs'),
    echoTimeoutMs: number('echoTimeoutMs'),
    pingAfterMs: number('pingAfterMs'),
  };
}

function readServers(answer: Answer | undefined): Map<string, ServerSettings> {
  const servers = new Map<string, ServerSettings>();
  if (typeof answer !== 'object' || Array.isArray(answer)) return servers;
  for (const [entry, answers] of Object.entries(answer)) {
    const name = foldAscii(entry);
    if (!SERVER_NAME.test(name))
      throw wrongSetting('servers', `"${entry}" can't name a server: letters, digits, . _ - only.`);
    if (servers.has(name)) throw wrongSetting('servers', `The server "${name}" stands there twice.`);
    servers.set(name, readServer(name, answers));
  }
  return servers;
}

function readServer(name: string, answers: Answers): ServerSettings {
  const host = textOf(answers, 'host');
  if (host === '') throw wrongSetting('servers', `The server "${name}" needs a host.`);
  const tls = flagOf(answers, 'tls', true);
  const fingerprint = textOf(answers, 'fingerprint');
  const password = textOf(answers, 'password');
  return {
    name,
    host,
    port: numberOf(answers, 'port', tls ? 6697 : 6667),
    tls,
    verify: flagOf(answers, 'verify', true),
    ...(fingerprint === '' ? {} : { fingerprint }),
    ...(password === '' ? {} : { password }),
    nickserv: flagOf(answers, 'nickserv', false),
    charset: readCharset(name, textOf(answers, 'encoding', 'windows-1252')),
    sendCharset: flagOf(answers, 'sendEncoding', false),
    linesPerSecond: numberOf(answers, 'linesPerSecond', LINES_PER_SECOND),
    burst: numberOf(answers, 'burst', BURST),
    listed: true,
  };
}

function readCharset(name: string, label: string): Charset {
  try {
    return charsetOf(label);
  } catch (cause) {
    throw wrongSetting('servers', `The server "${name}" has an encoding that is unknown: "${label}".`, cause);
  }
}

const HOST =
  /^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)*[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?::\d{1,5})?$|^\[[0-9a-f:.]+\](?::\d{1,5})?$/;

/** Could a server be called that? Whether there is one shows when it is connected to. */
export function isServerName(name: string): boolean {
  return name.length <= 255 && (SERVER_NAME.test(name) || HOST.test(name));
}

/** Could it only be a server's, because it has what no nick has? */
export const isHostName = (name: string): boolean => name.includes('.') || name.includes(':');

/** Undefined where people of this gateway may connect to it; empty is the fixed server. */
export function whyUnserved(settings: IrcSettings, name: string): Text | undefined {
  if (name === '' ? settings.fixedServer !== undefined : settings.servers.has(name)) return undefined;
  if (settings.allowAnyServer && isHostName(name)) return undefined;
  const known = [...settings.servers.keys()];
  if (known.length === 0) return words`There is no server “${name}” on this gateway.`;
  return words`There is no server “${name}” on this gateway. Known: ${known.slice(0, MOST_KNOWN).join(', ')}.`;
}
const MOST_KNOWN = 10;

const fallbackCharset = charsetOf('windows-1252');

/**
 * How to reach a server by the name people type.
 * @throws BridgeError `host-unknown` for one that is neither listed nor allowed.
 */
export function serverOf(settings: IrcSettings, name: string): ServerSettings {
  const known = name === '' ? settings.fixedServer : settings.servers.get(name);
  if (known !== undefined) return known;
  const unserved = whyUnserved(settings, name);
  if (unserved !== undefined) throw new BridgeError('host-unknown', unserved, { field: 'server' });
  const match = /^(.*?)(?::(\d{1,5}))?$/.exec(name);
  const port = Number(match?.[2] ?? 6697);
  if (port < 1 || port > 65_535)
    throw new BridgeError('host-unknown', words`${port} is not a port.`, { field: 'server' });
  return {
    name,
    host: match?.[1] ?? name,
    port,
    tls: true,
    verify: true,
    nickserv: false,
    charset: fallbackCharset,
    sendCharset: false,
    linesPerSecond: LINES_PER_SECOND,
    burst: BURST,
    listed: false,
  };
}
