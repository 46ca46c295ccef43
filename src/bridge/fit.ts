// A body made to fit a network: what it can't express is put into the text, and a long text is cut where a reader sees a boundary.

import type { Capabilities } from '../model/capabilities.ts';
import type { Body, Span } from '../model/conversation.ts';
import { BridgeError } from '../model/errors.ts';
import type { ParticipantId } from '../model/ids.ts';
import { words } from '../model/words.ts';

export type TextLimits = Capabilities['text'];

/** TXT-2: more than that is a paste, and a flood for everyone else. */
const MOST_PIECES = 8;
const QUOTE_CODE_POINTS = 120;

/**
 * One body for each message that the network must be sent; the spans of each count from its own beginning.
 * @throws BridgeError `too-long`.
 */
export function fitBody(
  body: Body,
  capabilities: Capabilities,
  nickOf: (id: ParticipantId) => string | undefined,
): readonly Body[] {
  const titled = inlineSubject(body);
  const inlined = inlineAttachments(
    capabilities.replies ? titled : inlineReply(titled, capabilities.text, nickOf),
    capabilities,
  );
  const plain = withoutForeignStyles(inlined, capabilities.text.styles);
  const whole = plain.thread !== undefined && !capabilities.threads ? omit(plain, 'thread') : plain;
  const { lines, max, unit } = capabilities.text;
  if ((lines === 'many' || !whole.text.includes('\n')) && fits(whole.text, max, unit)) return [whole];
  // Asked first, so that nobody makes us look for the graphemes of a megabyte.
  const pieces = fits(whole.text, max * MOST_PIECES, unit) ? cutText(whole.text, capabilities.text) : undefined;
  if (pieces === undefined || pieces.length > MOST_PIECES) {
    throw new BridgeError('too-long', words`This is too long: it would be more than ${MOST_PIECES} messages.`);
  }
  return pieces.map((piece, at) => cutBody(whole, piece, at === pieces.length - 1));
}

/** TXT-1: no network has them, and nothing that was written may be lost. */
function inlineSubject(body: Body): Body {
  const { subject } = body;
  if (subject === undefined) return body;
  const bare = omit(body, 'subject');
  return subject.trim() === '' ? bare : prefixed(bare, `Subject: ${subject.trim()}\n`);
}

/** The quote goes in front, as a person would type it. */
export function inlineReply(body: Body, text: TextLimits, nickOf: (id: ParticipantId) => string | undefined): Body {
  if (body.replyTo === undefined) return body;
  const { author, quote } = body.replyTo;
  const nick = author === undefined ? undefined : nickOf(author);
  const bare = omit(body, 'replyTo');
  if (quote === undefined || quote.trim() === '') return nick === undefined ? bare : prefixed(bare, `${nick}: `);
  const by = nick === undefined ? '' : `${nick}: `;
  if (text.lines === 'many') return prefixed(bare, `> ${by}${shortened(quote.trim()).replaceAll('\n', '\n> ')}\n`);
  return prefixed(bare, `${by}"${shortened(quote.trim().replaceAll(/\s*\n\s*/g, ' '))}" — `);
}

function shortened(quote: string): string {
  const points = Array.from(quote);
  return points.length <= QUOTE_CODE_POINTS ? quote : `${points.slice(0, QUOTE_CODE_POINTS - 1).join('')}…`;
}

/** What the network can't carry as a file is at least a link. */
function inlineAttachments(body: Body, { attachments: able }: Capabilities): Body {
  if (body.attachments === undefined) return body;
  const carried = body.attachments.filter(
    ({ bytes, mediaType }) =>
      able !== undefined &&
      (bytes === undefined || bytes <= able.maxBytes) &&
      (mediaType === undefined || able.mediaTypes.some((pattern) => isMediaType(mediaType, pattern))),
  );
  const links = body.attachments.filter((one) => !carried.includes(one) && !body.text.includes(one.url));
  const text = [...(body.text === '' ? [] : [body.text]), ...links.map((one) => one.url)].join('\n');
  const rest = omit(body, 'attachments');
  return carried.length === 0 ? { ...rest, text } : { ...rest, text, attachments: carried };
}

