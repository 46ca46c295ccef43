// XML elements: building, reading and writing them. Reading a stream of them is stream-parser.ts.

export type Child = Element | string;
export type Attributes = Record<string, string>;

const UNSAFE = /[&<>"']/;
// Markup, what XML can't carry, and halves of surrogate pairs: most texts have none of it.
const SPECIAL = /[&<>"'\u0000-\u0008\u000b\u000c\u000e-\u001f\ud800-\udfff\ufffe\uffff]/;
// XML 1.0, 2.2: everything outside Char, lone surrogates included (CORE-11).
const FORBIDDEN =
  /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/;
const FORBIDDEN_ALL = new RegExp(FORBIDDEN.source, 'g');

/** Removes what XML 1.0 can't carry. */
export function xmlSafe(text: string): string {
  return FORBIDDEN.test(text) ? text.replace(FORBIDDEN_ALL, '') : text;
}

/** Text or attribute value ready to stand in XML. */
export function escapeXml(text: string): string {
  if (!SPECIAL.test(text)) return text;
  const safe = xmlSafe(text);
  if (!UNSAFE.test(safe)) return safe;
  let out = '';
  let from = 0;
  for (let i = 0; i < safe.length; i++) {
    const entity = entityOf(safe.charCodeAt(i));
    if (entity === undefined) continue;
    out += safe.slice(from, i) + entity;
    from = i + 1;
  }
  return out + safe.slice(from);
}

function entityOf(code: number): string | undefined {
  switch (code) {
    case 0x26:
      return '&amp;';
    case 0x3c:
      return '&lt;';
    case 0x3e:
      return '&gt;';
    case 0x22:
      return '&quot;';
    case 0x27:
      return '&apos;';
    default:
      return undefined;
  }
}

/**
 * One element. `ns` is its resolved namespace (inherited where `attrs` has no xmlns; empty for the stream's own, which is that of
 * stanzas). Names never have a prefix: the parser resolves them.
 */
export class Element {
  readonly name: string;
  readonly ns: string;
  readonly attrs: Attributes;
  readonly children: Child[];

  constructor(name: string, attrs: Attributes, ns: string, children: Child[] = []) {
    this.name = name;
    this.attrs = attrs;
    this.ns = ns;
    this.children = children;
  }

  /** Appends and returns itself; empty texts and undefined are left out. */
  add(...children: readonly (Child | undefined)[]): this {
    for (const child of children) if (child !== undefined && child !== '') this.children.push(child);
    return this;
  }

  /** First child element of that name, and of that namespace where given. */
  child(name: string, ns?: string): Element | undefined {
    for (const child of this.children) {
      if (typeof child !== 'string' && child.name === name && (ns === undefined || child.ns === ns)) return child;
    }
    return undefined;
  }

  /** All child elements, or those of that name. */
  elements(name?: string): Element[] {
    return this.children.filter(
      (child): child is Element => typeof child !== 'string' && (name === undefined || child.name === name),
    );
  }

  /** Its own text, that of nested elements left out. */
  text(): string {
    let out = '';
    for (const child of this.children) if (typeof child === 'string') out += child;
    return out;
  }

  childText(name: string, ns?: string): string | undefined {
    return this.child(name, ns)?.text();
  }

  toString(): string {
    return this.#write(`<${this.name}`);
  }

  /** As `toString`, with a `to` that it lacks. */
  toStringTo(to: string): string {
    return this.#write(`<${this.name} to='${escapeXml(to)}'`);
  }

  #write(start: string): string {
    let out = start;
    for (const key in this.attrs) out += ` ${key}='${escapeXml(this.attrs[key] ?? '')}'`;
    if (this.children.length === 0) return `${out}/>`;
    out += '>';
    for (const child of this.children) out += typeof child === 'string' ? escapeXml(child) : child.toString();
    return `${out}</${this.name}>`;
  }
}

/** A stanza without `to` as text, for many who get it alike. */
export class Template {
  readonly #head: string;
  readonly #tail: string;

  constructor(stanza: Element) {
    const xml = stanza.toString();
    const at = stanza.name.length + 1;
    this.#head = `${xml.slice(0, at)} to='`;
    this.#tail = `'${xml.slice(at)}`;
  }

  toStringTo(to: string): string {
    return this.#head + escapeXml(to) + this.#tail;
  }
}

/** Builds an element; attributes that are undefined are left out. A child without xmlns is written in its parent's namespace. */
export function el(
  name: string,
  attrs: Readonly<Record<string, string | undefined>> = {},
  ...children: readonly (Child | undefined)[]
): Element {
  const kept: Attributes = {};
  for (const key in attrs) {
    const value = attrs[key];
    if (value !== undefined) kept[key] = value;
  }
  return new Element(name, kept, kept['xmlns'] ?? '').add(...children);
}
