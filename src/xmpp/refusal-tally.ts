// The errors that people were answered with, counted by their code, or by XMPP's condition where the stanza itself was not in order.

import { type BridgeError, ERROR_CODES } from '../model/errors.ts';
import { StanzaError } from './feature.ts';

export class RefusalTally {
  readonly #counts = new Map<string, number>(ERROR_CODES.map((code) => [code, 0]));

  count(error: BridgeError | StanzaError): void {
    const code = error instanceof StanzaError ? error.error.slice(error.error.indexOf('/') + 1) : error.code;
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
  }

  /** The codes of the model are all there, 0 too. */
  counts(): ReadonlyMap<string, number> {
    return this.#counts;
  }
}
