// How many segments a text takes on the air (3GPP TS 23.038): 160 or 153 septets, or 70 or 67 UTF-16 units where one character is not in
// the alphabet.

const ALPHABET = new Set(
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà',
);
const EXTENSION = new Set('\f^{}\\[~]|€');

export function segmentsOf(text: string): number {
  let septets = 0;
  for (const character of text) {
    if (!ALPHABET.has(character) && !EXTENSION.has(character)) return pieces(text.length, 70, 67);
    septets += EXTENSION.has(character) ? 2 : 1;
  }
  return pieces(septets, 160, 153);
}

const pieces = (units: number, alone: number, joined: number): number =>
  units <= alone ? 1 : Math.ceil(units / joined);
