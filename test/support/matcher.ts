// Expected XML as a subset pattern: what it names must be there, what it leaves out may be anything.
//
//   <message from='*' !type><body>hello</body><!delay xmlns='urn:xmpp:delay'/></message>
//
// `*` as a value, text, name or xmlns: anything, but present. `!name`: no such attribute. `<!name .../>`: no child that fits this.
// White space around text does not count, unless the pattern's element says xml:space='preserve'. Children may come in any order.

import { elementsOf, parseXml, textOf, type XmlNode } from './xml-tree.ts';

interface Pattern {
  readonly name: string;
  readonly ns: string;
  readonly attrs: ReadonlyMap<string, string>;
  readonly absentAttrs: readonly string[];
  readonly children: readonly Pattern[];
  readonly absentChildren: readonly Pattern[];
  /** Undefined: not compared. */
  readonly text: string | undefined;
  readonly exact: boolean;
}

/** Why the actual stanza does not fit, or undefined where it does. */
export function mismatch(expected: string, actual: XmlNode | string): string | undefined {
  return compare(patternOf(expected), typeof actual === 'string' ? parseXml(actual) : actual, '');
}

export const matches = (expected: string, actual: XmlNode | string): boolean =>
  mismatch(expected, actual) === undefined;

const patterns = new Map<string, Pattern>();

function patternOf(text: string): Pattern {
  const known = patterns.get(text);
  if (known !== undefined) return known;
  const made = new PatternReader(text).read();
  patterns.set(text, made);
  return made;
}

function compare(pattern: Pattern, node: XmlNode, above: string): string | undefined {
  const path = `${above}/${node.name}`;
  if (pattern.name !== '*' && pattern.name !== node.name) return `${path}: expected <${pattern.name}/>`;
  if (pattern.ns !== '*' && pattern.ns !== node.ns) return `${path}: expected xmlns '${pattern.ns}', got '${node.ns}'`;
  return compareAttrs(pattern, node, path) ?? compareText(pattern, node, path) ?? compareChildren(pattern, node, path);
}

function compareAttrs(pattern: Pattern, node: XmlNode, path: string): string | undefined {
  for (const [name, value] of pattern.attrs) {
    const actual = node.attrs[name];
    if (actual === undefined) return `${path}: attribute ${name} is missing`;
    if (value !== '*' && actual !== value) return `${path}/@${name}: expected '${value}', got '${actual}'`;
  }
  for (const name of pattern.absentAttrs) {
    if (node.attrs[name] !== undefined) return `${path}/@${name}: must be absent, is '${node.attrs[name]}'`;
  }
  return undefined;
}

function compareText(pattern: Pattern, node: XmlNode, path: string): string | undefined {
  if (pattern.text === undefined) return undefined;
  const text = textOf(node);
  if (pattern.text === '*') return text.trim() === '' ? `${path}: text is missing` : undefined;
  const actual = pattern.exact ? text : text.trim();
  return actual === pattern.text ? undefined : `${path}: expected text '${pattern.text}', got '${actual}'`;
}

function compareChildren(pattern: Pattern, node: XmlNode, path: string): string | undefined {
  const elements = elementsOf(node);
  for (const absent of pattern.absentChildren) {
    if (elements.some((element) => compare(absent, element, path) === undefined)) {
      return `${path}: must have no <${absent.name} xmlns='${absent.ns}'/> like that`;
    }
  }
  if (assign(pattern.children, elements, path)) return undefined;
  for (const wanted of pattern.children) {
    const alike = elements.filter(({ name, ns }) => name === wanted.name && (wanted.ns === '*' || ns === wanted.ns));
    if (alike.some((element) => compare(wanted, element, path) === undefined)) continue;
    const [only] = alike;
    if (alike.length === 1 && only !== undefined) return compare(wanted, only, path);
    const many = alike.length === 0 ? 'no' : `none of ${alike.length}`;
    return `${path}: ${many} <${wanted.name} xmlns='${wanted.ns}'/> fits`;
  }
  return `${path}: too few children for the ${pattern.children.length} expected`;
}

