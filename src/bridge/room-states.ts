// The states of a conversation with rooms' manners, and what each thing that can happen does in each of them: data only.

/** `lost`: the link to the network was cut, and nobody here is in it any more. */
export type RoomState = 'closed' | 'opening' | 'open' | 'closing' | 'lost';

export type RoomInput =
  /** A client wants to be in it. */
  | 'join'
  /** A client goes, others stay. */
  | 'leave'
  /** The last client goes, and the room is not to be kept. */
  | 'lastLeave'
  /** The network's snapshot came. */
  | 'opened'
  /** The network put the user out. */
  | 'closed'
  /** The network took the leave. */
  | 'gone'
  /** The network refused the join. */
  | 'refused'
  /** No answer to the join, or to the leave, came in time. */
  | 'timeout'
  | 'linkLost'
  /** The link is back, and it is this room's turn. */
  | 'restore'
  /** Nobody came back into a room that was restored. */
  | 'abandon';

/** What the room does on its way into the next state, in this order. */
export type RoomEffect =
  /** The client that asked now waits for the snapshot. */
  | 'wait'
  | 'sendJoin'
  | 'sendLeave'
  /** The client that asked gets the snapshot as it is now. */
  | 'snapshot'
  | 'snapshotToWaiting'
  | 'snapshotToJoined'
  /** The client that goes is told that it has gone. */
  | 'tellLeft'
  /** Everyone joined is told, and forgotten. */
  | 'tellClosed'
  | 'refuseWaiting';

export interface Transition {
  readonly next: RoomState;
  readonly effects: readonly RoomEffect[];
}

const to = (next: RoomState, ...effects: RoomEffect[]): Transition => ({ next, effects });

export const ROOM_TABLE: { readonly [S in RoomState]: { readonly [I in RoomInput]: Transition } } = {
  closed: {
    join: to('opening', 'wait', 'sendJoin'),
    leave: to('closed'),
    lastLeave: to('closed'),
    // She joined elsewhere: the room is known, and nobody here is in it.
    opened: to('open'),
    closed: to('closed'),
    gone: to('closed'),
    refused: to('closed'),
    timeout: to('closed'),
    linkLost: to('closed'),
    restore: to('closed'),
    abandon: to('closed'),
  },
  opening: {
    join: to('opening', 'wait'),
    leave: to('opening', 'tellLeft'),
    lastLeave: to('closing', 'tellLeft', 'sendLeave'),
    opened: to('open', 'snapshotToWaiting'),
    closed: to('closed', 'refuseWaiting'),
    // Of a leave before this join; its own answer is still to come.
    gone: to('opening'),
    refused: to('closed', 'refuseWaiting'),
    // The join may still succeed, and then nobody would be in there.
    timeout: to('closing', 'refuseWaiting', 'sendLeave'),
    // Who waits goes on waiting: the join is sent again, or fails where it can't be.
    linkLost: to('opening'),
    restore: to('opening'),
    abandon: to('opening'),
  },
  open: {
    join: to('open', 'snapshot'),
    leave: to('open', 'tellLeft'),
    lastLeave: to('closing', 'tellLeft', 'sendLeave'),
    opened: to('open', 'snapshotToJoined'),
    closed: to('closed', 'tellClosed'),
    gone: to('open'),
    refused: to('open'),
    timeout: to('open'),
    linkLost: to('lost', 'tellClosed'),
    restore: to('open'),
    abandon: to('closing', 'sendLeave'),
  },
  closing: {
    join: to('opening', 'wait', 'sendJoin'),
    leave: to('closing'),
    lastLeave: to('closing'),
    // The answer to a join that was left before it came.
    opened: to('closing'),
    closed: to('closed'),
    gone: to('closed'),
    refused: to('closed'),
    timeout: to('closed'),
    linkLost: to('closed'),
    restore: to('closing'),
    abandon: to('closing'),
  },
  lost: {
    join: to('opening', 'wait', 'sendJoin'),
    leave: to('lost'),
    lastLeave: to('lost'),
    opened: to('open'),
    closed: to('closed'),
    gone: to('lost'),
    refused: to('closed'),
    timeout: to('lost'),
    linkLost: to('lost'),
    restore: to('opening', 'sendJoin'),
    abandon: to('lost'),
  },
};
