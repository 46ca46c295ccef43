// Our own requests and who may answer them: an answer counts only from the address that was asked, under an id that can't be guessed
// (RFC 6120, 8.2.3).

import { randomUUID } from 'node:crypto';
import { BridgeError } from '../model/errors.ts';
import type { Clock } from '../model/ports.ts';
import { words } from '../model/words.ts';
import { StanzaError, type StanzaErrorText } from './feature.ts';
import { Element } from './xml.ts';

const STANZAS_NS = 'urn:ietf:params:xml:ns:xmpp-stanzas';

interface Waiting {
  resolve(result: Element): void;
  reject(error: Error): void;
  cancel(): void;
}

export interface Asked {
  /** The request with its id. */
  readonly stanza: Element;
  /** @throws StanzaError, BridgeError `timeout` or `network-down`, by rejection. */
  readonly answer: Promise<Element>;
}

export class RequestTable {
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Waiting>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  ask(iq: Element, timeoutMs: number): Asked {
    const peer = iq.attrs['to'] ?? '';
    const id = randomUUID();
    const key = keyOf(peer, id);
    const stanza = new Element('iq', { ...iq.attrs, id }, iq.ns, iq.children);
    const answer = new Promise<Element>((resolve, reject) => {
      const cancel = this.#clock.after(timeoutMs, () => {
        this.#waiting.delete(key);
        reject(new BridgeError('timeout', words`No answer from ${peer}.`));
      });
      this.#waiting.set(key, { resolve, reject, cancel });
    });
    return { stanza, answer };
  }

  /** It could not be sent: nobody will answer. */
  forget(stanza: Element): void {
    const key = keyOf(stanza.attrs['to'] ?? '', stanza.attrs['id'] ?? '');
    this.#waiting.get(key)?.cancel();
    this.#waiting.delete(key);
  }

  /** Whether it was an answer that somebody waited for. */
  settle(from: string, answer: Element): boolean {
    const key = keyOf(from, answer.attrs['id'] ?? '');
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return false;
    this.#waiting.delete(key);
    waiting.cancel();
    if (answer.attrs['type'] === 'error') waiting.reject(stanzaError(answer));
    else waiting.resolve(answer);
    return true;
  }

  /** The connection is gone, and all answers with it. */
  abandon(): void {
    const all = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const waiting of all) {
      waiting.cancel();
      waiting.reject(new BridgeError('network-down', words`The connection to the XMPP server was lost.`));
    }
  }
}

const keyOf = (peer: string, id: string): string => `${id} ${peer}`;

const TYPES = ['auth', 'cancel', 'continue', 'modify', 'wait'] as const;

/** What an error answer says (RFC 6120, 8.3). */
function stanzaError(answer: Element): StanzaError {
  const error = answer.child('error', '');
  let condition = 'undefined-condition';
  let detail: Element | undefined;
  for (const child of error?.elements() ?? []) {
    if (child.ns !== STANZAS_NS) detail ??= child;
    else if (child.name !== 'text') condition = child.name;
  }
  const given = error?.attrs['type'];
  const type = TYPES.find((known) => known === given) ?? 'cancel';
  const what: StanzaErrorText = `${type}/${condition}`;
  return new StanzaError(what, error?.childText('text', STANZAS_NS) ?? what, detail);
}
