// What everybody says: texts that name their speaker, the place and a number, so that each can be found again wherever it goes.

export const NETWORKS = ['echo', 'irc', 'sms', 'matrix'] as const;
export type NetworkName = (typeof NETWORKS)[number];
/** Of these a kill may take lines along. */
export const isLive = (network: NetworkName): boolean => network === 'irc';

export interface Token {
  readonly sender: string;
  readonly network: NetworkName;
  /** A room or a person, letters only. */
  readonly place: string;
  readonly n: number;
}

const TOKEN = new RegExp(`c-([a-z]+)-(${NETWORKS.join('|')})-([a-z]+)-(\\d+)`);
// What follows the number must be there, else it may go on.
const COMPLETE = new RegExp(`c-[a-z]+-(?:${NETWORKS.join('|')})-[a-z]+-\\d+(?=\\D)`, 'g');

/** Also good as an XML id. */
export const tokenText = ({ sender, network, place, n }: Token): string => `c-${sender}-${network}-${place}-${n}`;

export function tokenIn(text: string): (Token & { readonly text: string }) | undefined {
  const match = TOKEN.exec(text);
  if (match === null) return undefined;
  const [whole, sender = '', , place = '', n] = match;
  const network = NETWORKS.find((one) => one === match[2]);
  return network && { text: whole, sender, network, place, n: Number(n) };
}

export const streamOf = ({ sender, network, place }: Token): string => `${sender}-${network}-${place}`;

/** Finds tokens in a stream of bytes that may be cut anywhere; each occurrence once, when it is complete. */
export class TokenScanner {
  readonly #onToken: (text: string) => void;
  #rest = '';

  constructor(onToken: (text: string) => void) {
    this.#onToken = onToken;
  }

  write(text: string): void {
    this.#rest += text;
    let end = 0;
    for (const match of this.#rest.matchAll(COMPLETE)) {
      this.#onToken(match[0]);
      end = match.index + match[0].length;
    }
    this.#rest = this.#rest.slice(Math.max(end, this.#rest.length - 200));
  }
}
