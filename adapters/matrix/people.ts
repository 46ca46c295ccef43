// People of Matrix as objects that all rooms and all accounts of a gateway share.

import { ONLINE, type Participant, type Rank } from '../../src/model/conversation.ts';
import { type ParticipantId, participantId } from '../../src/model/ids.ts';
import { localOf } from './names.ts';

const MOST = 50_000;

export class People {
  /** By id, as they were seen last; a person of two ranks is made anew now and then. */
  readonly #known = new Map<string, Participant>();

  person(id: string, name: string, rank: Rank): Participant {
    const nick = name.trim() === '' ? localOf(id) : name;
    const known = this.#known.get(id);
    if (known !== undefined && known.nick === nick && known.rank === rank) return known;
    if (this.#known.size >= MOST) this.#known.clear();
    const made: Participant = { id: idOf(known, id), nick, rank, presence: ONLINE };
    this.#known.set(id, made);
    return made;
  }

  /** Somebody of whom only the id is told. */
  stranger(id: string): Participant {
    return this.#known.get(id) ?? { id: participantId(id), nick: localOf(id), rank: 'none', presence: ONLINE };
  }
}

/** One string for one id. */
function idOf(known: Participant | undefined, id: string): ParticipantId {
  return known?.id ?? participantId(id);
}
