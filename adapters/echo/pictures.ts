// The pictures that people and rooms of the echo network have: squares of one colour.

import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import type { EncodedPicture } from '../../src/model/commands.ts';
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
  return pictured(name, 'image/png', PNG_START + rest);
}

function pictured(name: string, mediaType: string, base64: string): Square {
  const bytes = Buffer.from(base64, 'base64');
  const sha1 = createHash('sha1').update(bytes).digest('hex');
  return {
    avatar: { sha1, mediaType, url: `echo:picture/${encodeURIComponent(name)}` },
    picture: { mediaType, bytes },
  };
}

/** A picture that somebody has set, under a name of its own. */
export function noted({ mediaType, base64 }: EncodedPicture): string {
  const name = `set-${createHash('sha1').update(base64).digest('hex')}`;
  squares.set(name, pictured(name, mediaType, base64));
  return name;
}

/** Of a person or room; undefined for who has none. */
export const avatarOf = (name: string): Avatar | undefined => squares.get(name)?.avatar;
export const pictureOf = (name: string): Picture | undefined => squares.get(name)?.picture;
