// Namespaces of a stream: what prefixes and the lack of one stand for at a place in it (Namespaces in XML 1.0).

import { StreamError } from './stream-error.ts';
import type { Attributes } from './xml.ts';

export const COMPONENT_NS = 'jabber:component:accept';
export const STREAM_NS = 'http://etherx.jabber.org/streams';
/** `ns` of an element under `xmlns=''`, which would else look like the stream's own namespace. */
export const NO_NAMESPACE = '#none';

const XML_NS = 'http://www.w3.org/XML/1998/namespace';

export interface Scope {
  /** What an element without prefix is in. */
  readonly plain: string;
  readonly prefixes: ReadonlyMap<string, string>;
}
export const OUTERMOST: Scope = { plain: NO_NAMESPACE, prefixes: new Map([['xml', XML_NS]]) };

/** The scope inside an element with these attributes; removes all that have a prefix other than `xml`. @throws StreamError */
export function enterScope(attrs: Attributes, outer: Scope, prefixed: boolean): Scope {
  const xmlns = attrs['xmlns'];
  const plain = xmlns === undefined ? outer.plain : internalNs(xmlns);
  return prefixed ? enterPrefixed(attrs, plain, outer) : { plain, prefixes: outer.prefixes };
}

const internalNs = (xmlns: string): string => (xmlns === COMPONENT_NS ? '' : xmlns === '' ? NO_NAMESPACE : xmlns);

function enterPrefixed(attrs: Attributes, plain: string, outer: Scope): Scope {
  const prefixes = new Map(outer.prefixes);
  for (const key of Object.keys(attrs)) {
    if (!key.startsWith('xmlns:')) continue;
    const prefix = key.slice(6);
    const uri = attrs[key] ?? '';
    if (uri === '' || prefix === 'xmlns' || prefix === '' || (prefix === 'xml') !== (uri === XML_NS)) {
      throw new StreamError('bad-namespace-prefix', `prefix ${prefix} can't stand for '${uri}'`);
    }
    prefixes.set(prefix, internalNs(uri));
    delete attrs[key];
  }
  const scope = { plain, prefixes };
  for (const key of Object.keys(attrs)) {
    const colon = key.indexOf(':');
    if (colon !== -1 && resolve(scope, key, colon) !== XML_NS) delete attrs[key];
  }
  return scope;
}

/** @throws StreamError `bad-namespace-prefix` */
export function resolve(scope: Scope, name: string, colon: number): string {
  const uri = scope.prefixes.get(name.slice(0, colon));
  if (uri === undefined || colon === name.length - 1 || name.includes(':', colon + 1)) {
    throw new StreamError('bad-namespace-prefix', `no namespace for ${name}`);
  }
  return uri;
}
