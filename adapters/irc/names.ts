// Written names of IRC: conversation ids (`#verona%libera`, `benvolio%libera`, `libera`), what people type, and `irc:` URIs
// (draft-butcher-irc-url), in both directions. Ids are folded by ASCII only and split at the last `%`.

import { BridgeError } from '../../src/model/errors.ts';
import { type ConversationId, conversationId, type ParticipantId, participantId } from '../../src/model/ids.ts';
import type { Place } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';
import { encodeBytes } from './bytes.ts';
import { foldAscii } from './casemapping.ts';
import { type IrcSettings, isServerName, type ServerSettings } from './settings.ts';

const CHANNEL_TYPES = '#&';
const MAX_NAME_BYTES = 400;
// eslint-disable-next-line no-control-regex
const NOT_IN_CHANNEL = /[\x00\x07\r\n ,]/;
// eslint-disable-next-line no-control-regex
const NOT_IN_NICK = /[\x00-\x20\x7f!@%,*?:#&]/;
const NICK_START = /^[$+~]/;

export const isChannelName = (name: string): boolean =>
  name.length > 1 &&
  CHANNEL_TYPES.includes(name.charAt(0)) &&
  !NOT_IN_CHANNEL.test(name) &&
  encodeBytes(name).length <= MAX_NAME_BYTES;

export const isNick = (name: string): boolean =>
  name !== '' && !NOT_IN_NICK.test(name) && !NICK_START.test(name) && encodeBytes(name).length <= MAX_NAME_BYTES;

export interface IrcName {
  /** Channel or nick; empty for the server itself. */
  readonly name: string;
  /** Empty on a gateway fixed to one server. */
  readonly server: string;
}

export class Names {
  readonly #settings: IrcSettings;
  readonly #fixed: ServerSettings | undefined;

  constructor(settings: IrcSettings) {
    this.#settings = settings;
    this.#fixed = settings.fixedServer;
  }

  split(id: ConversationId): IrcName {
    if (this.#fixed !== undefined) return { name: id, server: '' };
    const at = id.lastIndexOf('%');
    return at < 0 ? { name: '', server: id } : { name: id.slice(0, at), server: id.slice(at + 1) };
  }

  conversation(name: string, server: string): ConversationId {
    return conversationId(this.#written(name, server));
  }
  participant(nick: string, server: string): ParticipantId {
    return participantId(this.#written(nick, server));
  }
  #written(name: string, server: string): string {
    const folded = foldAscii(name);
    if (this.#fixed !== undefined) return folded;
    return folded === '' ? server : `${folded}%${server}`;
  }

  /** Of an id that is known to be one. */
  kindOf(id: ConversationId): Place['kind'] {
    const isServer = this.#fixed === undefined ? !id.includes('%') : id === '';
    return isServer ? 'server' : CHANNEL_TYPES.includes(id.charAt(0)) ? 'group' : 'direct';
  }

  place(id: ConversationId): Place | undefined {
    const { name, server } = this.split(id);
    if (this.#fixed === undefined && !isServerName(foldAscii(server))) return undefined;
    return this.#placeOf(name, foldAscii(server));
  }

  #placeOf(name: string, server: string): Place | undefined {
    const kind = name === '' ? 'server' : isChannelName(name) ? 'group' : isNick(name) ? 'direct' : undefined;
    if (kind === undefined) return undefined;
    return { conversation: this.conversation(name, server), kind, uri: this.#uri(foldAscii(name), server, kind) };
  }

  #uri(name: string, server: string, kind: Place['kind']): string {
    const known = this.#fixed ?? this.#settings.servers.get(server);
    const port = known === undefined || known.port === 6697 || known.port === 6667 ? '' : `:${known.port}`;
    const host = known === undefined ? server : `${known.host.toLowerCase()}${port}`;
    const path = percentEncode(name);
    return `irc://${host}/${path}${kind === 'direct' ? ',isnick' : ''}`;
  }

  /** @throws BridgeError `malformed`. */
  parse(text: string): Place {
    const typed = text.trim();
    const found = /^ircs?:/i.test(typed) ? this.#parseUri(typed) : this.#parseWords(typed);
    const server = this.#server(found.server);
    const place = this.#fixed === undefined && !isServerName(server) ? undefined : this.#placeOf(found.name, server);
    if (place === undefined || (place.kind === 'server' && typed === '')) throw this.#expected(typed);
    return place;
  }

  #expected(typed: string): BridgeError {
    const [example] = this.#settings.servers.keys();
    const server = example ?? 'irc.example.org';
    const forms =
      this.#fixed === undefined
        ? words`#channel%${server}, nick%${server}, ${server} or irc://host/channel`
        : words`#channel, a nick or irc://host/channel`;
    const text =
      typed === ''
        ? words`Nothing was given; write ${forms}.`
        : words`“${typed.slice(0, 100)}” is not an IRC address; write ${forms}.`;
    return new BridgeError('malformed', text);
  }

  /** `#chan`, `#chan%server`, `#chan server`, `#chan@server`, `nick%server`, `server`. */
  #parseWords(typed: string): IrcName {
    const match = /^(\S+?)(?:\s+(?:on\s+|at\s+)?|@)([^\s@%]+)$/.exec(typed);
    const [, name, server] = match ?? [];
    if (name !== undefined && server !== undefined && !typed.includes('%')) return { name, server };
    const at = typed.lastIndexOf('%');
    if (at >= 0) return { name: typed.slice(0, at), server: typed.slice(at + 1) };
    if (this.#fixed !== undefined) return { name: typed, server: '' };
    if (isChannelName(typed)) return { name: typed, server: this.#onlyServer(typed) };
    return { name: '', server: typed };
  }

  // Without a server a channel is clear only where there is just one.
  #onlyServer(typed: string): string {
    const [only, another] = this.#settings.servers.keys();
    if (only === undefined || another !== undefined || this.#settings.allowAnyServer) throw this.#expected(typed);
    return only;
  }

  #parseUri(typed: string): IrcName {
    const match = /^ircs?:(?:\/\/)?([^/?]*)\/?([^?]*)(?:\?.*)?$/i.exec(typed);
    const authority = (match?.[1] ?? '').replace(/^[^@]*@/, '');
    const [target = '', ...flags] = (match?.[2] ?? '').split(',');
    const name = percentDecode(target);
    const isPerson = flags.some((flag) => /^is(nick|user)$/i.test(flag));
    const isBare = name !== '' && !isPerson && !CHANNEL_TYPES.includes(name.charAt(0));
    return { name: isPerson ? name.replace(/!.*$/, '') : isBare ? `#${name}` : name, server: authority };
  }

  /** The configured name for a host that is one of ours. */
  #server(typed: string): string {
    const server = foldAscii(typed);
    if (this.#fixed !== undefined) {
      const own = [
        this.#fixed.name,
        this.#fixed.host.toLowerCase(),
        `${this.#fixed.host.toLowerCase()}:${this.#fixed.port}`,
        '',
      ];
      if (own.includes(server)) return '';
      throw new BridgeError('malformed', words`This gateway is for ${this.#fixed.name} only.`);
    }
    if (this.#settings.servers.has(server)) return server;
    for (const known of this.#settings.servers.values()) {
      const host = known.host.toLowerCase();
      if (server === host || server === `${host}:${known.port}`) return known.name;
    }
    return server.replace(/:6697$/, '');
  }
}

function percentEncode(name: string): string {
  let out = '';
  for (const byte of encodeBytes(name)) {
    const char = String.fromCharCode(byte);
    out +=
      /[A-Za-z0-9._~#&-]/.test(char) && char !== '#' ? char : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return out;
}

function percentDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
