// A text that came in, as the events that tell of it.

import { type Body, bodyOfWords } from '../../src/model/conversation.ts';
import type { ConversationId } from '../../src/model/ids.ts';
import { accountKey, messageId } from '../../src/model/ids.ts';
import type { KeptEvent } from '../../src/model/network.ts';
import { joined, type Words, words } from '../../src/model/words.ts';
import { contactOf, countryOf, countryOfNumber, personOf } from './numbers.ts';
import { type Change, changeIn, wordsFor } from './opt-outs.ts';
import type { Fields } from './signature.ts';

export const ONLY_ACCOUNT = accountKey('');

export interface Text {
  readonly sid: string;
  readonly from: string;
  /** Number of ours. */
  readonly to: string;
  readonly body: string;
  /** What else came with it; an empty type where it is not known. */
  readonly files: readonly string[];
  /** `STOP`, `START` or `HELP` where the network has understood it so. */
  readonly optOut?: string;
  readonly fromCountry?: string;
  /** When it came, if that is not now. */
  readonly at?: Date;
}

export interface Incoming {
  readonly conversation: ConversationId;
  readonly said: KeptEvent;
  /** What the sender is called. */
  readonly nick: string;
  /** The sender wants no more texts, or wants them again. */
  readonly change: Change | undefined;
}

/** Undefined for what is no text from anybody. */
export function textIn(fields: Fields): Text | undefined {
  const { MessageSid: sid = '', From: from = '', To: to = '' } = fields;
  if (sid === '' || from === '' || to === '') return undefined;
  const count = Math.min(Number(fields['NumMedia']) || 0, 10);
  const { OptOutType: optOut, FromCountry: fromCountry } = fields;
  return {
    sid,
    from,
    to,
    body: fields['Body'] ?? '',
    files: Array.from({ length: count }, (_, n) => fields[`MediaContentType${n}`] ?? ''),
    ...(optOut !== undefined && { optOut }),
    ...(fromCountry !== undefined && { fromCountry }),
  };
}

export function incoming(text: Text): Incoming | undefined {
  const home = countryOf(text.fromCountry ?? '') ?? countryOfNumber(text.to);
  const conversation = contactOf(text.from, home);
  if (conversation === undefined) return undefined;
  const { sid, at } = text;
  const message = {
    id: messageId(sid),
    from: personOf(conversation),
    own: false,
    body: bodyIn(text),
    ...(at !== undefined && { at }),
  } as const;
  const said: KeptEvent = { id: sid, event: { kind: 'said', conversation, message } };
  return { conversation, said, nick: message.from.nick, change: changeIn(text.body, text.optOut) };
}

export function changeTold({ nick }: Incoming, change: Change, sid: string): KeptEvent {
  const text = wordsFor(change, nick);
  return { id: `${sid}:${change}`, event: { kind: 'told', account: ONLY_ACCOUNT, text, urgent: true } };
}

/** Files are named, so that she knows that there was one. */
function bodyIn({ body, files }: Text): Body {
  if (files.length > 0)
    return bodyOfWords('text', joined([...(body === '' ? [] : [body]), ...files.map(fileOf)], '\n'));
  return body === '' ? bodyOfWords('text', words`[empty text]`) : { kind: 'text', text: body };
}

function fileOf(type: string): Words {
  if (type === '') return words`[file not shown]`;
  if (type.startsWith('image/')) return words`[picture not shown: ${type}]`;
  if (type.startsWith('video/')) return words`[video not shown: ${type}]`;
  if (type.startsWith('audio/')) return words`[recording not shown: ${type}]`;
  return /vcard/i.test(type) ? words`[contact card not shown: ${type}]` : words`[file not shown: ${type}]`;
}
