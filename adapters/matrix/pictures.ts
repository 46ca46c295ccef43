// Pictures of rooms: fetched small, known by the hash of what was fetched, and set (client-server API, content repository and `m.room.avatar`).

import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { CommandOf, EncodedPicture } from '../../src/model/commands.ts';
import { BridgeError } from '../../src/model/errors.ts';
import type { ConversationId } from '../../src/model/ids.ts';
import type { Picture } from '../../src/model/queries.ts';
import { words } from '../../src/model/words.ts';
import type { File } from './api.ts';
import { notJoined } from './errors.ts';
import { text } from './fields.ts';
import type { Me } from './me.ts';
import type { MatrixRoom } from './room.ts';
import type { Rooms } from './rooms.ts';

/** Of its edges, in pixels: servers keep it at hand. */
const SIZE = '96';
const MAX_BYTES = 40_000;
const MOST_KEPT = 50;
const FETCH_MS = 15_000;
const ADDRESS = /^mxc:\/\/([^/]+)\/([\w-]+)$/;

export class Pictures {
  readonly #me: Me;
  readonly #rooms: Rooms;
  /** By address; the last used last. */
  readonly #kept = new Map<string, Promise<Picture>>();

  constructor(me: Me, rooms: Rooms) {
    this.#me = me;
    this.#rooms = rooms;
  }

  /** The room has been given a picture, or is open now. Never rejects: a picture that can't be had is none. */
  async show(room: MatrixRoom): Promise<void> {
    const { pictureUrl } = room;
    if (pictureUrl === room.avatar?.url || (pictureUrl === '' && room.avatar === undefined)) return;
    const picture = pictureUrl === '' ? undefined : await this.#at(pictureUrl).catch(nothing);
    // Another one, or nobody who wants to see it, may have come meanwhile.
    if (room.pictureUrl !== pictureUrl || this.#rooms.at(room.roomId) !== room) return;
    if (picture === undefined && room.avatar === undefined) return;
    room.avatar = picture && { sha1: hashOf(picture), mediaType: picture.mediaType, url: pictureUrl };
    this.#me.emit({ kind: 'configured', conversation: room.id });
  }

  /** @throws BridgeError by rejection. */
  async of(conversation: ConversationId): Promise<Picture> {
    const url = this.#rooms.named(conversation)?.pictureUrl ?? '';
    if (url === '') throw new BridgeError('not-found', words`There is no picture.`);
    return await this.#at(url);
  }

  /** @throws BridgeError by rejection. */
  async set({ conversation, picture }: CommandOf<'setPicture'>): Promise<void> {
    const roomId = this.#rooms.idOf(conversation);
    if (roomId === undefined) throw notJoined();
    const { api } = this.#me;
    const content = picture === undefined ? {} : await this.#uploaded(picture);
    await api.put(['rooms', roomId, 'state', 'm.room.avatar', ''], content);
  }

  async #uploaded({ mediaType, base64 }: EncodedPicture): Promise<{ readonly url: string; readonly info: object }> {
    const file: File = { mediaType, bytes: new Uint8Array(Buffer.from(base64, 'base64')) };
    const stored = await this.#me.api.request({ method: 'POST', path: ['upload'], file });
    return { url: text(stored['content_uri']), info: { mimetype: mediaType, size: file.bytes.length } };
  }

  #at(url: string): Promise<Picture> {
    const kept = this.#kept.get(url) ?? this.#fetch(url);
    this.#kept.delete(url);
    this.#kept.set(url, kept);
    const [oldest] = this.#kept.size > MOST_KEPT ? this.#kept.keys() : [];
    if (oldest !== undefined) this.#kept.delete(oldest);
    kept.catch(() => {
      if (this.#kept.get(url) === kept) this.#kept.delete(url);
    });
    return kept;
  }

  async #fetch(url: string): Promise<Picture> {
    const [, server, id] = ADDRESS.exec(url) ?? [];
    if (server === undefined || id === undefined) throw new BridgeError('not-found', words`There is no picture.`);
    const picture = await this.#me.api.file({
      method: 'GET',
      version: 'v1',
      path: ['media', 'thumbnail', server, id],
      query: { width: SIZE, height: SIZE, method: 'crop' },
      timeoutMs: FETCH_MS,
    });
    if (picture.bytes.length > MAX_BYTES || !picture.mediaType.startsWith('image/'))
      throw new BridgeError('too-large', words`A picture may have at most ${MAX_BYTES} bytes.`);
    return picture;
  }
}

const hashOf = ({ bytes }: Picture): string => createHash('sha1').update(bytes).digest('hex');
const nothing = (): undefined => undefined;
