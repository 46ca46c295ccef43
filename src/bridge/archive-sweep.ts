// What goes out of the archive: what is older or more than the operator keeps, room by room and never all at once, and what nobody may read
// any more since the account it was kept for is gone.

import type { ArchiveSpan, ArchiveView } from '../model/archive-kept.ts';
import type { ConversationId, UserId } from '../model/ids.ts';
import type { Clock, Log } from '../model/ports.ts';
import { archivedIn, chunks } from './archive-reading.ts';
import type { ArchiveLimits } from './kept-archive.ts';
import type { ArchiveRecords } from './ports.ts';

export interface Sweeping {
  readonly records: ArchiveRecords;
  readonly limits: ArchiveLimits;
  readonly clock: Clock;
  readonly log: Log;
}

const ROOM_EVERY_MS = 50;
const DAY_MS = 86_400_000;

/** `change`: takes its turn among all that changes the archive. Never rejects. */
export async function sweepRooms(
  sweeping: Sweeping,
  change: (task: () => Promise<void>) => Promise<void>,
  isStopped: () => boolean,
): Promise<void> {
  const { records, clock, log } = sweeping;
  try {
    const views = Map.groupBy(await records.views(), ({ room }) => room);
    for (const [room, ofRoom] of views) {
      if (isStopped()) return;
      await change(() => trim(sweeping, room, ofRoom));
      await pause(clock);
    }
  } catch (error) {
    log.warn('the archive could not be trimmed; trying again later', { error });
  }
}

/** With the entries go the times of which nothing is left. */
async function trim(
  { records, limits, clock }: Sweeping,
  room: ConversationId,
  views: readonly ArchiveView[],
): Promise<void> {
  await records.trim(room, { before: clock.now() - limits.days * DAY_MS, keep: limits.messages });
  const oldest = (await records.range(room, { limit: 1 }))[0]?.at ?? Infinity;
  const changed: ArchiveView[] = [];
  for (const { user } of views) {
    const spans = await records.spans(user, room);
    const left = spans.filter(({ to }) => to === undefined || to >= oldest);
    if (left.length < spans.length) changed.push({ user, room, spans: left });
  }
  if (changed.length > 0) await records.putViews(changed);
}

/** The views of one user, and with each what she alone could read. @throws BridgeError by rejection. */
export async function forgetViews(
  records: ArchiveRecords,
  user: UserId,
  isMeant: (room: ConversationId) => boolean = () => true,
): Promise<void> {
  const hers = (await records.views(user)).filter(({ room }) => isMeant(room));
  if (hers.length === 0) return;
  const all = await records.views();
  for (const view of hers) {
    const others = all.filter((one) => one.room === view.room && one.user !== user);
    if (others.length === 0) await records.trim(view.room, { keep: 0 });
    else await removeHers(records, view, others);
    await records.putViews([{ ...view, spans: [] }]);
  }
}

/** Nothing is to be kept any more. @throws BridgeError by rejection. */
export async function clearArchive(records: ArchiveRecords): Promise<void> {
  const views = await records.views();
  for (const room of new Set(views.map((view) => view.room))) await records.trim(room, { keep: 0 });
  if (views.length > 0) await records.putViews(views.map((view) => ({ ...view, spans: [] })));
}

async function removeHers(
  records: ArchiveRecords,
  { room, spans }: ArchiveView,
  others: readonly ArchiveView[],
): Promise<void> {
  const theirs = others.flatMap((one) => one.spans);
  const isTheirs = (at: number, span: ArchiveSpan): boolean => span.from <= at && at <= (span.to ?? Infinity);
  for (const span of spans) {
    for await (const entries of chunks({ records, room }, span, {}, false)) {
      const alone = entries.filter(
        (entry) => !theirs.some((other) => isTheirs(entry.at, other) && archivedIn(entry, other, room) !== undefined),
      );
      await records.remove(
        room,
        alone.map(({ position }) => position),
      );
    }
  }
}

function pause(clock: Clock): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  clock.after(ROOM_EVERY_MS, resolve);
  return promise;
}
