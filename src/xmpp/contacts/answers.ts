// Her answers to people on the network who want to have her as a contact: a question stays open until the network has heard the answer, and
// she is told where it will not.

import type { BridgeError } from '../../model/errors.ts';
import type { ConversationId, UserId } from '../../model/ids.ts';
import { words } from '../../model/words.ts';
import type { FeatureHost } from '../feature.ts';
import { resourceOf } from '../jid.ts';
import { freshId } from '../stanza.ts';
import { el } from '../xml.ts';
import { subscriptionOf, without } from './standing.ts';

/** Who is answered: somebody on the network, and the localpart of the address here. */
export interface Asker {
  readonly conversation: ConversationId;
  readonly local: string;
}

export class Answers {
  readonly #host: FeatureHost;

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  /** She has answered; where nothing is asked, or is no more, there is nothing to be done. */
  give(user: UserId, asker: Asker, allow: boolean): void {
    if (subscriptionOf(this.#host.subscriptions, user, asker.local).wanted !== true) return;
    this.#submit(user, asker, allow, (error) => {
      if (error === undefined) this.#mark(user, asker, false);
      else this.#tell(user, asker, error);
    });
  }

  /** Somebody asks again to whom she has said yes before. */
  repeat(user: UserId, asker: Asker): void {
    this.#submit(user, asker, true, (error) => {
      // Taken back meanwhile, which is no concern of hers.
      if (error === undefined || error.code === 'not-found') return;
      this.#mark(user, asker, true);
      this.#tell(user, asker, error);
    });
  }

  /** Each answer is a command of its own: what was said before under the same id may have failed since. */
  #submit(
    user: UserId,
    { conversation }: Asker,
    allow: boolean,
    settle: (error: BridgeError | undefined) => void,
  ): void {
    this.#host.bridge.submit(user, { kind: 'answer', conversation, allow }, { resource: resourceOf(user), settle });
  }

  #mark(user: UserId, { local }: Asker, isWanted: boolean): void {
    const { subscriptions } = this.#host;
    const now = subscriptionOf(subscriptions, user, local);
    if (isWanted) subscriptions.set(user, local, { ...now, wanted: true });
    else if (now.wanted === true) subscriptions.set(user, local, without(now, 'wanted'));
  }

  #tell(user: UserId, { conversation }: Asker, error: BridgeError): void {
    const translate = this.#host.translator({ user });
    const from = this.#host.jidOf(conversation);
    const attrs = { from, to: user, type: 'chat', id: freshId(), 'xml:lang': translate.language };
    const text = words`Your answer could not be given: ${error.text}`;
    this.#host.send(el('message', attrs, el('body', {}, translate(text))), 'spooled');
  }
}
