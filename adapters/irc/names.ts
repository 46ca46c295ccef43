// Written names of IRC: conversation ids (`#verona%libera`, `benvolio%libera`, `libera`), what people type, and `irc:` URIs
// (draft-butcher-irc-url), in both directions. Ids are folded by ASCII only and split at the last `%`.

import { BridgeError } from '../../src/model/errors.ts';
import { type ConversationId, conversationId, type ParticipantId, participantId } from '../../src/model/ids.ts';
import type { Place } from '../../src/model/network.ts';
import { joined, type Text, words } from '../../src/model/words.ts';
import { maskOf } from './bans.ts';
import { encodeBytes } from './bytes.ts';
import { foldAscii } from './casemapping.ts';
import { type IrcSettings, isHostName, isServerName, type ServerSettings, whyUnserved } from './settings.ts';

const CHANNEL_TYPES = '#&';
const MAX_NAME_BYTES = 400;
// eslint-disable-next-line no-control-regex
const NOT_IN_CHANNEL = /[\x00\x07\r\n ,]/;
// eslint-disable-next-line no-control-regex
const NOT_IN_NICK = /[\x00-\x20\x7f!@%,*?:#&]/;
const NICK_START = /^[$+~]/;
/** As IRC shows people. */
const MASK = /^([^\s!@%#&][^\s!@%]*)!([^\s!@]+@[^\s!@%]+)(?:%([^\s%]+))?$/;
const MOST_FORMS = 4;

export const isChannelName = (name: string): boolean =>
  name.length > 1 &&
  CHANNEL_TYPES.includes(name.charAt(0)) &&
  !NOT_IN_CHANNEL.test(name) &&
  encodeBytes(name).length <= MAX_NAME_BYTES;

export const isNick = (name: string): boolean =>
  name !== '' && !NOT_IN_NICK.test(name) && !NICK_START.test(name) && encodeBytes(name).length <= MAX_NAME_BYTES;

export const nickProblem = (nick: string): Text | undefined =>
  isNick(nick)
    ? undefined
    : words`On IRC a nick has none of ! @ % , * ? : # & and no spaces, and neither $, + nor ~ in front.`;

export interface IrcName {
  /** Channel or nick; empty for the server itself. */
  readonly name: string;
  /** Empty on a gateway fixed to one server. */
  readonly server: string;
}

/** What was typed; without a server where it says none. */
interface Typed {
  readonly name: string;
  readonly server: string | undefined;
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

  /** A mask, for bans in a channel: of a nick, or as it is written. */
  outsider(channel: ConversationId, id: ConversationId): ParticipantId | undefined {
    const { server } = this.split(channel);
    const place = this.place(id);
    const found = place && this.split(place.conversation);
    if (found !== undefined && (place?.kind !== 'direct' || found.server !== server)) return undefined;
    const suffix = `%${server}`;
    const written = this.#fixed === undefined && id.endsWith(suffix) ? id.slice(0, -suffix.length) : id;
    const mask = found === undefined ? maskOf(written) : `${found.name}!*@*`;
    return mask === undefined ? undefined : participantId(mask);
  }

  #placeOf(name: string, server: string): Place | undefined {
    const kind = name === '' ? 'server' : isChannelName(name) ? 'group' : isNick(name) ? 'direct' : undefined;
    if (kind === undefined) return undefined;
    const unserved = this.#whyUnserved(name, server);
    const uri = this.#uri(foldAscii(name), server, kind);
    return { conversation: this.conversation(name, server), kind, uri, ...(unserved !== undefined && { unserved }) };
  }

  #whyUnserved(name: string, server: string): Text | undefined {
    const why = whyUnserved(this.#settings, server);
    const [known] = this.#settings.servers.keys();
    const isNickAlone = name === '' && isNick(server) && !isHostName(server);
    if (why === undefined || known === undefined || !isNickAlone) return why;
    return joined([why, words`A nick is written ${server}%${known}.`], ' ');
  }

  #uri(name: string, server: string, kind: Place['kind']): string {
    const known = this.#fixed ?? this.#settings.servers.get(server);
    const port = known === undefined || known.port === 6697 || known.port === 6667 ? '' : `:${known.port}`;
    const host = known === undefined ? server : `${known.host.toLowerCase()}${port}`;
    const path = percentEncode(name);
    return `irc://${host}/${path}${kind === 'direct' ? ',isnick' : ''}`;
  }

  /**
   * @param accounts the servers of whoever typed it: a name without a server is meant on the only one.
   * @throws BridgeError `malformed`.
   */
  parse(text: string, accounts: readonly string[] = []): Place {
    const typed = text.trim();
    const found = /^ircs?:/i.test(typed) ? this.#parseUri(typed) : this.#parseWords(typed);
    const server = this.#server(found.server ?? this.#home(found.name, accounts));
    const place = this.#fixed === undefined && !isServerName(server) ? undefined : this.#placeOf(found.name, server);
    if (place === undefined || (place.kind === 'server' && typed === '')) throw this.#expected(typed);
    return place;
  }

  /** As it is surely understood, whoever types it. */
  example(name: string): string {
    const { servers, allowAnyServer } = this.#settings;
    const [first = 'irc.example.org', another] = servers.keys();
    const isOnly = this.#fixed !== undefined || (servers.size > 0 && another === undefined && !allowAnyServer);
    return isOnly ? name : `${name}%${first}`;
  }

  /** @throws BridgeError `malformed`. */
  parseServer(text: string): string {
    const server = this.#server(text.trim());
    if (this.#fixed === undefined && !isServerName(server)) throw this.#expected(text.trim());
    return server;
  }

  #expected(typed: string): BridgeError {
    const [server = 'irc.example.org'] = this.#settings.servers.keys();
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

  /** `#chan`, `nick`, `nick!user@host`, each alone or with `%server`, ` server`, ` on server`, `@server`; `server`. */
  #parseWords(typed: string): Typed {
    const [, nick, , ofMask] = MASK.exec(typed) ?? [];
    if (nick !== undefined) return { name: nick, server: ofMask };
    const at = typed.lastIndexOf('%');
    if (at >= 0) return { name: typed.slice(0, at), server: typed.slice(at + 1) };
    const [, name, link = '', server] = /^(\S+?)(\s+(?:(?:on|at)\s+)?|@)([^\s@]+)$/.exec(typed) ?? [];
    // Two words are no address, unless the second one surely is a server.
    const isServer = server !== undefined && (link.trim() !== '' || this.#isHost(server));
    if (name !== undefined && isServer) return { name, server };
    return this.#isHost(typed) ? { name: '', server: typed } : { name: typed, server: undefined };
  }

  #isHost(typed: string): boolean {
    return (
      isServerName(foldAscii(typed)) &&
      (isHostName(typed) || (this.#fixed === undefined && this.#settings.servers.has(foldAscii(typed))))
    );
  }

  /** Where a name is meant that says no server. @throws BridgeError `malformed` with all that it might mean. */
  #home(name: string, accounts: readonly string[]): string {
    if (this.#fixed !== undefined) return '';
    if (!isNick(name) && !isChannelName(name)) throw this.#expected(name);
    const { servers, allowAnyServer } = this.#settings;
    const [first = 'irc.example.org', ...others] = accounts.length > 0 ? accounts : servers.keys();
    const isOnly = others.length === 0 && (accounts.length > 0 || !allowAnyServer);
    if (isOnly) return first;
    const [last, ...more] = [first, ...others]
      .slice(0, MOST_FORMS)
      .map((server) => `${name}%${server}`)
      .reverse();
    const forms = more.length === 0 ? (last ?? '') : words`${more.reverse().join(', ')} or ${last ?? ''}`;
    throw new BridgeError('malformed', words`On which server is “${name.slice(0, 100)}”? Write ${forms}.`);
  }

  #parseUri(typed: string): Typed {
    const isPath = /^ircs?:(?:#|&|%23|%26)/i.test(typed);
    const match = /^ircs?:(?:\/\/)?([^/?]*)\/?([^?]*)(?:\?.*)?$/i.exec(isPath ? typed.replace(':', ':///') : typed);
    const authority = (match?.[1] ?? '').replace(/^[^@]*@/, '');
    const [target = '', ...flags] = (match?.[2] ?? '').split(',');
    const name = percentDecode(target);
    const isPerson = flags.some((flag) => /^is(nick|user)$/i.test(flag));
    const isBare = name !== '' && !isPerson && !CHANNEL_TYPES.includes(name.charAt(0));
    const server = authority === '' ? undefined : authority;
    return { name: isPerson ? name.replace(/!.*$/, '') : isBare ? `#${name}` : name, server };
  }

  /** The configured name for a host that is one of ours, whichever of the usual ports is meant. */
  #server(typed: string): string {
    const server = foldAscii(typed);
    const fixed = this.#fixed;
    if (fixed !== undefined) {
      if (server === '' || server === fixed.name || hostsOf(fixed).includes(server)) return '';
      throw new BridgeError('malformed', words`This gateway is for ${fixed.name} only.`);
    }
    const known = [...this.#settings.servers.values()];
    const found =
      known.find(({ name }) => name === server) ??
      known.find((one) => hostsOf(one).slice(0, 2).includes(server)) ??
      known.find((one) => hostsOf(one).includes(server));
    return found?.name ?? server.replace(/:6697$/, '');
  }
}

/** As it may be typed: those first that are surely meant so. */
function hostsOf({ host, port }: ServerSettings): readonly string[] {
  const name = host.toLowerCase();
  return [`${name}:${port}`, name, `${name}:6697`, `${name}:6667`];
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
