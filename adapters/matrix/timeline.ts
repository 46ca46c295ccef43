// What a sync tells of one room: its state up to there, and the events since, with or without a gap before them.

import { type Fields, fields, list, type RoomEvent, roomEvent, text } from './fields.ts';

export interface Timeline {
  /** Changes up to the first of the events. */
  readonly state: readonly RoomEvent[];
  /** In order. */
  readonly events: readonly RoomEvent[];
  /** Something before them was left out, */
  readonly isLimited: boolean;
  /** and goes back from this token. */
  readonly before: string;
}

export function timelineOf(raw: Fields): Timeline {
  const timeline = fields(raw['timeline']);
  return {
    state: list(fields(raw['state'])['events']).map(roomEvent),
    events: list(timeline['events']).map(roomEvent),
    isLimited: timeline['limited'] === true,
    before: text(timeline['prev_batch']),
  };
}

/** She came in by it. */
export function isOwnJoin(event: RoomEvent, userId: string): boolean {
  return isOwn(event, userId) && event.content['membership'] === 'join' && event.before['membership'] !== 'join';
}

/** The index of the event by which she came in; -1 where she was there before the first one. */
export function comingIn(events: readonly RoomEvent[], userId: string): number {
  const first = events.findIndex(
    (event) =>
      isOwn(event, userId) && (event.before['membership'] === 'join' || event.content['membership'] === 'join'),
  );
  const event = events[first];
  return event !== undefined && isOwnJoin(event, userId) ? first : -1;
}

/** Somebody came, went, was invited, or is called something else. */
export function isMembership({ type }: RoomEvent): boolean {
  return type === 'm.room.member';
}
function isOwn(event: RoomEvent, userId: string): boolean {
  return isMembership(event) && event.stateKey === userId;
}