/** Whether every pattern finds an element of its own. */
function assign(wanted: readonly Pattern[], elements: readonly XmlNode[], path: string): boolean {
  const [first, ...rest] = wanted;
  if (first === undefined) return true;
  return elements.some(
    (element, index) =>
      compare(first, element, path) === undefined &&
      assign(
        rest,
        elements.filter((_, other) => other !== index),
        path,
      ),
  );
}

const OPEN = /\s*<(!?)([^\s/>!]+)/y;
const ATTRIBUTE = /\s+(?:!([^\s=/>]+)|([^\s=/>]+)\s*=\s*(?:'([^']*)'|"([^"]*)"))/y;
const END = /\s*(\/?)>/y;
const CLOSE = /<\/[^\s>]+\s*>/y;
const TEXT = /[^<]+/y;

class PatternReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Pattern {
    const { pattern } = this.#element('');
    if (this.#text.slice(this.#at).trim() !== '') throw this.#error('something behind the element');
    return pattern;
  }

  #element(outerNs: string): { readonly pattern: Pattern; readonly absent: boolean } {
    const [, bang, name = ''] = this.#must(OPEN, 'an element');
    const attrs = new Map<string, string>();
    const absentAttrs: string[] = [];
    for (let found = this.#try(ATTRIBUTE); found !== undefined; found = this.#try(ATTRIBUTE)) {
      if (found[1] === undefined) attrs.set(found[2] ?? '', unescapeXml(found[3] ?? found[4] ?? ''));
      else absentAttrs.push(found[1]);
    }
    const declared = attrs.get('xmlns');
    const ns = declared === undefined ? outerNs : declared === 'jabber:component:accept' ? '' : declared;
    const exact = attrs.get('xml:space') === 'preserve';
    attrs.delete('xmlns');
    attrs.delete('xml:space');
    const [, empty] = this.#must(END, 'the end of the tag');
    const inside = empty === '/' ? { children: [], absentChildren: [], text: '' } : this.#inside(ns);
    const text = exact ? inside.text : inside.text.trim();
    const pattern = { name, ns, attrs, absentAttrs, exact, ...inside, text: text === '' ? undefined : text };
    return { pattern, absent: bang === '!' };
  }

  #inside(ns: string): Pick<Pattern, 'children' | 'absentChildren'> & { readonly text: string } {
    const children: Pattern[] = [];
    const absentChildren: Pattern[] = [];
    let text = '';
    while (this.#try(CLOSE) === undefined) {
      const more = this.#try(TEXT);
      if (more !== undefined) {
        text += unescapeXml(more[0]);
        continue;
      }
      const { pattern, absent } = this.#element(ns === '*' ? '' : ns);
      (absent ? absentChildren : children).push(pattern);
    }
    return { children, absentChildren, text };
  }

  #try(what: RegExp): RegExpExecArray | undefined {
    what.lastIndex = this.#at;
    const found = what.exec(this.#text);
    if (found === null) return undefined;
    this.#at = what.lastIndex;
    return found;
  }

  #must(what: RegExp, name: string): RegExpExecArray {
    const found = this.#try(what);
    if (found === undefined) throw this.#error(`expected ${name}`);
    return found;
  }

  #error(why: string): Error {
    return new Error(`bad pattern: ${why} at ${this.#at}: ${this.#text.slice(this.#at, this.#at + 60)}`);
  }
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

const unescapeXml = (text: string): string =>
  text.replaceAll(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (whole, hex?: string, decimal?: string, name?: string) => {
    if (hex !== undefined) return String.fromCodePoint(Number.parseInt(hex, 16));
    if (decimal !== undefined) return String.fromCodePoint(Number(decimal));
    return ENTITIES[name ?? ''] ?? whole;
  });
