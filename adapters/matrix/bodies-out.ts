// What the user says as contents of Matrix events: m.text, m.emote and m.notice, with HTML where something is marked.

import type { Body, Span } from '../../src/model/conversation.ts';
import type { Fields } from './fields.ts';

const MSGTYPES = { text: 'm.text', action: 'm.emote', notice: 'm.notice' } as const;

/** `replyTo`: the event that is answered. */
export function contentOf(body: Body, replyTo?: string): Fields {
  const text = sayable(body.text);
  const spans = body.spans ?? [];
  const people = spans.flatMap(({ style, value }) => (style === 'mention' && value !== undefined ? [value] : []));
  return {
    msgtype: MSGTYPES[body.kind],
    body: text,
    ...(spans.length > 0 && { format: 'org.matrix.custom.html', formatted_body: htmlOf(text, spans) }),
    ...(people.length > 0 && { 'm.mentions': { user_ids: people } }),
    ...(replyTo !== undefined && { 'm.relates_to': { 'm.in_reply_to': { event_id: replyTo } } }),
  };
}

/** The edit of a message; what clients without edits show is marked as people do it. */
export function editOf(body: Body, target: string): Fields {
  const now = contentOf(body);
  return {
    ...now,
    body: `* ${sayable(body.text)}`,
    ...(typeof now['formatted_body'] === 'string' && { formatted_body: `* ${now['formatted_body']}` }),
    'm.new_content': now,
    'm.relates_to': { rel_type: 'm.replace', event_id: target },
  };
}

/** No homeserver's database takes anything else. */
export function sayable(text: string): string {
  return text.toWellFormed().replaceAll('\0', '\uFFFD');
}

const TAGS = { strong: 'strong', emphasis: 'em', strike: 'del', code: 'code', quote: 'blockquote' } as const;

function opening({ style, value = '' }: Span): string {
  if (style === 'link') return `<a href="${escaped(value)}">`;
  if (style === 'mention') return `<a href="https://matrix.to/#/${escaped(encodeURIComponent(value))}">`;
  return `<${TAGS[style]}>`;
}
function closing({ style }: Span): string {
  return style === 'link' || style === 'mention' ? '</a>' : `</${TAGS[style]}>`;
}

/** Spans may overlap: whatever is open inside one that ends is closed and opened again. */
function htmlOf(text: string, spans: readonly Span[]): string {
  const points = Array.from(text);
  const edges = new Set([0, points.length]);
  for (const { start, end } of spans) for (const at of [start, end]) if (at > 0 && at < points.length) edges.add(at);
  let html = '';
  let open: readonly Span[] = [];
  const sorted = [...edges].toSorted((one, other) => one - other);
  for (const [index, at] of sorted.entries()) {
    const wanted = spans
      .filter(({ start, end }) => start <= at && at < end)
      .toSorted((one, other) => other.end - one.end);
    let same = 0;
    while (same < open.length && open[same] === wanted[same]) same++;
    html += open.slice(same).toReversed().map(closing).join('');
    html += wanted.slice(same).map(opening).join('');
    open = wanted;
    html += escaped(points.slice(at, sorted[index + 1]).join('')).replaceAll('\n', '<br/>');
  }
  return html + open.toReversed().map(closing).join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
