// When two IRC names are the same one: the case mappings that servers announce in RPL_ISUPPORT (CASEMAPPING).

export type Fold = (name: string) => string;

const ASCII = /[A-Z]+/g;
const RFC1459_STRICT = /[A-Z[\]\\]+/g;
const RFC1459 = /[A-Z[\]\\~]+/g;
const lower = (part: string): string => part.toLowerCase();

/** Lower-cases A to Z only: how addresses are folded, on every server. */
export const foldAscii: Fold = (name) => name.replace(ASCII, lower);

// RFC 1459 2.2 takes {}|^ for the lower case of []\~.
const BRACKETS: Readonly<Record<string, string>> = { '[': '{', ']': '}', '\\': '|', '~': '^' };
const lowerWithBrackets = (part: string): string =>
  part.toLowerCase().replace(/[[\]\\~]/g, (char) => BRACKETS[char] ?? char);

const foldRfc1459: Fold = (name) => name.replace(RFC1459, lowerWithBrackets);
const foldRfc1459Strict: Fold = (name) => name.replace(RFC1459_STRICT, lowerWithBrackets);
const foldUnicode: Fold = (name) => name.normalize('NFC').toLowerCase();

/** The folding a server announces; RFC 1459's where it says nothing or something unknown (MAP-7). */
export function foldOf(caseMapping: string | undefined): Fold {
  switch (caseMapping?.toLowerCase()) {
    case 'ascii':
      return foldAscii;
    case 'rfc1459-strict':
    case 'strict-rfc1459':
      return foldRfc1459Strict;
    case 'rfc7613':
    case 'rfc8265':
    case 'precis':
    case 'utf8':
    case 'utf-8':
      return foldUnicode;
    default:
      return foldRfc1459;
  }
}
