// What may go over a link: one bad stanza of ours ends the stream for everybody (CORE-1, CORE-11, CORE-12), and one bad address of theirs
// must not end anything.

import { domainOf } from './jid.ts';
import { COMPONENT_NS, STREAM_NS, StreamParser } from './stream-parser.ts';
import type { Element } from './xml.ts';

/** RFC 7622, 3.1. */
const MAX_PART_BYTES = 1023;
const HEADER = Buffer.from(`<stream:stream xmlns='${COMPONENT_NS}' xmlns:stream='${STREAM_NS}'>`);
const STANZAS: ReadonlySet<string> = new Set(['message', 'presence', 'iq']);
// eslint-disable-next-line no-control-regex
const NOT_BARE = /[\u0000-\u0020\u007f"&'/:<>@]/;

export interface GuardOptions {
  /** The component's domain and whatever else it may speak for. */
  readonly domains: ReadonlySet<string>;
  /** Of a stanza going out, on the wire. */
  readonly maxSentBytes: number;
}

export class Guard {
  readonly #options: GuardOptions;
  constructor(options: GuardOptions) {
    this.#options = options;
  }

  /** Why a stanza of ours must not be sent; reads its start tag alone. Attribute values stand escaped in it. */
  refusal(xml: string): string | undefined {
    const { from, to } = addressesOf(xml);
    if (from === undefined) return 'no from';
    if (!this.#options.domains.has(domainOf(from))) return `from ${from} is not ours to use`;
    if (to === undefined || to === '') return 'no to';
    const { maxSentBytes } = this.#options;
    if (xml.length > maxSentBytes || (xml.length * 3 > maxSentBytes && Buffer.byteLength(xml) > maxSentBytes)) {
      return `more than ${maxSentBytes} bytes`;
    }
    return undefined;
  }

  /** Why a stanza from the server can't be handled. */
  fault(stanza: Element): string | undefined {
    const { from, to } = stanza.attrs;
    if (stanza.ns !== '' || !STANZAS.has(stanza.name)) return 'not a stanza';
    if (from === undefined || !isJid(from)) return 'no valid from';
    if (to === undefined || !isJid(to)) return 'no valid to';
    if (!this.#options.domains.has(domainOf(to))) return 'not for a domain of ours';
    return undefined;
  }
}

const SPACE = 0x20;
const APOSTROPHE = 0x27;
const SLASH = 0x2f;
const GREATER = 0x3e;

/** Of the start tag, attribute by attribute: a name may well contain ` to=`. */
function addressesOf(xml: string): { readonly from: string | undefined; readonly to: string | undefined } {
  let from: string | undefined;
  let to: string | undefined;
  let at = 1;
  while (at < xml.length && !ENDS_NAME.has(xml.charCodeAt(at))) at++;
  while (xml.charCodeAt(at) === SPACE) {
    const equals = xml.indexOf('=', at);
    const quote = xml.charCodeAt(equals + 1) === APOSTROPHE ? "'" : '"';
    const end = xml.indexOf(quote, equals + 2);
    if (equals === -1 || end === -1) break;
    const name = xml.slice(at + 1, equals);
    if (name === 'from') from = xml.slice(equals + 2, end);
    else if (name === 'to') to = xml.slice(equals + 2, end);
    at = end + 1;
  }
  return { from, to };
}
const ENDS_NAME: ReadonlySet<number> = new Set([SPACE, SLASH, GREATER]);

/** As nearly all are: no part of it can be too long in bytes. */
const PLAIN_JID = /^(?:[a-zA-Z0-9._#%+-]{1,300}@)?[a-zA-Z0-9.-]{1,300}(?:\/[!-~]{1,300})?$/;

/** Whether it has the shape of an address (RFC 7622, 3.1); preparation is the server's business. */
export function isJid(text: string): boolean {
  if (PLAIN_JID.test(text)) return true;
  const slash = text.indexOf('/');
  const bare = slash === -1 ? text : text.slice(0, slash);
  const at = bare.indexOf('@');
  const domain = bare.slice(at + 1);
  if (domain === '' || NOT_BARE.test(domain.replaceAll(':', '')) || tooLong(domain)) return false;
  if (at !== -1) {
    const local = bare.slice(0, at);
    if (local === '' || NOT_BARE.test(local) || tooLong(local)) return false;
  }
  if (slash === -1) return true;
  const resource = text.slice(slash + 1);
  return resource !== '' && !tooLong(resource);
}

const tooLong = (part: string): boolean => part.length * 3 > MAX_PART_BYTES && Buffer.byteLength(part) > MAX_PART_BYTES;

/** Why it is not exactly one well-formed stanza; slow, for tests. */
export function malformation(xml: string): string | undefined {
  let found = 0;
  let why: string | undefined;
  const parser = new StreamParser({
    onHeader: () => undefined,
    onStanza: () => {
      found++;
    },
    onRefused: (_, error) => {
      why = error.message;
    },
    onEnd: () => {
      why = 'ends the stream';
    },
    onError: (error) => {
      why = error.message;
    },
  });
  parser.write(HEADER);
  parser.write(Buffer.from(xml));
  return why ?? (found === 1 ? undefined : `${found} stanzas instead of one`);
}
