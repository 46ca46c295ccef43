// Written names of Matrix, in both directions (conformance: identifiers of the Matrix specification, appendices): people `juliet:example.org`,
// rooms `#verona:example.org` and `!opaque:example.org`, `matrix:` URIs and links of matrix.to.

import { BridgeError } from '../../src/model/errors.ts';
import { type ConversationId, conversationId } from '../../src/model/ids.ts';
import type { Place } from '../../src/model/network.ts';
import { words } from '../../src/model/words.ts';

const MOST_BYTES = 255;
const MOST_HINTS = 1_000;
const SERVER = /^(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:.]+\])(?::[1-9]\d{0,4})?$/;
/** Old accounts and rooms have nearly any character in their names. */
const LOCAL = /^[^\s:\p{Cc}\p{Cs}\p{Cf}]+$/u;
/** A person's name that begins so keeps its sigil, or it would be taken for a room's. */
const SIGIL = /^[!#$+@]/;

/** The server's part of an id; empty where it has none (rooms from version 12 on). */
export function serverOf(id: string): string {
  const colon = id.indexOf(':');
  return colon < 0 ? '' : id.slice(colon + 1);
}

/** `@juliet:example.org` is called `juliet` where nobody gave another name. */
export function localOf(id: string): string {
  const colon = id.indexOf(':');
  return id.slice(1, colon < 0 ? undefined : colon);
}

export const isRoomId = (id: string): boolean => id.startsWith('!');
export const isAlias = (id: string): boolean => id.startsWith('#');

/** Undefined for what is no user id. */
export function personOf(conversation: ConversationId): string | undefined {
  if (isRoomId(conversation) || isAlias(conversation)) return undefined;
  return conversation.startsWith('@') ? conversation : `@${conversation}`;
}

/** The direct conversation with somebody; `person` is a user id. */
export function directWith(person: string): ConversationId {
  const bare = person.slice(1);
  return conversationId(SIGIL.test(bare) ? person : bare);
}

function isNamed(sigilled: string): boolean {
  if (Buffer.byteLength(sigilled) > MOST_BYTES) return false;
  const bare = sigilled.slice(1);
  const colon = bare.indexOf(':');
  if (colon < 0) return sigilled.startsWith('!') && LOCAL.test(bare);
  return LOCAL.test(bare.slice(0, colon)) && SERVER.test(bare.slice(colon + 1));
}

export function placeOf(conversation: ConversationId): Place | undefined {
  const person = personOf(conversation);
  if (person !== undefined) {
    // One name for one person: the sigil stands only where it has to.
    if (!isNamed(person) || directWith(person) !== conversation) return undefined;
    return { conversation, kind: 'direct', uri: `matrix:u/${escaped(person)}` };
  }
  if (!isNamed(conversation)) return undefined;
  const kind = isAlias(conversation) ? 'r' : 'roomid';
  return { conversation, kind: 'group', uri: `matrix:${kind}/${escaped(conversation)}` };
}

export interface NamesOptions {
  /** What stands behind a name without a server; undefined: such a name is no address. */
  readonly serverName: string | undefined;
}

export class Names {
  readonly #serverName: string | undefined;
  /** Servers that were named with a room's id and can let somebody in: a cache, never part of an address. */
  readonly #hints = new Map<string, readonly string[]>();

  constructor({ serverName }: NamesOptions) {
    this.#serverName = serverName;
  }

  /** Whatever a person might type; `home` is the server of her account. @throws BridgeError `malformed`. */
  parse(typed: string, home = this.#serverName): Place {
    const written = typed.trim();
    const { name, via } = uriIn(written) ?? { name: written, via: [] };
    const place = typedPlace(name, home);
    if (place === undefined) throw expected(written, home);
    if (via.length > 0) this.hint(place.conversation, via);
    return place;
  }

  /** Servers through which the room can be joined. */
  via(room: string): readonly string[] {
    const own = serverOf(room);
    return [...new Set([...(this.#hints.get(room) ?? []), ...(own === '' ? [] : [own])])];
  }

  hint(room: string, servers: readonly string[]): void {
    const known = servers.filter((server) => SERVER.test(server)).slice(0, 5);
    if (known.length === 0 || !isRoomId(room)) return;
    this.#hints.delete(room);
    this.#hints.set(room, known);
    const [oldest] = this.#hints.keys();
    if (this.#hints.size > MOST_HINTS && oldest !== undefined) this.#hints.delete(oldest);
  }
}

function typedPlace(name: string, home: string | undefined): Place | undefined {
  const isBare = !/^[@#!]/.test(name);
  const sigilled = isBare ? `@${name}` : name;
  const colon = sigilled.indexOf(':');
  if (colon >= 0) return placed(`${sigilled.slice(0, colon)}:${sigilled.slice(colon + 1).toLowerCase()}`);
  // A word alone may be anything: only with a sigil is it surely a name.
  if (isRoomId(sigilled)) return placed(sigilled);
  return isBare || home === undefined ? undefined : placed(`${sigilled}:${home}`);
}

function expected(written: string, server = 'example.org'): BridgeError {
  const forms = words`@name:${server}, #room:${server}, !id:${server}, a matrix: address or a link of matrix.to`;
  const text =
    written === ''
      ? words`Nothing was given; write ${forms}.`
      : words`“${written.slice(0, 100)}” is not a Matrix address; write ${forms}.`;
  return new BridgeError('malformed', text);
}

function placed(sigilled: string): Place | undefined {
  return placeOf(sigilled.startsWith('@') ? directWith(sigilled) : conversationId(sigilled));
}

interface Uri {
  readonly name: string;
  readonly via: readonly string[];
}

const SIGILS: Readonly<Record<string, string>> = { u: '@', user: '@', r: '#', room: '#', roomid: '!' };

/** Undefined for what is no URI at all. */
function uriIn(written: string): Uri | undefined {
  const [, kind, id, query] =
    /^matrix:(?:\/\/[^/]*\/)?([a-z]+)\/([^/?#]+)(?:\/[^?#]*)?(?:\?([^#]*))?(?:#.*)?$/i.exec(written) ?? [];
  if (kind !== undefined && id !== undefined) {
    const sigil = SIGILS[kind.toLowerCase()];
    return { name: sigil === undefined ? '' : sigil + unescaped(id), via: viaIn(query) };
  }
  const [, link, linkQuery] =
    /^https?:\/\/(?:www\.)?matrix\.to\/#\/([^/?]+)(?:\/[^?]*)?(?:\?(.*))?$/i.exec(written) ?? [];
  return link === undefined ? undefined : { name: unescaped(link), via: viaIn(linkQuery) };
}

function viaIn(query: string | undefined): readonly string[] {
  return query === undefined ? [] : new URLSearchParams(query).getAll('via');
}

function escaped(sigilled: string): string {
  return encodeURIComponent(sigilled.slice(1)).replaceAll('%3A', ':');
}
function unescaped(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
