// What a person writes to name somebody or a room: as the network writes it, one of our addresses, or a URI of that address (RFC 5122, RFC 3860).

import { BridgeError } from '../model/errors.ts';
import type { UserId } from '../model/ids.ts';
import type { Place } from '../model/network.ts';
import type { FeatureHost } from './feature.ts';

/** `xmpp:` as it is; `im:` and `pres:` with the localpart as people read it. */
const URI = /^(?:(xmpp)|im|pres):([^?#]*)/i;
/** XEP-0106 3.2. */
const ESCAPED = /["&'/:<>@ ]/g;

/**
 * @param field of a form, for the error to name.
 * @throws BridgeError `malformed` with a text that says what is expected.
 */
export function typedPlace(host: FeatureHost, typed: string, asker: UserId, field?: string): Place {
  const written = typed.trim();
  const place = host.addressOf(addressIn(written) ?? written)?.place;
  if (place !== undefined || field === undefined) return place ?? host.gateway.network.parse(written, asker);
  try {
    return host.gateway.network.parse(written, asker);
  } catch (thrown) {
    if (thrown instanceof BridgeError) throw new BridgeError(thrown.code, thrown.text, { field });
    throw thrown;
  }
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
