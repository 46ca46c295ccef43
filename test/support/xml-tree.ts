// XML as the tests read it: a strict parser of its own, so that what the gateway writes is judged by something it does not use itself.

import { StringDecoder } from 'node:string_decoder';
import { SaxesParser, type SaxesTagNS } from 'saxes';

export interface XmlNode {
  /** Without prefix. */
  readonly name: string;
  /** Empty for the stanza namespaces, so that one pattern fits components, clients and servers. */
  readonly ns: string;
  /** Namespace declarations left out. */
  readonly attrs: Readonly<Record<string, string>>;
  readonly children: readonly (XmlNode | string)[];
}

const STANZA_NAMESPACES = new Set(['jabber:component:accept', 'jabber:client', 'jabber:server', '']);

export interface StreamReaderEvents {
  onHeader(attrs: Readonly<Record<string, string>>): void;
  /** A child of the stream's root, as it was read and as it was written. */
  onElement(node: XmlNode, raw: string): void;
  onEnd(): void;
  onError(error: Error): void;
}

interface Open {
  readonly name: string;
  readonly ns: string;
  readonly attrs: Record<string, string>;
  readonly children: (XmlNode | string)[];
}

/** Reads one stream; bytes may be cut anywhere. */
export class StreamReader {
  readonly #saxes = new SaxesParser({ xmlns: true });
  readonly #decoder = new StringDecoder('utf8');
  readonly #stack: Open[] = [];
  #rootOpen = false;
  #raw = '';
  #rawStart = 0;
  #failed = false;

  constructor(events: StreamReaderEvents) {
    this.#saxes.on('opentag', (tag) => {
      if (this.#rootOpen) {
        this.#stack.push(openOf(tag));
        return;
      }
      this.#rootOpen = true;
      this.#cut();
      events.onHeader(openOf(tag).attrs);
    });
    this.#saxes.on('closetag', () => {
      const node = this.#stack.pop();
      const parent = this.#stack.at(-1);
      if (node === undefined) events.onEnd();
      else if (parent === undefined) events.onElement(node, this.#cut());
      else parent.children.push(node);
    });
    const text = (more: string): void => {
      this.#stack.at(-1)?.children.push(more);
    };
    this.#saxes.on('text', text);
    this.#saxes.on('cdata', text);
    this.#saxes.on('error', (error) => {
      if (this.#failed) return;
      this.#failed = true;
      events.onError(error);
    });
  }

  write(bytes: Buffer): void {
    if (this.#failed) return;
    const text = this.#decoder.write(bytes);
    this.#raw += text;
    this.#saxes.write(text);
  }

  /** What has been written since the last cut. */
  #cut(): string {
    const end = this.#saxes.position;
    const raw = this.#raw.slice(0, end - this.#rawStart);
    this.#raw = this.#raw.slice(end - this.#rawStart);
    this.#rawStart = end;
    return raw.trim();
  }
}

function openOf(tag: SaxesTagNS): Open {
  const attrs: Record<string, string> = {};
  for (const { name, prefix, value } of Object.values(tag.attributes)) {
    if (name !== 'xmlns' && prefix !== 'xmlns') attrs[name] = value;
  }
  return { name: tag.local, ns: STANZA_NAMESPACES.has(tag.uri) ? '' : tag.uri, attrs, children: [] };
}

/** One element out of text. @throws Error where it is not well-formed. */
export function parseXml(text: string): XmlNode {
  let found: XmlNode | undefined;
  let failed: Error | undefined;
  const reader = new StreamReader({
    onHeader: () => undefined,
    onElement: (node) => {
      found = node;
    },
    onEnd: () => undefined,
    onError: (error) => {
      failed = error;
    },
  });
  reader.write(Buffer.from(`<r xmlns:stream='http://etherx.jabber.org/streams'>${text}`));
  if (failed !== undefined) throw failed;
  if (found === undefined) throw new Error(`no complete element in ${text}`);
  return found;
}

/** The text directly inside it. */
export const textOf = (node: XmlNode): string => node.children.filter((child) => typeof child === 'string').join('');

/** The elements directly inside it. */
export const elementsOf = (node: XmlNode): XmlNode[] =>
  node.children.filter((child): child is XmlNode => typeof child !== 'string');
