// Pictures that forms show (XEP-0221), named by the hash of what they are made of (XEP-0231): kept for whoever was shown them, for as long as
// forms stay open.

import { createHash } from 'node:crypto';
import type { UserId } from '../model/ids.ts';
import type { Picture } from '../model/queries.ts';
import type { FeatureHost } from './feature.ts';
import { type Element, el } from './xml.ts';

export const BITS = 'urn:xmpp:bob';
export const MEDIA = 'urn:xmpp:media-element';
const KEPT_MS = 10 * 60_000;
const MOST_KEPT = 200;

const all = new WeakMap<FeatureHost, ShownPictures>();

/** Those of one gateway. */
export function shownPicturesOf(host: FeatureHost): ShownPictures {
  const known = all.get(host) ?? new ShownPictures(host);
  all.set(host, known);
  return known;
}

export class ShownPictures {
  readonly #host: FeatureHost;
  readonly #kept = new Map<string, { readonly picture: Picture; readonly until: number }>();

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  /** For a field of a form that she is shown. */
  media(user: UserId, picture: Picture): Element {
    const { bytes, mediaType } = picture;
    const cid = `sha1+${createHash('sha1').update(bytes).digest('hex')}@bob.xmpp.org`;
    const key = keyOf(user, cid);
    this.#kept.delete(key);
    this.#kept.set(key, { picture, until: this.#host.clock.monotonic() + KEPT_MS });
    const [oldest] = this.#kept.keys();
    if (this.#kept.size > MOST_KEPT && oldest !== undefined) this.#kept.delete(oldest);
    return el('media', { xmlns: MEDIA, ...sizeOf(picture) }, el('uri', { type: mediaType }, `cid:${cid}`));
  }

  /** Undefined where she was shown no such picture, or long ago. */
  get(user: UserId, cid: string): Picture | undefined {
    const kept = this.#kept.get(keyOf(user, cid));
    return kept !== undefined && kept.until > this.#host.clock.monotonic() ? kept.picture : undefined;
  }
}

const keyOf = (user: UserId, cid: string): string => `${user} ${cid}`;

const PNG_HEAD_BYTES = 24;

/** In pixels, where it is easily told (PNG 11.2.2). */
function sizeOf({ bytes, mediaType }: Picture): Readonly<Record<string, string>> {
  if (mediaType !== 'image/png' || bytes.length < PNG_HEAD_BYTES) return {};
  const head = new DataView(bytes.buffer, bytes.byteOffset);
  return { width: String(head.getUint32(16)), height: String(head.getUint32(20)) };
}
