// What the adapter has kept, read without trust: another version of it may have written it.

export type Row = Readonly<Record<string, unknown>>;

/** Of a JSON object, or of its text; empty for anything else. */
export function fields(value: unknown): Row {
  let read = value;
  try {
    if (typeof value === 'string') read = JSON.parse(value);
  } catch {
    return {};
  }
  return typeof read === 'object' && read !== null ? (read as Row) : {};
}
export const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0);
export const text = (value: unknown): string => (typeof value === 'string' ? value : '');
