// Names of people and rooms: `benvolio`, `#garden`. Canonical is lower case; a URI is `echo:person/benvolio` or `echo:room/garden`.

import { type ConversationId, conversationId } from '../../src/model/ids.ts';
import type { Place } from '../../src/model/network.ts';
import { type Text, words } from '../../src/model/words.ts';
import { malformed } from './errors.ts';

const NAME = /^[\p{Ll}\p{Lo}\p{Nd}][\p{Ll}\p{Lo}\p{Nd}_.-]{0,31}$/u;
const URI = /^echo:(room|person)\/(.+)$/i;

export function isName(text: string): boolean {
  return NAME.test(text) && text.normalize('NFC') === text;
}

/** Rooms and people differ in the first letter alone, and nobody is to be taken for a room. */
const NICK = /^[^\s#@\p{C}][^\s\p{C}]{0,31}$/u;

export const isNick = (text: string): boolean => NICK.test(text);

export const nickProblem = (nick: string): Text | undefined =>
  isNick(nick) ? undefined : words`A nick has at most 32 characters, no spaces, and neither # nor @ in front.`;

/** Whatever a person might type. @throws BridgeError `malformed`. */
export function parse(text: string): Place {
  const typed = text.trim();
  const uri = URI.exec(typed);
  const written =
    uri === null ? typed.replace(/^@/, '') : `${uri[1]?.toLowerCase() === 'room' ? '#' : ''}${unescaped(uri[2] ?? '')}`;
  const place = placeOf(conversationId(written.normalize('NFC').toLowerCase()));
  if (place === undefined) throw malformed(words`A name like benvolio, or a room like #garden, is expected here.`);
  return place;
}

export function placeOf(id: ConversationId): Place | undefined {
  const isRoom = id.startsWith('#');
  const name = isRoom ? id.slice(1) : id;
  if (!isName(name)) return undefined;
  const path = isRoom ? 'room' : 'person';
  return { conversation: id, kind: isRoom ? 'group' : 'direct', uri: `echo:${path}/${encodeURIComponent(name)}` };
}

function unescaped(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    throw malformed(words`That is not a valid echo: address.`);
  }
}