function isMediaType(mediaType: string, pattern: string): boolean {
  return (
    pattern === '*/*' || mediaType === pattern || (pattern.endsWith('/*') && mediaType.startsWith(pattern.slice(0, -1)))
  );
}

function withoutForeignStyles(body: Body, styles: TextLimits['styles']): Body {
  if (body.spans === undefined) return body;
  const spans = body.spans.filter((span) => styles.includes(span.style));
  if (spans.length === body.spans.length) return body;
  return spans.length === 0 ? omit(body, 'spans') : { ...body, spans };
}

export function prefixed(body: Body, prefix: string): Body {
  const shift = lengthOf(prefix);
  const text = prefix + body.text;
  if (body.spans === undefined) return { ...body, text };
  return {
    ...body,
    text,
    spans: body.spans.map((span) => ({ ...span, start: span.start + shift, end: span.end + shift })),
  };
}

/** A stretch of a text; `start` in code points. */
interface Piece {
  readonly text: string;
  readonly start: number;
}

function cutBody(body: Body, { text, start }: Piece, last: boolean): Body {
  const end = start + lengthOf(text);
  const spans = (body.spans ?? []).flatMap((span): Span[] => {
    const from = Math.max(span.start, start);
    const to = Math.min(span.end, end);
    return from < to ? [{ ...span, start: from - start, end: to - start }] : [];
  });
  const rest = omit(last ? body : omit(body, 'attachments'), 'spans');
  const first = start === 0 ? rest : omit(rest, 'replyTo');
  return spans.length === 0 ? { ...first, text } : { ...first, text, spans };
}

export function fits(text: string, max: number, unit: TextLimits['unit']): boolean {
  if (text.length * (unit === 'bytes' ? 3 : 1) <= max) return true;
  return sizeOf(text, unit) <= max;
}

function sizeOf(text: string, unit: TextLimits['unit']): number {
  return unit === 'bytes' ? Buffer.byteLength(text) : lengthOf(text);
}

export function cutText(text: string, limits: TextLimits): readonly Piece[] {
  if (limits.lines === 'many') return cutLine({ text, start: 0 }, limits);
  const pieces: Piece[] = [];
  let start = 0;
  for (const line of text.split('\n')) {
    const bare = line.replace(/\r$/, '');
    // An empty line can't be sent where a message is a line.
    if (bare.trim() !== '') pieces.push(...cutLine({ text: bare, start }, limits));
    start += lengthOf(line) + 1;
  }
  return pieces;
}

/** In code points, as spans count. */
function lengthOf(text: string): number {
  let points = 0;
  for (const _point of text) points++;
  return points;
}

let segmenter: Intl.Segmenter | undefined;

function cutLine(line: Piece, { max, unit }: TextLimits): readonly Piece[] {
  if (fits(line.text, max, unit)) return [line];
  segmenter ??= new Intl.Segmenter('und', { granularity: 'grapheme' });
  const pieces: Piece[] = [];
  let units: string[] = [];
  let size = 0;
  let start = line.start;
  const close = (count: number): void => {
    const text = units.slice(0, count).join('');
    if (text !== '') pieces.push({ text, start });
    start += lengthOf(text);
    units = units.slice(count);
    size = units.reduce((sum, one) => sum + sizeOf(one, unit), 0);
  };
  for (const { segment } of segmenter.segment(line.text)) {
    // One grapheme may be longer than a message: then only code points are left to cut at.
    const parts = sizeOf(segment, unit) <= max ? [segment] : Array.from(segment);
    for (const part of parts) {
      const partSize = sizeOf(part, unit);
      // More than once where a few long graphemes follow many short ones.
      while (size + partSize > max && units.length > 0) close(wordBoundary(units));
      units.push(part);
      size += partSize;
    }
  }
  close(units.length);
  return pieces;
}

/** Behind the last space, if that does not leave the piece half empty. */
function wordBoundary(units: readonly string[]): number {
  for (let at = units.length - 1; at > units.length / 2; at--)
    if (units[at] === ' ' || units[at] === '\n') return at + 1;
  return units.length;
}

function omit<Whole extends object, Key extends keyof Whole>(whole: Whole, key: Key): Omit<Whole, Key> {
  const { [key]: _omitted, ...rest } = whole;
  return rest;
}
