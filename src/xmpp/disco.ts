// Service discovery answers, derived from what features advertised (XEP-0030, XEP-0128), and their hash (XEP-0115).

import { createHash } from 'node:crypto';
import type { Capabilities } from '../model/capabilities.ts';
import type { CommandKind } from '../model/commands.ts';
import { type Text, words } from '../model/words.ts';
import {
  type DiscoItem,
  type DiscoPart,
  type Identity,
  type Inbound,
  type Recipient,
  StanzaError,
  type Translator,
  type Where,
} from './feature.ts';
import { type Element, el } from './xml.ts';

const INFO = 'http://jabber.org/protocol/disco#info';
const CAPS = 'http://jabber.org/protocol/caps';

interface Advertised {
  readonly feature: string;
  readonly where: readonly Where[];
  readonly needs: CommandKind | undefined;
}

/** What differs from one who asks to another. */
export interface DiscoFacts {
  capabilities(request: Inbound): Capabilities;
  translator(recipient: Recipient): Translator;
}

/** What an answer is made of. */
interface Description {
  readonly identities: readonly Identity[];
  readonly features: readonly string[];
  readonly forms?: readonly Element[];
  readonly node?: string;
}

export class DiscoTable {
  readonly #features: Advertised[] = [];
  readonly #parts: { readonly where: readonly Where[]; readonly part: DiscoPart }[] = [];
  readonly #facts: DiscoFacts;
  readonly #node: string;
  /** By address kind: what presence says, and the very answer that it is the hash of. */
  readonly #hashed = new Map<Where, { readonly ver: string; readonly answer: Element }>();

  /** `node` is the application's address, the first half of caps nodes. */
  constructor(node: string, facts: DiscoFacts) {
    this.#node = node;
    this.#facts = facts;
  }

  advertise(feature: string, where: readonly Where[], needs: CommandKind | undefined): void {
    this.#features.push({ feature, where, needs });
  }

  add(where: readonly Where[], part: DiscoPart): void {
    this.#parts.push({ where, part });
  }

  /** @throws StanzaError item-not-found for a node that nothing knows. */
  info(request: Inbound, node: string | undefined): Element {
    if (node !== undefined && node !== '') {
      for (const part of this.#partsFor(request)) {
        const known = part.node?.(request, node);
        if (known !== undefined) return this.#infoElement(request, { ...known, node });
      }
      return this.#capsAnswer(request.to.where, node);
    }
    return this.#described(request);
  }

  #described(request: Inbound): Element {
    const identities: Identity[] = [];
    const features = new Set<string>([INFO]);
    const forms: Element[] = [];
    const capabilities = this.#facts.capabilities(request);
    for (const { feature, where, needs } of this.#features) {
      if (where.includes(request.to.where) && (needs === undefined || capabilities.accepts.includes(needs)))
        features.add(feature);
    }
    for (const part of this.#partsFor(request)) {
      identities.push(...(part.identities?.(request) ?? []));
      for (const feature of part.features?.(request) ?? []) features.add(feature);
      forms.push(...(part.forms?.(request) ?? []));
    }
    return this.#infoElement(request, { identities, features: [...features], forms });
  }

  #infoElement(request: Inbound, { identities, features, forms = [], node }: Description): Element {
    const named = (name: Text | undefined): string | undefined =>
      typeof name === 'object' ? this.#facts.translator(request)(name) : name;
    return el(
      'query',
      { xmlns: INFO, node },
      ...identities.map(({ category, type, name }) => el('identity', { category, type, name: named(name) })),
      ...features.map((feature) => el('feature', { var: feature })),
      ...forms,
    );
  }

  async items(request: Inbound, node: string | undefined): Promise<readonly DiscoItem[]> {
    const found: DiscoItem[] = [];
    for (const part of this.#partsFor(request)) found.push(...((await part.items?.(request, node)) ?? []));
    return found;
  }

  /** `sample` is a request for such an address as a stranger would make it: the hash is the same for everybody, so it is made once. */
  caps(where: Where, sample: Inbound): Element {
    let hashed = this.#hashed.get(where);
    if (hashed === undefined) {
      const answer = this.#described(sample);
      hashed = { ver: capsHash(answer), answer };
      this.#hashed.set(where, hashed);
    }
    return el('c', { xmlns: CAPS, hash: 'sha-1', node: this.#node, ver: hashed.ver });
  }

  /** DSC-7: what was hashed, whatever the answer without a node is for this user. */
  #capsAnswer(where: Where, node: string): Element {
    const hashed = this.#hashed.get(where);
    if (hashed === undefined || node !== `${this.#node}#${hashed.ver}`)
      throw new StanzaError('cancel/item-not-found', words`There is no such node here.`);
    const { name, attrs, children } = hashed.answer;
    return el(name, { ...attrs, node }, ...children);
  }

  #partsFor(request: Inbound): DiscoPart[] {
    return this.#parts.filter(({ where }) => where.includes(request.to.where)).map(({ part }) => part);
  }
}

/** XEP-0115 5.1: sorted identities, features and forms, hashed. */
export function capsHash(query: Element): string {
  let text = '';
  const identities = query
    .elements('identity')
    .map(
      (one) =>
        `${one.attrs['category']}/${one.attrs['type']}/${one.attrs['xml:lang'] ?? ''}/${one.attrs['name'] ?? ''}<`,
    );
  text += identities.sort(byOctets).join('');
  const features = query.elements('feature').map((one) => `${one.attrs['var']}<`);
  text += features.sort(byOctets).join('');
  text += query.elements('x').map(formText).sort(byOctets).join('');
  return createHash('sha1').update(text).digest('base64');
}

function formText(form: Element): string {
  const fields = form
    .elements('field')
    .map((field) => ({ name: field.attrs['var'] ?? '', values: field.elements('value').map((value) => value.text()) }));
  const type = fields.find(({ name }) => name === 'FORM_TYPE')?.values[0] ?? '';
  const rest = fields
    .filter(({ name }) => name !== 'FORM_TYPE')
    .sort((a, b) => byOctets(a.name, b.name))
    .map(
      ({ name, values }) =>
        `${name}<${values
          .sort(byOctets)
          .map((value) => `${value}<`)
          .join('')}`,
    );
  return `${type}<${rest.join('')}`;
}

/** i;octet (RFC 4790 9.3). */
function byOctets(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
