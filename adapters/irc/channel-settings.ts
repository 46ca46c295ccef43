// What operators can set in a channel: its simple modes as a form, both ways.

import type { CommandOf } from '../../src/model/commands.ts';
import type { Rank } from '../../src/model/conversation.ts';
import { BridgeError } from '../../src/model/errors.ts';
import type { Field } from '../../src/model/form.ts';
import type { ConversationId } from '../../src/model/ids.ts';
import type { Receipt } from '../../src/model/network.ts';
import { type Words, words } from '../../src/model/words.ts';
import { formatLine } from './line.ts';
import type { Room } from './room.ts';
import { DONE, type Rooms } from './rooms.ts';
import type { Wire } from './wire.ts';

const ANSWER_MS = 15_000;
/** In place of what a MODE line would be about: the channel itself. */
export const ITSELF = '';
const OPERATORS: ReadonlySet<Rank> = new Set<Rank>(['owner', 'admin', 'helper']);

interface Switch {
  readonly name: string;
  readonly label: Words;
  readonly mode: string;
  /** The field says the opposite of the mode. */
  readonly inverted?: true;
}
const SWITCHES: readonly Switch[] = [
  { name: 'membersOnly', label: words`Only who is invited may enter`, mode: 'i' },
  { name: 'moderated', label: words`Only who has a voice may speak`, mode: 'm' },
  { name: 'hidden', label: words`Not in the list of channels`, mode: 's' },
  { name: 'topicOpen', label: words`Everybody may set the topic`, mode: 't', inverted: true },
];

export class ChannelSettings {
  readonly #wire: Wire;
  readonly #rooms: Rooms;

  constructor(wire: Wire, rooms: Rooms) {
    this.#wire = wire;
    this.#rooms = rooms;
  }

  /** @throws BridgeError `forbidden` unless she is an operator. */
  fields(id: ConversationId): readonly Field[] {
    const room = this.#rooms.joined(id);
    if (!OPERATORS.has(room.participants.get(room.self)?.rank ?? 'none'))
      throw new BridgeError('forbidden', words`Only operators of the channel see how it is set up.`);
    const switches = this.#switches().map(({ name, label, mode, inverted }): Field => {
      return { name, label, type: 'boolean', default: room.modes.includes(mode) !== (inverted === true) };
    });
    return [...switches, { name: 'password', label: words`Key`, type: 'secret' }];
  }

  async configure({ conversation, answers }: CommandOf<'configure'>): Promise<Receipt> {
    const room = this.#rooms.joined(conversation);
    let on = '';
    let off = '';
    for (const { name, mode, inverted } of this.#switches()) {
      const answer = answers[name];
      if (typeof answer !== 'boolean') continue;
      const wanted = answer !== (inverted === true);
      if (wanted === room.modes.includes(mode)) continue;
      if (wanted) on += mode;
      else off += mode;
    }
    const key = this.#key(room, answers['password']);
    if (key?.startsWith('+') === true) on += 'k';
    else if (key !== undefined) off += 'k';
    if (on === '' && off === '') return DONE;
    const letters = `${off === '' ? '' : `-${off}`}${on === '' ? '' : `+${on}`}`;
    const target = this.#wire.fold(room.name);
    const pending = this.#wire.requests.ask({ command: 'MODE', target, other: ITSELF, timeoutMs: ANSWER_MS });
    this.#wire.send(formatLine('MODE', room.name, letters, ...(key === undefined ? [] : [key.slice(1)])));
    await pending.promise;
    return DONE;
  }

  #switches(): readonly Switch[] {
    const known = this.#wire.features.modeKinds.join('');
    return SWITCHES.filter(({ mode }) => known.includes(mode));
  }

  /** `+key` sets one, `-key` takes it away. @throws BridgeError `malformed`. */
  #key(room: Room, answer: unknown): string | undefined {
    if (typeof answer !== 'string') return undefined;
    if (answer === '') return room.modes.includes('k') ? `-${room.key ?? '*'}` : undefined;
    if (/[\s,:]/.test(answer))
      throw new BridgeError('malformed', words`A channel key has no spaces, commas or colons.`, { field: 'password' });
    return `+${answer}`;
  }
}
