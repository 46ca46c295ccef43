// Those with whom the account has direct chats, as its list of contacts.

import type { Contact } from '../../src/model/conversation.ts';
import { BridgeError } from '../../src/model/errors.ts';
import type { Directs } from './directs.ts';
import type { Me } from './me.ts';
import { directWith, placeOf } from './names.ts';

/** Of old accounts the newest: the homeserver is asked about each. */
const MOST = 200;

export class Contacts {
  readonly #me: Me;
  readonly #directs: Directs;
  #last: Promise<void> = Promise.resolve();

  constructor(me: Me, directs: Directs) {
    this.#me = me;
    this.#directs = directs;
  }

  /** Nobody waits for it. */
  tell(people: readonly string[]): void {
    if (people.length === 0) return;
    this.#last = this.#last.then(() => this.#tell(people)).catch((error: unknown) => this.#failed(error));
  }

  async #tell(people: readonly string[]): Promise<void> {
    const contacts = await contactsAmong(this.#me, this.#directs, people);
    if (contacts.length > 0)
      this.#me.emit({ kind: 'listed', account: this.#me.account.key, contacts, complete: false });
  }

  #failed(error: unknown): void {
    if (this.#me.hasEnded) return;
    if (!(error instanceof BridgeError)) throw error;
    this.#me.host.log.warn('the direct chats on Matrix could not be listed', { error });
  }
}

/** Those with whom there is a direct chat; none once the session has ended. @throws BridgeError by rejection. */
export async function contactsAmong(me: Me, directs: Directs, people: readonly string[]): Promise<readonly Contact[]> {
  const contacts: Contact[] = [];
  for (const person of people.slice(-MOST)) {
    if (me.hasEnded) return [];
    const conversation = directWith(person);
    if (placeOf(conversation) === undefined || !(await directs.isOpenWith(person))) continue;
    contacts.push({ conversation, name: me.stranger(person).nick });
  }
  return contacts;
}
