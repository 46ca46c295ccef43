// A network that has nobody in it: every question is answered with what became of it.

import type { Capabilities } from '../../src/model/capabilities.ts';
import type { Field } from '../../src/model/form.ts';
import { accountKey, type AccountKey, type LaneKey, laneKey } from '../../src/model/ids.ts';
import type { Network, Place, Session, SignInStep } from '../../src/model/network.ts';
import { type Text, words } from '../../src/model/words.ts';
import { type End, gone } from './errors.ts';

export class GoneNetwork implements Network {
  readonly title: string;
  readonly identity: string;
  readonly capabilities: Capabilities = {
    accepts: [],
    reports: [],
    answers: [],
    text: { max: 1, unit: 'characters', lines: 'one', styles: [] },
  };
  readonly signInForm: readonly Field[] = [];
  readonly preferences: readonly Field[] = [];
  readonly delivery = 'live';
  readonly guests = false;
  readonly prompt: Network['prompt'];
  readonly gone: Text;
  readonly #end: End;

  constructor(end: End) {
    this.#end = end;
    this.title = end.title;
    this.identity = end.title.toLowerCase();
    this.gone = gone(end).text;
    this.prompt = { help: this.gone, label: words`Nobody can be reached`, person: '' };
  }

  /** @throws BridgeError `gone`: that is all there is to be seen. */
  signInFormFor(): readonly Field[] {
    throw gone(this.#end);
  }
  parse(): Place {
    throw gone(this.#end);
  }
  placeOf(): undefined {
    return undefined;
  }
  directOf(): undefined {
    return undefined;
  }
  accountOf(): AccountKey {
    return accountKey('');
  }
  laneOf(): LaneKey {
    return laneKey('');
  }
  start(): Promise<void> {
    return Promise.resolve();
  }
  stop(): Promise<void> {
    return Promise.resolve();
  }
  signIn(): Promise<SignInStep> {
    return Promise.reject(gone(this.#end));
  }
  openSession(): Promise<Session> {
    return Promise.reject(gone(this.#end));
  }
}
