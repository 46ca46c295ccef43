// What may go over a link: one bad stanza of ours ends the stream for everybody (CORE-1, CORE-11, CORE-12), and one bad address of theirs
// must not end anything.

import { splitJid } from './jid.ts';
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
    const end = xml.indexOf('>');
    const from = attribute(xml, ' from=', end);
    if (from === undefined) return 'no from';
    if (!this.#options.domains.has(splitJid(from).domain)) return `from ${from} is not ours to use`;
    const to = attribute(xml, ' to=', end);
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
    if (!this.#options.domains.has(splitJid(to).domain)) return 'not for a domain of ours';
    return undefined;
  }
}

function attribute(xml: string, name: string, end: number): string | undefined {
  const start = xml.indexOf(name);
  if (start === -1 || start > end) return undefined;
  const value = start + name.length;
  const quote = xml.charAt(value);
  if (quote !== "'" && quote !== '"') return undefined;
  return xml.slice(value + 1, xml.indexOf(quote, value + 1));
}

/** Whether it has the shape of an address (RFC 7622, 3.1); preparation is the server's business. */
export function isJid(text: string): boolean {
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
