// String preparation for the parts of addresses that we make ourselves: what is a fixed point both of the stringprep profiles that
// deployed servers run (RFC 3920, Unicode 3.2) and of their successors (RFC 8264, RFC 8265).

import { PLAIN_IN_LOCALPARTS, RIGHT_TO_LEFT } from './stringprep-ranges.ts';

/** RFC 7622 3.1: of a localpart or resourcepart, in UTF-8. */
export const MAX_PART_BYTES = 1023;

const classOf = (ranges: string): string =>
  ranges
    .trim()
    .replace(/[0-9a-f]+/g, '\\u{$&}')
    .replace(/\s+/g, '');
const PLAIN_IN_LOCALPART = new RegExp(`[${classOf(PLAIN_IN_LOCALPARTS)}]`, 'u');
const MARK = /\p{M}/u;
const RTL = classOf(RIGHT_TO_LEFT);

/**
 * Whether a character outside ASCII may stand in a localpart as it is.
 * @param before the literal character in front of it, else empty
 */
export function isPlainInLocalpart(char: string, before: string): boolean {
  if (!PLAIN_IN_LOCALPART.test(char)) return false;
  // Alone each is a fixed point; two marks in the wrong order are not.
  if (!MARK.test(char)) return true;
  const pair = before + char;
  return pair.normalize('NFKC') === pair;
}

/** RFC 3454 B.1. */
const MAPPED_TO_NOTHING = /\u034f|[\ufe00-\ufe0f]|[\u00ad\u1806\u180b-\u180d\u200b-\u200d\u2060\ufeff]/gu;
const NEVER_IN_LOCALPART = /[\s"&'/:<>@\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Z}]/u;

/** A localpart as a server would hand it on; undefined where it would refuse it (RFC 3920 Nodeprep, RFC 8265 3.3). */
export function prepareLocalpart(text: string): string | undefined {
  const folded = text.replace(MAPPED_TO_NOTHING, '').normalize('NFKC').toLowerCase().normalize('NFKC');
  return NEVER_IN_LOCALPART.test(folded) ? undefined : folded;
}

// U+2800, a blank of Braille, is a space for the eye.
const SPACES = /[\p{Z}\u2800\t\n\v\f\r]+/gu;
/**
 * RFC 3454 B.1 and C; RFC 8264 9.3, 9.6 to 9.13: controls, format and private characters, those without a meaning yet, ignorable
 * ones, conjoining Jamo, the exceptions of RFC 5892 2.6.
 */
const NEVER_IN_RESOURCE =
  /[\p{C}\p{Default_Ignorable_Code_Point}\u1806\u2ff0-\u2ffb\ufffc\ufffd\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b]/gu;

/** RFC 5892 Appendix A: characters that need others beside them, and what is to be read in their place where these are missing. */
const CONTEXTUAL: readonly (readonly [wrong: RegExp, instead: string])[] = [
  [/(?<!l)\u00b7|\u00b7(?!l)/gu, '\u2027'],
  [/\u0375(?!\p{Script=Greek})/gu, ','],
  [/(?<!\p{Script=Hebrew})\u05f3/gu, "'"],
  [/(?<!\p{Script=Hebrew})\u05f4/gu, '"'],
];
const KATAKANA_DOT = /\u30fb/gu;
const JAPANESE = /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u;
const ARABIC_DIGIT = /[\u0660-\u0669]/u;
const PERSIAN_DIGITS = /[\u06f0-\u06f9]/gu;

function settleContext(text: string): string {
  let out = text;
  for (const [wrong, instead] of CONTEXTUAL) out = out.replace(wrong, instead);
  if (!JAPANESE.test(out)) out = out.replace(KATAKANA_DOT, '\u2027');
  if (ARABIC_DIGIT.test(out)) {
    out = out.replace(PERSIAN_DIGITS, (digit) => String.fromCharCode(digit.charCodeAt(0) - 0x06f0 + 0x0660));
  }
  return out;
}

const FROM_THE_RIGHT = new RegExp(`[${RTL}]`, 'u');
const ALL_FROM_THE_RIGHT = new RegExp(`[${RTL}]`, 'gu');
const STARTS_FROM_THE_RIGHT = new RegExp(`^[${RTL}]`, 'u');
const ENDS_FROM_THE_RIGHT = new RegExp(`[${RTL}]$`, 'u');
const LETTERS = /\p{L}/gu;
// Marks of these scripts only: newer ones run from left to right for servers that do not know them.
const THEIR_MARKS =
  '\\u0300-\\u034e\\u0350-\\u036f\\u0591-\\u05c7\\u0610-\\u061a\\u064b-\\u065f\\u0670\\u06d6-\\u06ed\\u0711\\u0730-\\u074a\\u07a6-\\u07b0';
const NOT_AMONG_THEM = new RegExp(`[^${RTL}${THEIR_MARKS}\\u0660-\\u0669\\u06f0-\\u06f9 -@[-\`{-~]`, 'gu');
const LOOSE_ENDS = new RegExp(`^[^${RTL}\\p{Nd}]+|[^${RTL}\\p{Nd}]+$`, 'gu');
const HEBREW = /\p{Script=Hebrew}/u;

/**
 * RFC 3454 6: a text with right-to-left characters has no left-to-right ones, and begins and ends with a right-to-left one. A mixed
 * text keeps the direction that most of its letters have.
 */
function settleDirection(text: string): string {
  if (!FROM_THE_RIGHT.test(text)) return text;
  const fromTheRight = text.match(ALL_FROM_THE_RIGHT)?.length ?? 0;
  const letters = text.match(LETTERS)?.length ?? 0;
  if (fromTheRight * 2 < letters) return text.replace(ALL_FROM_THE_RIGHT, '');
  const kept = text.replace(NOT_AMONG_THEM, '').replace(LOOSE_ENDS, '');
  // A digit at an end matters (two people may differ by it), so it gets a mark of that direction beside it.
  const mark = HEBREW.test(kept) ? '\u05be' : '\u06d4';
  return (STARTS_FROM_THE_RIGHT.test(kept) ? '' : mark) + kept + (ENDS_FROM_THE_RIGHT.test(kept) ? '' : mark);
}

const ASCII_RESOURCE = /^[!-~]+(?: [!-~]+)*$/;
const NOT_ASCII = /[^ -~]/g;
const OUTER = /^[ \p{M}]+| +$/gu;
const ROUNDS = 8;

/**
 * A text made fit to be a resourcepart: what Resourceprep or OpaqueString would refuse or remove is gone, runs of any spaces are one
 * space, none is at the ends, and preparing it again changes nothing. Empty where nothing is left. Its length is not limited.
 */
export function prepareResource(text: string): string {
  if (ASCII_RESOURCE.test(text)) return text;
  let settled = text;
  for (let round = 0; round < ROUNDS; round++) {
    const before = settled;
    settled = settled.normalize('NFKC').replace(SPACES, ' ').replace(NEVER_IN_RESOURCE, '');
    settled = settleDirection(settleContext(settled)).replace(OUTER, '');
    if (settled === before) return settled;
  }
  return settled.replace(NOT_ASCII, '').trim();
}
