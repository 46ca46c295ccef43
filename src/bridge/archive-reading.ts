// Reading what a user was shown in a room out of the room's log: what lies in one of her stays there, and is for her.

import type { Archived, ArchivePage, ArchiveQuery } from '../model/archive.ts';
import type { ArchiveSpan } from '../model/archive-kept.ts';
import { BridgeError } from '../model/errors.ts';
import type { ConversationId, UserId } from '../model/ids.ts';
import type { LogEntry } from '../model/stores.ts';
import { words } from '../model/words.ts';
import { type KeptEntry, ownEntryId, shownId } from './archive-room.ts';
import type { ArchiveRecords } from './ports.ts';
import { fromTaggedJson } from './tagged-json.ts';

const READ_AT_ONCE = 200;

export interface ArchiveReader {
  readonly records: ArchiveRecords;
  readonly user: UserId;
  readonly room: ConversationId;
  /** Hers, by `from`. */
  readonly spans: readonly ArchiveSpan[];
}

interface Bounds {
  readonly afterPosition?: number;
  readonly beforePosition?: number;
}

/** @throws BridgeError by rejection: `not-found` for an id that is not there. */
export async function readPage(reader: ArchiveReader, query: ArchiveQuery): Promise<ArchivePage> {
  const { after, before, from, to, limit, last = false, matches } = query;
  const bounds = {
    ...(after !== undefined && { afterPosition: await positionOf(reader, after) }),
    ...(before !== undefined && { beforePosition: await positionOf(reader, before) }),
  };
  const spans = reader.spans.flatMap((span) => within(span, from?.getTime(), to?.getTime()));
  const items: Archived[] = [];
  for (const { span, original } of last ? spans.toReversed() : spans) {
    for await (const entries of chunks(reader, span, bounds, last)) {
      for (const entry of last ? entries.toReversed() : entries) {
        const archived = archivedIn(entry, original, reader.room);
        if (archived !== undefined && (matches === undefined || matches(archived))) items.push(archived);
        if (items.length > limit) break;
      }
      if (items.length > limit) break;
    }
    if (items.length > limit) break;
  }
  const page = items.slice(0, limit);
  return { items: last ? page.toReversed() : page, complete: items.length <= limit };
}

/** The entry with that id as she was shown it. */
export async function readOne(reader: ArchiveReader, id: string): Promise<(Archived & Position) | undefined> {
  for (const entryId of [id, ownEntryId(id, reader.user)]) {
    const entry = await reader.records.entry(reader.room, entryId);
    const span = entry && reader.spans.find((one) => one.from <= entry.at && entry.at <= (one.to ?? Infinity));
    const archived = entry && span && archivedIn(entry, span, reader.room);
    if (archived !== undefined) return { ...archived, position: entry?.position ?? 0 };
  }
  return undefined;
}
interface Position {
  readonly position: number;
}

/** Undefined for what is not for her, and what can't be read. */
export function archivedIn({ id, at, value }: LogEntry, span: ArchiveSpan, room: ConversationId): Archived | undefined {
  const kept = keptIn(value);
  if (kept === undefined || !isFor(kept, span)) return undefined;
  const event = { ...kept.event, conversation: room };
  const written = event.kind === 'said' || event.kind === 'edited' ? event.message.at : undefined;
  const { name } = kept;
  return { id: shownId(id), at: written ?? new Date(at), event, ...(name !== undefined && { name }) };
}

export const isFor = ({ only, not }: KeptEntry, { from }: ArchiveSpan): boolean =>
  only === undefined ? not?.includes(from) !== true : only.includes(from);

export function keptIn(value: string): KeptEntry | undefined {
  try {
    const kept = fromTaggedJson(value) as Partial<KeptEntry>;
    return typeof kept.event === 'object' ? (kept as KeptEntry) : undefined;
  } catch {
    return undefined;
  }
}

async function positionOf(reader: ArchiveReader, id: string): Promise<number> {
  const found = await readOne(reader, id);
  if (found === undefined) throw new BridgeError('not-found', words`There is no such message in the archive.`);
  return found.position;
}

/** The part of the span that lies in that time. */
function within(
  original: ArchiveSpan,
  from = -Infinity,
  to = Infinity,
): readonly { readonly span: ArchiveSpan; readonly original: ArchiveSpan }[] {
  const span = { from: Math.max(original.from, from), to: Math.min(original.to ?? Infinity, to) };
  if (span.from > span.to) return [];
  return [{ span: span.to === Infinity ? { from: span.from } : span, original }];
}

/** The entries of a span, some at a time; those of each are in the order of the log. */
export async function* chunks(
  { records, room }: Pick<ArchiveReader, 'records' | 'room'>,
  span: ArchiveSpan,
  bounds: Bounds,
  backwards: boolean,
): AsyncGenerator<readonly LogEntry[]> {
  let { afterPosition, beforePosition } = bounds;
  for (;;) {
    const entries = await records.range(room, {
      ...span,
      ...(afterPosition !== undefined && { afterPosition }),
      ...(beforePosition !== undefined && { beforePosition }),
      limit: READ_AT_ONCE,
      backwards,
    });
    yield entries;
    if (entries.length < READ_AT_ONCE) return;
    if (backwards) beforePosition = entries[0]?.position;
    else afterPosition = entries.at(-1)?.position;
  }
}
