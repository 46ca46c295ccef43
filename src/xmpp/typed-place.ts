// What a person writes to name somebody or a room: as the network writes it, one of our addresses, or a URI of that address (RFC 5122, RFC 3860).

import { BridgeError } from '../model/errors.ts';
import type { UserId } from '../model/ids.ts';
import type { Place } from '../model/network.ts';
import { type Text, words } from '../model/words.ts';
import type { FeatureHost } from './feature.ts';
import { typedInto } from './forms.ts';
import type { Element } from './xml.ts';

/** `xmpp:` as it is; `im:` and `pres:` with the localpart as people read it. */
const URI = /^(?:(xmpp)|im|pres):([^?#]*)/i;
/** XEP-0106 3.2. */
const ESCAPED = /["&'/:<>@ ]/g;

/** @throws BridgeError `malformed` with a text that says what is expected, `not-found` where nobody here gets there. */
export function typedPlace(host: FeatureHost, typed: string, asker: UserId): Place {
  const written = typed.trim();
  const place = host.addressOf(addressIn(written) ?? written)?.place ?? host.gateway.network.parse(written, asker);
  if (place.unserved !== undefined) throw new BridgeError('not-found', place.unserved);
  return place;
}

/**
 * What was typed into a form.
 * @param kind what it has to be.
 * @throws BridgeError as `typedPlace`, and `malformed` for what is something else; with `field`.
 */
export function placeTypedInto(
  host: FeatureHost,
  { form, field, kind }: { readonly form: Element; readonly field: string; readonly kind: 'direct' | 'group' },
  asker: UserId,
): Place {
  try {
    const place = typedPlace(host, (typedInto(form)[field] ?? []).join(''), asker);
    if (place.kind === kind) return place;
    throw new BridgeError('malformed', kind === 'direct' ? noPerson(host, place) : noRoom(host, place));
  } catch (thrown) {
    if (thrown instanceof BridgeError) throw new BridgeError(thrown.code, thrown.text, { field });
    throw thrown;
  }
}

function noPerson({ gateway }: FeatureHost, { kind }: Place): Text {
  const { person } = gateway.network.prompt;
  return kind === 'group'
    ? words`That is a room, not a person. A person is written so: ${person}`
    : words`That is a server, not a person. A person is written so: ${person}`;
}

function noRoom({ gateway }: FeatureHost, { kind }: Place): Text {
  const { room = '' } = gateway.network.prompt;
  return kind === 'direct'
    ? words`That is a person, not a room. A room is written so: ${room}`
    : words`That is a server, not a room. A room is written so: ${room}`;
}

/** Undefined for what is no such URI. */
function addressIn(written: string): string | undefined {
  const [, isXmpp, path] = URI.exec(written) ?? [];
  if (path === undefined) return undefined;
  const jid = decoded(path);
  const at = jid.lastIndexOf('@');
  if (isXmpp !== undefined || at < 0) return jid;
  const local = jid.slice(0, at).replaceAll(ESCAPED, (char) => `\\${char.charCodeAt(0).toString(16)}`);
  return local + jid.slice(at);
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}
