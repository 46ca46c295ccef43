// The pictures that people and rooms of the echo network have: squares of one colour.

import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { Avatar } from '../../src/model/conversation.ts';
import type { Picture } from '../../src/model/queries.ts';

const PNG_START = 'iVBORw0KGgoAAAANSUhEUgAAACAAAAAgCAIAAAD8GO2jAAAAKklEQVR42m';
const SQUARES: Readonly<Record<string, string>> = {
  benvolio: 'PQqzWiKWIYtWDUglELRi0YtWDUglELRi0YtWDUglELhooFAHYwdC75A9uCAAAAAElFTkSuQmCC',
  '#garden': 'MQTT1AU8QwasGoBaMWjFowasGoBaMWjFowasGoBaMWDBULAJ4z6D1sTMIsAAAAAElFTkSuQmCC',
};

interface Square {
  readonly avatar: Avatar;
  readonly picture: Picture;
}

const squares = new Map(Object.entries(SQUARES).map(([name, rest]) => [name, square(name, rest)]));

function square(name: string, rest: string): Square {
  const bytes = Buffer.from(PNG_START + rest, 'base64');
  const sha1 = createHash('sha1').update(bytes).digest('hex');
  const mediaType = 'image/png';
  return {
    avatar: { sha1, mediaType, url: `echo:picture/${encodeURIComponent(name)}` },
    picture: { mediaType, bytes },
  };
}

/** Of a person or room; undefined for who has none. */
export const avatarOf = (name: string): Avatar | undefined => squares.get(name)?.avatar;
export const pictureOf = (name: string): Picture | undefined => squares.get(name)?.picture;
