// Which people of one server are users of this gateway: whatever they are called, the same stands for each of them (XEP-0421, MUC-74).

import { createHmac, randomBytes } from 'node:crypto';
import type { ParticipantId, UserId } from '../../src/model/ids.ts';
import type { KeyValue } from '../../src/model/ports.ts';

const SECRET = 'identity-secret';

/** Made once for the gateway. @throws BridgeError by rejection where the store can't be read. */
export async function identitySecret(state: KeyValue): Promise<string> {
  const kept = await state.get(SECRET);
  if (kept !== undefined) return kept;
  const made = randomBytes(24).toString('base64url');
  await state.put(SECRET, made);
  return made;
}

/** What stands for a user; nobody who sees it can tell who she is. No nick has a space in it. */
export function ownIdentity(secret: string, user: UserId): string {
  return `user ${createHmac('sha256', secret).update(user).digest('base64url')}`;
}

/** One session's user. */
export interface OwnPerson {
  readonly identity: string;
}

export class OwnPeople {
  readonly #people = new Map<ParticipantId, OwnPerson>();

  identityOf(id: ParticipantId): string | undefined {
    return this.#people.get(id)?.identity;
  }

  /** She is called something else now; undefined: not yet anything, or nothing any more. */
  renamed(person: OwnPerson, from: ParticipantId | undefined, to: ParticipantId | undefined): void {
    // Her old nick may be another's of ours by now.
    if (from !== undefined && this.#people.get(from) === person) this.#people.delete(from);
    if (to !== undefined) this.#people.set(to, person);
  }
}
