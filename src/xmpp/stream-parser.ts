// Bytes of an XEP-0114 stream in, elements out: strict and within limits (RFC 6120, sections 4.9 and 11).

import { SaxesParser, type SaxesTagPlain } from 'saxes';
import { Interner, Utf8Decoder } from './stream-decoder.ts';
import { COMPONENT_NS, enterScope, NO_NAMESPACE, OUTERMOST, resolve, STREAM_NS, type Scope } from './stream-scope.ts';
import {
  STREAM_LIMITS,
  StreamError,
  type StreamLimits,
  tooDeep,
  tooLong,
  tooManyAttributes,
  type TooMuch,
} from './stream-error.ts';
import { type Attributes, Element } from './xml.ts';

export { STREAM_LIMITS, StreamError, type StreamLimits, type TooMuch } from './stream-error.ts';
export { COMPONENT_NS, NO_NAMESPACE, STREAM_NS } from './stream-scope.ts';

const SAXES = { xmlns: false, position: false, forceXMLVersion: true, defaultXMLVersion: '1.0' } as const;
const NOT_SPACE = /[^ \t\r\n]/;
const NOT_MARKUP = /^[ \t\r\n]*[^ \t\r\n<]/;
const LEADING_SPACE = /^[ \t\r\n]+/;

/** Called from within `write`; after `onEnd` or `onError` nothing more comes. */
export interface StreamHandler {
  onHeader(attrs: Attributes): void;
  /** Every child of the stream's root, stream errors and the handshake too. Must not throw. */
  onStanza(stanza: Element): void;
  /** A stanza beyond the limits: its start tag alone. Must not throw. */
  onRefused(stanza: Element, why: TooMuch): void;
  /** `</stream:stream>` */
  onEnd(): void;
  onError(error: StreamError): void;
}

export class StreamParser {
  readonly #handler: StreamHandler;
  readonly #limits: StreamLimits;
  // More than seven handlers make saxes five times slower (its object then turns into a dictionary), so what is refused anyway is
  // found in the text instead.
  readonly #saxes = new SaxesParser<typeof SAXES>(SAXES);
  readonly #decoder = new Utf8Decoder();
  readonly #addresses = new Interner();
  #seam = '';
  #done = false;
  #rootOpen = false;
  // Of the tag being read; walking over the finished ones costs a tenth of the time.
  #attributes = 0;
  #prefixed = false;
  readonly #scopes: Scope[] = [OUTERMOST];
  readonly #stack: Element[] = [];
  /** Within the stream's root; the stack ends at the stanza where that is refused. */
  #depth = 0;
  #refusal: TooMuch | undefined;
  #finished: Element | 'stream' | undefined;

  // Where the stanza being read begins: all positions count characters handed to saxes since the stream began.
  #text = '';
  #textStart = 0;
  #countedTo = 0;
  #pendingBytes = 0;
  #between = false;

