// Message tags (IRCv3), and those by which clients speak to each other: reading and writing them. They work where the server passes them on;
// what it does not want is in CLIENTTAGDENY.

import type { Body, Reference } from '../../src/model/conversation.ts';
import { type MessageId, messageId } from '../../src/model/ids.ts';
import type { Features } from './isupport.ts';
import { type IrcLine, tagOf } from './line.ts';
import type { Wire } from './wire.ts';

export const TYPING = '+typing';
export const REACT = '+draft/react';
export const UNREACT = '+draft/unreact';
export const REPLY = '+draft/reply';
/** What it is called now; not every server and client knows that yet. */
const REPLY_NOW = '+reply';

/** Does the server pass on a client's tag? */
export function passesOn({ deniedTags }: Features, caps: ReadonlySet<string>, tag: string): boolean {
  if (!caps.has('message-tags')) return false;
  const name = tag.slice('+'.length);
  return deniedTags.includes('*') ? deniedTags.includes(`-${name}`) : !deniedTags.includes(name);
}

const ESCAPED: Readonly<Record<string, string>> = { ';': '\\:', ' ': '\\s', '\r': '\\r', '\n': '\\n', '\\': '\\\\' };

export interface Tagged {
  readonly tags: Readonly<Record<string, string>>;
  readonly text: string;
}

/** A line with `@name=value;...` in front of it. */
export function withTags(tags: Tagged['tags'], line: string): string {
  const written = Object.entries(tags).map(
    ([name, value]) => `${name}=${value.replace(/[; \r\n\\]/g, (char) => ESCAPED[char] ?? char)}`,
  );
  return written.length === 0 ? line : `@${written.join(';')} ${line}`;
}

/** The message that a line answers, in the tags that came with it. */
export function answeredIn({ tags }: IrcLine): MessageId | undefined {
  const id = tagOf(tags, REPLY) || tagOf(tags, REPLY_NOW);
  return id === undefined || id === '' ? undefined : messageId(id);
}

/** What a body says of that. */
export function replyIn(line: IrcLine): { readonly replyTo?: Reference } {
  const id = line.tags.includes('reply=') ? answeredIn(line) : undefined;
  return id === undefined ? {} : { replyTo: { target: { by: 'network', ids: [id] } } };
}

/** The tag for a line that answers a message; nothing where it can't be told. */
export function replyTag(wire: Wire, { replyTo }: Body): Readonly<Record<string, string>> {
  const target = replyTo?.target;
  const id = target?.by === 'network' ? target.ids[0] : undefined;
  return id === undefined || wire.isOwnId(id) || !passesOn(wire.features, wire.caps, REPLY) ? {} : { [REPLY]: id };
}
