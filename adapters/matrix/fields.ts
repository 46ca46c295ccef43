// What a homeserver sends, read without trust: JSON whose shape nobody has checked.

export type Fields = Readonly<Record<string, unknown>>;
const NONE: Fields = {};

export function fields(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : NONE;
}
export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
export function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
export function list(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(fields) : [];
}
export function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : [];
}

/** An event of a room, as `/sync`, `/messages` and `/state` give it. */
export interface RoomEvent {
  readonly id: string;
  readonly type: string;
  readonly sender: string;
  readonly content: Fields;
  readonly before: Fields;
  /** Who set it as it was before, where the homeserver tells that. */
  readonly senderBefore: string;
  /** Of state events. */
  readonly stateKey: string | undefined;
  /** Milliseconds since the epoch, by the server of the sender. */
  readonly at: number;
  /** Given by this device when it was sent with the token of this session. */
  readonly transaction: string | undefined;
  readonly redacts: string;
  readonly isRedacted: boolean;
  /** What it says since it was edited, where the homeserver tells that with it; empty otherwise. */
  readonly edited: Fields;
}

export function roomEvent(raw: Fields): RoomEvent {
  const unsigned = fields(raw['unsigned']);
  const content = fields(raw['content']);
  const stateKey = raw['state_key'];
  const transaction = unsigned['transaction_id'];
  return {
    id: text(raw['event_id']),
    type: text(raw['type']),
    sender: text(raw['sender']),
    content,
    before: fields(unsigned['prev_content'] ?? raw['prev_content']),
    senderBefore: text(unsigned['prev_sender']),
    stateKey: typeof stateKey === 'string' ? stateKey : undefined,
    at: number(raw['origin_server_ts']) ?? 0,
    transaction: typeof transaction === 'string' ? transaction : undefined,
    redacts: text(raw['redacts']) || text(content['redacts']),
    isRedacted: unsigned['redacted_because'] !== undefined,
    edited: fields(fields(fields(fields(unsigned['m.relations'])['m.replace'])['content'])['m.new_content']),
  };
}
