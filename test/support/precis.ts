// The PRECIS classes and profiles that addresses are held to (RFC 8264, RFC 8265), by the Unicode tables of the running Node.

/** RFC 5892 Appendix A without the joiners, which are ignorable: allowed only beside certain others. */
const CONTEXTUAL = /[\u00b7\u0375\u05f3\u05f4\u0660-\u0669\u06f0-\u06f9\u30fb]/u;
/** RFC 5892 2.6. */
const DISALLOWED = /[\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b]/u;
const VALID = /[\u00df\u03c2\u06fd\u06fe\u0f0b\u3007]/u;
const JAMO = /[\u1100-\u11ff\ua960-\ua97f\ud7b0-\ud7ff]/u;
const IGNORABLE = /\p{Default_Ignorable_Code_Point}/u;
const ASCII = /[!-~]/;
const LETTERS_AND_DIGITS = /[\p{Ll}\p{Lu}\p{Lo}\p{Nd}\p{Lm}\p{Mn}\p{Mc}]/u;
const NEVER = /[\p{C}\p{Zl}\p{Zp}]/u;

/** Whether RFC 8264 8 finds the character valid in the IdentifierClass without looking at its neighbours. */
export function inIdentifierClass(char: string): boolean {
  if (VALID.test(char) || ASCII.test(char)) return true;
  if (DISALLOWED.test(char) || CONTEXTUAL.test(char) || JAMO.test(char) || IGNORABLE.test(char)) return false;
  return char.normalize('NFKC') === char && LETTERS_AND_DIGITS.test(char);
}

function inFreeformClass(char: string): boolean {
  if (VALID.test(char) || CONTEXTUAL.test(char)) return true;
  return !DISALLOWED.test(char) && !JAMO.test(char) && !IGNORABLE.test(char) && !NEVER.test(char);
}

/** RFC 5892 Appendix A.3 to A.9. */
function contextsHold(text: string): boolean {
  const chars = Array.from(text);
  return chars.every((char, at) => {
    const [before = '', after = ''] = [chars[at - 1], chars[at + 1]];
    if (char === '\u00b7') return before === 'l' && after === 'l';
    if (char === '\u0375') return /\p{Script=Greek}/u.test(after);
    if (char === '\u05f3' || char === '\u05f4') return /\p{Script=Hebrew}/u.test(before);
    if (char === '\u30fb') return /[\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]/u.test(text);
    return !/[\u0660-\u0669]/u.test(char) || !/[\u06f0-\u06f9]/u.test(text);
  });
}

/** RFC 8265 3.3, right-to-left and contextual characters counted as wrong: what the profile leaves as it is, wherever it stands. */
export function isUsernameCaseMapped(text: string): boolean {
  if (text.toLowerCase() !== text || text.normalize('NFC') !== text) return false;
  return Array.from(text).every(inIdentifierClass);
}

/** RFC 8265 4.2: what the profile leaves as it is. */
export function isOpaqueString(text: string): boolean {
  if (text === '' || text.normalize('NFC') !== text || /[\p{Zs}--\x20]/v.test(text)) return false;
  return Array.from(text).every(inFreeformClass) && contextsHold(text);
}
