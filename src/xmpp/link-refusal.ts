// What becomes of a stanza that is too much to read: its sender is told, the stream goes on (RFC 6120, 8.3.3.12).

import { errorElement } from './errors.ts';
import { type Text, words } from '../model/words.ts';
import { StanzaError, type Translator } from './feature.ts';
import { type Element, el } from './xml.ts';

/**
 * `reply`: to be sent. `pass`: to be handled without its content. `answer`: of one of our own requests, as an error.
 * Nothing: an error or the like, which nobody answers (CORE-3).
 */
export type Refusal =
  | { readonly kind: 'reply' | 'pass' | 'answer'; readonly stanza: Element }
  | { readonly kind: 'nothing' };

/** `stanza` is a start tag with valid addresses. */
export function refusalOf(stanza: Element, why: Text, translate?: Translator): Refusal {
  const { type } = stanza.attrs;
  // Who leaves has left, whatever she says about it.
  if (stanza.name === 'presence' && type === 'unavailable') return { kind: 'pass', stanza: tagOf(stanza, {}) };
  if (stanza.name === 'iq' && (type === 'result' || type === 'error'))
    return { kind: 'answer', stanza: asError(stanza, errorOf(stanza, why, translate), {}) };
  if (type === 'error') return { kind: 'nothing' };
  const { from, to } = stanza.attrs;
  return { kind: 'reply', stanza: asError(stanza, errorOf(stanza, why, translate), { from: to, to: from }) };
}

function errorOf({ name }: Element, why: Text, translate?: Translator): Element {
  const error = new StanzaError('modify/policy-violation', words`Too much for one stanza: ${why}.`);
  return errorElement(error, name === 'iq' ? 'iq' : 'message', translate);
}

function asError(stanza: Element, error: Element, addresses: Readonly<Record<string, string | undefined>>): Element {
  return tagOf(stanza, { ...addresses, type: 'error' }).add(error);
}

function tagOf(stanza: Element, changes: Readonly<Record<string, string | undefined>>): Element {
  const { from, to, id, type } = stanza.attrs;
  return el(stanza.name, { from, to, id, type, ...changes });
}