  constructor(handler: StreamHandler, limits: Partial<StreamLimits> = {}) {
    this.#handler = handler;
    this.#limits = { ...STREAM_LIMITS, ...limits };
    this.#saxes.on('opentag', (tag) => this.#open(tag));
    this.#saxes.on('attribute', ({ name }) => {
      if (++this.#attributes > this.#limits.endAttributes) throw tooManyAttributes(this.#limits.endAttributes);
      if (name.includes(':') && name !== 'xml:lang') this.#prefixed = true;
    });
    this.#saxes.on('closetag', () => this.#close());
    this.#saxes.on('text', (text) => this.#addText(text));
    this.#saxes.on('cdata', (text) => this.#addText(text));
  }

  /** Never throws; ignores what comes after the end or an error. */
  write(bytes: Uint8Array): void {
    if (this.#done) return;
    try {
      this.#read(this.#decoder.decode(bytes));
      if (this.#decoder.broken) throw new StreamError('unsupported-encoding', 'not UTF-8');
    } catch (error) {
      this.#fail(error);
    }
  }

  /** No more calls of the handler, not even for what has been read already. */
  close(): void {
    this.#done = true;
  }

  #fail(error: unknown): void {
    // saxes looks whether a close tag fits only after it has told of it, and hasn't read on then.
    if (this.#saxes.position !== this.#countedTo) this.#handOn();
    if (this.#done) return;
    this.#done = true;
    if (error instanceof StreamError) this.#handler.onError(error);
    else
      this.#handler.onError(new StreamError('not-well-formed', error instanceof Error ? error.message : String(error)));
  }

  #read(text: string): void {
    const kept = this.#between ? text.replace(LEADING_SPACE, '') : text;
    if (kept === '') return;
    const refused = this.#refusedMarkup(kept);
    this.#text = refused === undefined ? kept : kept.slice(0, Math.max(0, refused.at));
    this.#saxes.write(this.#text);
    this.#handOn();
    if (this.#done) return;
    if (refused !== undefined) throw new StreamError('restricted-xml', refused.what);
    const end = this.#textStart + kept.length;
    const atBoundary = this.#depth === 0 && (this.#between || this.#countedTo > this.#textStart);
    const rest = atBoundary ? kept.slice(this.#countedTo - this.#textStart) : '';
    if (NOT_MARKUP.test(rest)) throw new StreamError('bad-format', 'text between stanzas');
    this.#between = atBoundary && !NOT_SPACE.test(rest);
    this.#pendingBytes = this.#between ? 0 : this.#sizeUpTo(end);
    this.#countedTo = this.#textStart = end;
    this.#checkSize(this.#pendingBytes);
    if (this.#pendingBytes > this.#limits.endBytes) throw tooLong(this.#limits.endBytes);
  }

  /** The first comment, document type or processing instruction, wherever packets cut it. */
  #refusedMarkup(text: string): Refused | undefined {
    const before = this.#seam;
    const seam = before + text.slice(0, 2);
    this.#seam = text.length > 1 ? text.slice(-2) : seam.slice(-2);
    const inSeam = before === '' ? undefined : findRefused(seam, this.#textStart - before.length);
    if (inSeam !== undefined) return { what: inSeam.what, at: inSeam.at - before.length };
    return findRefused(text, this.#textStart);
  }

  /** Bytes since the end of the last stanza. */
  #sizeUpTo(position: number): number {
    const from = this.#countedTo - this.#textStart;
    const to = position - this.#textStart;
    const ascii = this.#decoder.ascii;
    return this.#pendingBytes + (ascii ? to - from : Buffer.byteLength(this.#text.slice(from, to)));
  }

  #checkSize(bytes: number): void {
    const { stanzaBytes } = this.#limits;
    if (bytes <= stanzaBytes) return;
    if (!this.#rootOpen) throw tooLong(stanzaBytes);
    this.#refuse(tooLong(stanzaBytes));
  }

  #boundary(): void {
    const position = this.#saxes.position;
    this.#checkSize(this.#sizeUpTo(position));
    this.#pendingBytes = 0;
    this.#countedTo = position;
  }

  /** The stanza that is being read goes no further; only what is needed to tell its sender is kept. */
  #refuse(why: TooMuch): void {
    const [stanza] = this.#stack;
    if (this.#refusal !== undefined || stanza === undefined) return;
    this.#refusal = why;
    stanza.children.length = 0;
    this.#stack.length = 1;
  }

  #open(tag: SaxesTagPlain): void {
    this.#handOn();
    const count = this.#attributes;
    const prefixed = this.#prefixed;
    this.#attributes = 0;
    this.#prefixed = false;
    if (this.#rootOpen && ++this.#depth > this.#limits.endDepth) {
      throw tooDeep(this.#limits.endDepth);
    }
    if (this.#refusal !== undefined) return;
    const attrs = tag.attributes;
    const outer = this.#scopes[this.#scopes.length - 1] ?? OUTERMOST;
    const scope = prefixed || attrs['xmlns'] !== undefined ? enterScope(attrs, outer, prefixed) : outer;
    const colon = tag.name.indexOf(':');
    const ns = colon === -1 ? scope.plain : resolve(scope, tag.name, colon);
    if (!this.#rootOpen) {
      this.#openRoot(tag, ns, scope);
      return;
    }
    const parent = this.#stack[this.#stack.length - 1];
    // Prefixes are gone from here on: what they said must stand in xmlns wherever it isn't inherited.
    if (colon !== -1 || (ns !== (parent?.ns ?? '') && attrs['xmlns'] === undefined)) {
      attrs['xmlns'] = ns === '' ? COMPONENT_NS : ns === NO_NAMESPACE ? '' : ns;
    }
    const element = new Element(colon === -1 ? tag.name : tag.name.slice(colon + 1), attrs, ns);
    if (parent === undefined) this.#internAddresses(attrs);
    else parent.children.push(element);
    this.#scopes.push(scope);
    this.#stack.push(element);
    if (this.#depth > this.#limits.depth) this.#refuse(tooDeep(this.#limits.depth));
    if (count > this.#limits.attributes) this.#refuse(tooManyAttributes(this.#limits.attributes));
  }

  #openRoot(tag: SaxesTagPlain, ns: string, scope: Scope): void {
    if (tag.name !== 'stream:stream' || ns !== STREAM_NS) {
      throw new StreamError('invalid-namespace', `expected a stream header, got <${tag.name}/>`);
    }
    if (scope.plain !== '') {
      throw new StreamError('invalid-namespace', `the peer speaks ${scope.plain}, not ${COMPONENT_NS}`);
    }
    this.#rootOpen = true;
    this.#scopes.push(scope);
    this.#boundary();
    this.#handler.onHeader(tag.attributes);
  }

  /** The addresses recur, and a slice of the packet that is kept somewhere would keep the whole packet. */
  #internAddresses(attrs: Attributes): void {
    const from = attrs['from'];
    if (from !== undefined) attrs['from'] = this.#addresses.intern(from);
    const to = attrs['to'];
    if (to !== undefined) attrs['to'] = this.#addresses.intern(to);
  }

  #close(): void {
    this.#handOn();
    if (this.#depth === 0) {
      this.#boundary();
      this.#finished = 'stream';
      return;
    }
    if (--this.#depth === 0) {
      this.#boundary();
      this.#finished = this.#stack[0];
      this.#stack.length = 0;
      this.#scopes.length = 2;
    } else if (this.#refusal === undefined) {
      this.#stack.pop();
      this.#scopes.pop();
    }
  }

  /** What has been closed, once its close tag is known to fit. */
  #handOn(): void {
    const finished = this.#finished;
    if (finished === undefined) return;
    const refusal = this.#refusal;
    this.#finished = this.#refusal = undefined;
    if (this.#done) return;
    if (finished === 'stream') {
      this.#done = true;
      this.#handler.onEnd();
    } else if (refusal === undefined) {
      this.#handler.onStanza(finished);
    } else {
      this.#handler.onRefused(finished, refusal);
    }
  }

  #addText(text: string): void {
    this.#handOn();
    if (this.#refusal !== undefined) return;
    const parent = this.#stack[this.#stack.length - 1];
    if (parent === undefined) {
      if (NOT_SPACE.test(text)) throw new StreamError('bad-format', 'text between stanzas');
      return;
    }
    const last = parent.children.length - 1;
    const before = parent.children[last];
    if (typeof before === 'string') parent.children[last] = before + text;
    else parent.children.push(text);
  }
}

interface Refused {
  readonly what: string;
  readonly at: number;
}

/** `start` is where the text begins in the stream: at its very beginning there may be an XML declaration. */
function findRefused(text: string, start: number): Refused | undefined {
  const instruction = text.indexOf('<?', start === 0 && text.startsWith('<?') ? 1 : 0);
  const found = [
    { what: 'comment', at: text.indexOf('<!-') },
    { what: 'document type', at: text.indexOf('<!D') },
    { what: 'processing instruction', at: instruction },
  ].filter(({ at }) => at !== -1);
  return found.toSorted((a, b) => a.at - b.at)[0];
}
