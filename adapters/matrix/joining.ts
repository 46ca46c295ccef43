// Joining and leaving rooms. A room that is left here stays the user's on Matrix unless she has said otherwise: her clients come and go, and
// what is said meanwhile is there when they come back.

import type { CommandOf } from '../../src/model/commands.ts';
import type { Participant } from '../../src/model/conversation.ts';
import { BridgeError } from '../../src/model/errors.ts';
import type { ConversationId } from '../../src/model/ids.ts';
import { words } from '../../src/model/words.ts';
import { closed, notJoined } from './errors.ts';
import { list, roomEvent, text } from './fields.ts';
import type { History } from './history.ts';
import type { Me } from './me.ts';
import { isRoomId } from './names.ts';
import { MatrixRoom } from './room.ts';
import type { Pictures } from './pictures.ts';
import type { Rooms } from './rooms.ts';
import type { Sync } from './sync.ts';

/** Other servers are asked for it, and may be slow. */
const JOIN_MS = 90_000;

export interface JoiningParts {
  readonly me: Me;
  readonly rooms: Rooms;
  readonly history: History;
  readonly pictures: Pictures;
  readonly sync: Pick<Sync, 'store'>;
}

export class Joining {
  readonly #me: Me;
  readonly #rooms: Rooms;
  readonly #history: History;
  readonly #pictures: Pictures;
  readonly #sync: Pick<Sync, 'store'>;

  constructor({ me, rooms, history, pictures, sync }: JoiningParts) {
    this.#me = me;
    this.#rooms = rooms;
    this.#history = history;
    this.#pictures = pictures;
    this.#sync = sync;
  }

  /** @throws BridgeError by rejection. */
  async join({ conversation, history }: CommandOf<'join'>): Promise<void> {
    const roomId = await this.#rooms.whileJoining(this.#join(conversation));
    const before = this.#rooms.conversationOf(roomId);
    if (before !== undefined && before !== conversation) {
      throw new BridgeError('conflict', words`You are in this room already, as ${before}.`);
    }
    await this.#rooms.whileOpening(roomId, async () => {
      // What nobody was here to hear is her history, also for a later life that would begin with an older token.
      if (before === undefined) await this.#sync.store();
      const room = await this.#read(roomId, conversation);
      const participant = (person: string): Participant => room.participant(person);
      const said = await this.#history.before({ roomId, conversation, participant }, history);
      if (this.#me.hasEnded) throw closed();
      await this.#rooms.opened(
        room,
        said.map(({ id }) => id),
      );
      this.#me.emit({ kind: 'opened', conversation, snapshot: room, history: said });
      void this.#pictures.show(room);
    });
  }

  /** @throws BridgeError by rejection. */
  async leave({ conversation, text: reason }: CommandOf<'leave'>): Promise<void> {
    const roomId = this.#rooms.idOf(conversation);
    if (roomId === undefined) throw notJoined();
    await this.#rooms.closed(roomId);
    if (!this.#me.prefers('leaveRooms', false)) return;
    await this.#me.api.post(['rooms', roomId, 'leave'], reason === undefined ? {} : { reason });
  }

  /** @throws BridgeError by rejection. */
  async decline({ conversation, reason }: CommandOf<'decline'>): Promise<void> {
    const roomId = isRoomId(conversation) ? conversation : await this.#resolved(conversation);
    await this.#me.api.post(['rooms', roomId, 'leave'], reason === undefined ? {} : { reason });
  }

  async #join(conversation: ConversationId): Promise<string> {
    const via = this.#me.names.via(conversation);
    const answer = await this.#me.api.request({
      method: 'POST',
      path: ['join', conversation],
      // The second name is that of servers older than 1.12.
      query: isRoomId(conversation) && via.length > 0 ? { via, server_name: via } : {},
      body: {},
      asking: 'join',
      timeoutMs: JOIN_MS,
    });
    return text(answer['room_id']);
  }

  async #resolved(alias: ConversationId): Promise<string> {
    return text((await this.#me.api.get('directory', 'room', alias))['room_id']);
  }

  /** All of the state in one request: what a sync gives of it is not always all. */
  async #read(roomId: string, id: ConversationId): Promise<MatrixRoom> {
    const { api, userId, people } = this.#me;
    const state = list(await api.array('rooms', roomId, 'state')).map(roomEvent);
    const room = new MatrixRoom({ id, roomId, self: userId, people });
    room.begin(state);
    return room;
  }
}
