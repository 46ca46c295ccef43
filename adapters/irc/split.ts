// Cutting a text into IRC lines: newlines first, then by the bytes a line really has room for, at words and never inside a grapheme (TXT-2).

const graphemes = new Intl.Segmenter(undefined, { granularity: 'grapheme' });

export type Measure = (text: string) => number;
const utf8Length: Measure = (text) => Buffer.byteLength(text, 'utf8');

/**
 * Pieces of at most `maxBytes` bytes each, in order. No character is lost but the newlines, and the one space where a line is cut between
 * words. A grapheme that alone is longer than a piece is cut at code points.
 */
export function splitText(text: string, maxBytes: number, measure: Measure = utf8Length): string[] {
  if (text !== '' && text.length * 4 <= maxBytes && !/[\r\n]/.test(text)) return [text];
  const pieces: string[] = [];
  for (const line of text.split(/\r\n|\n|\r/)) {
    if (line === '') continue;
    if (line.length * 4 <= maxBytes || measure(line) <= maxBytes) pieces.push(line);
    else cutLine(line, { maxBytes, measure, pieces });
  }
  return pieces;
}

/** As much of it as goes into that many bytes, in whole graphemes. */
export function cutText(text: string, maxBytes: number): string {
  if (text.length * 4 <= maxBytes || utf8Length(text) <= maxBytes) return text;
  let bytes = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    bytes += utf8Length(segment);
    if (bytes > maxBytes) return text.slice(0, index);
  }
  return text;
}

interface Cut {
  readonly maxBytes: number;
  readonly measure: Measure;
  readonly pieces: string[];
}

function cutLine(line: string, cut: Cut): void {
  let piece = '';
  let bytes = 0;
  for (const part of atoms(line, cut)) {
    const size = cut.measure(part);
    let spent = false;
    while (bytes + size > cut.maxBytes && piece !== '') {
      spent = part === ' ';
      piece = spent ? push(piece, '', cut) : pushWords(piece, cut);
      bytes = cut.measure(piece);
    }
    if (spent && piece === '') continue;
    piece += part;
    bytes += size;
  }
  if (piece !== '') cut.pieces.push(piece);
}

function push(piece: string, rest: string, cut: Cut): string {
  cut.pieces.push(piece);
  return rest;
}

/** Takes the whole words off the front, or everything where there is one word only. */
function pushWords(piece: string, cut: Cut): string {
  const space = piece.lastIndexOf(' ');
  return space > 0 ? push(piece.slice(0, space), piece.slice(space + 1), cut) : push(piece, '', cut);
}

function* atoms(line: string, cut: Cut): Generator<string> {
  for (const { segment } of graphemes.segment(line)) {
    if (segment.length * 4 <= cut.maxBytes || cut.measure(segment) <= cut.maxBytes) yield segment;
    else yield* segment;
  }
}
