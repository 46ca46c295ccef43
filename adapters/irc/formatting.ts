// mIRC formatting codes: read into plain text and spans (modern.ircdocs.horse/formatting).

import type { Span, Style } from '../../src/model/conversation.ts';

// eslint-disable-next-line no-control-regex
const CODES = /[\x02\x03\x04\x0f\x11\x16\x1d\x1e\x1f]/;
// eslint-disable-next-line no-control-regex
const TOKEN =
  /\x03(?:\d{1,2}(?:,\d{1,2})?)?|\x04(?:[0-9a-fA-F]{6}(?:,[0-9a-fA-F]{6})?)?|[\x02\x0f\x11\x16\x1d\x1e\x1f]/g;
// eslint-disable-next-line no-control-regex
const OTHER_CONTROLS = /[\x00-\x08\x0b-\x1f\x7f]/g;

const STYLES: Readonly<Record<string, Style>> = {
  '\x02': 'strong',
  '\x1d': 'emphasis',
  '\x1e': 'strike',
  '\x11': 'code',
};
const RESET = '\x0f';

export interface Formatted {
  readonly text: string;
  readonly spans?: readonly Span[];
}

const codePoints = (text: string): number => {
  let count = 0;
  for (const _ of text) count++;
  return count;
};

/** Text without codes and control characters; the spans that have a counterpart. */
export function readFormatting(raw: string): Formatted {
  if (!CODES.test(raw)) return { text: raw.replace(OTHER_CONTROLS, '') };
  const open = new Map<Style, number>();
  const spans: Span[] = [];
  let text = '';
  let length = 0;
  const close = (style: Style): void => {
    const start = open.get(style);
    open.delete(style);
    if (start !== undefined && start < length) spans.push({ style, start, end: length });
  };
  const add = (part: string): void => {
    const clean = part.replace(OTHER_CONTROLS, '');
    text += clean;
    length += codePoints(clean);
  };
  let from = 0;
  for (const match of raw.matchAll(TOKEN)) {
    add(raw.slice(from, match.index));
    from = match.index + match[0].length;
    const style = STYLES[match[0]];
    if (match[0] === RESET) for (const each of open.keys()) close(each);
    else if (style !== undefined && open.has(style)) close(style);
    else if (style !== undefined) open.set(style, length);
  }
  add(raw.slice(from));
  for (const style of open.keys()) close(style);
  return spans.length === 0 ? { text } : { text, spans: spans.sort((a, b) => a.start - b.start || b.end - a.end) };
}
