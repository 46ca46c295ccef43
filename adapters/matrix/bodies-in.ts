// What is said on Matrix as the model's bodies (client-server API, 11.2: m.room.message, m.sticker, rich replies).

import { type Body, bodyOfWords } from '../../src/model/conversation.ts';
import { messageId } from '../../src/model/ids.ts';
import { inEnglish, joined, type Text, words } from '../../src/model/words.ts';
import { type Fields, fields, number, type RoomEvent, text } from './fields.ts';

export interface Relation {
  readonly type: string;
  readonly target: string;
  /** Of a reaction. */
  readonly key: string;
}

/** What the event is about, where it is about another one. */
export function relationOf({ content }: RoomEvent): Relation | undefined {
  const relates = fields(content['m.relates_to']);
  const type = text(relates['rel_type']);
  const target = text(relates['event_id']);
  return type === '' || target === '' ? undefined : { type, target, key: text(relates['key']) };
}

/** Undefined for what says nothing. */
export function bodyOf(event: RoomEvent, content: Fields = event.content): Body | undefined {
  if (event.type === 'm.sticker') return stickerIn(text(content['body']));
  if (event.type !== 'm.room.message') return undefined;
  const said = text(content['body']);
  switch (text(content['msgtype'])) {
    case '':
      return undefined;
    case 'm.emote':
      return replying('action', said, event);
    case 'm.notice':
      return replying('notice', said, event);
    case 'm.image':
    case 'm.video':
    case 'm.audio':
    case 'm.file':
      return replying('text', fileIn(said, content), event);
    case 'm.location':
      return replying('text', text(content['geo_uri']) || said, event);
    default:
      return replying('text', said, event);
  }
}

function stickerIn(name: string): Body {
  return bodyOfWords('text', name === '' ? words`[sticker: a picture]` : words`[sticker: ${name}]`);
}

function replying(kind: Body['kind'], content: Text, event: RoomEvent): Body | undefined {
  const said = inEnglish(content);
  const relates = fields(event.content['m.relates_to']);
  const target = text(fields(relates['m.in_reply_to'])['event_id']);
  // In a thread the last message stands there for clients without threads: nobody answers it.
  if (target === '' || relates['is_falling_back'] === true)
    return said.trim() === '' ? undefined : bodyIn(kind, content);
  const { quote, rest } = fallbackIn(said);
  if (rest.trim() === '') return undefined;
  const replyTo = { target: { by: 'network', ids: [messageId(target)] }, ...(quote !== '' && { quote }) } as const;
  return typeof content === 'string' ? { kind, text: rest, replyTo } : { ...bodyOfWords(kind, content), replyTo };
}

const bodyIn = (kind: Body['kind'], said: Text): Body =>
  typeof said === 'string' ? { kind, text: said } : bodyOfWords(kind, said);

/** Older clients put what is answered in front, as lines that begin with `> `. */
function fallbackIn(said: string): { readonly quote: string; readonly rest: string } {
  if (!/^> (?:\* )?<@[^>]+>/.test(said)) return { quote: '', rest: said };
  const lines = said.split('\n');
  const end = lines.findIndex((line) => !line.startsWith('> ') && line !== '>');
  if (end < 0) return { quote: '', rest: '' };
  const quoted = lines.slice(0, end).map((line) => line.slice(2));
  const quote = quoted.join('\n').replace(/^(?:\* )?<@[^>]+> ?/, '');
  const rest = lines.slice(lines[end] === '' ? end + 1 : end).join('\n');
  return { quote, rest };
}

/** What is in the file can be had only with the account's token: it is named. */
function fileIn(said: string, content: Fields): Text {
  const name = text(content['filename']) || said;
  const info = fields(content['info']);
  const size = number(info['size']);
  const details = [text(info['mimetype']), size === undefined ? '' : sized(size)].filter((one) => one !== '');
  if (name === '') return words`[${joined([words`a file`, ...details], ', ')}]`;
  const caption = said !== '' && said !== name ? `\n${said}` : '';
  return `[${[name, ...details].join(', ')}]${caption}`;
}

function sized(bytes: number): string {
  if (bytes < 1_000) return `${bytes} B`;
  if (bytes < 1_000_000) return `${Math.round(bytes / 1_000)} kB`;
  return `${(bytes / 1_000_000).toFixed(1)} MB`;
}
