// Who has whom as a contact, under which name and in which groups, and how the scripted people appear.

import type { Contact, Presence } from '../../src/model/conversation.ts';
import { conversationId, type ParticipantId } from '../../src/model/ids.ts';

/** What somebody calls a contact of hers. */
export interface Label {
  readonly name?: string;
  readonly groups?: readonly string[];
}

/** People whom one can't simply have as a contact, by name. */
export const NOBODY = 'nobody';
export const HERMIT = 'hermit';
export const SLEEPER = 'sleeper';

export class ContactBook {
  readonly #contacts = new Map<ParticipantId, Map<ParticipantId, Label>>();
  readonly #presences = new Map<ParticipantId, Presence>();

  add(id: ParticipantId, who: ParticipantId, label: Label = {}): void {
    const contacts = this.#contacts.get(id) ?? new Map<ParticipantId, Label>();
    this.#contacts.set(id, contacts);
    contacts.set(who, { ...contacts.get(who), ...label });
  }
  remove(id: ParticipantId, who: ParticipantId): void {
    this.#contacts.get(id)?.delete(who);
  }
  has(id: ParticipantId, who: ParticipantId): boolean {
    return this.#contacts.get(id)?.has(who) === true;
  }

  /** As the network lists them. */
  list(id: ParticipantId): readonly Contact[] {
    const contacts = this.#contacts.get(id) ?? new Map<ParticipantId, Label>();
    return [...contacts].map(([who, label]) => ({ conversation: conversationId(who), name: who, ...label }));
  }

  appear(who: ParticipantId, presence: Presence): void {
    this.#presences.set(who, presence);
  }
  presence(who: ParticipantId): Presence | undefined {
    return this.#presences.get(who);
  }
}
