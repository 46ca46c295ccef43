// Which language each text is read in (BCP 47, RFC 4647 3.4), and the text in it.

import type { ConversationId, UserId } from '../model/ids.ts';
import { type Catalogue, inEnglish, rendered, type Text } from '../model/words.ts';
import type { Recipient, Translator } from './feature.ts';

export interface LanguagesOptions {
  /** By language; English is always there. */
  readonly catalogues: ReadonlyMap<string, Catalogue>;
  /** The operator's, for whom nothing is known of. */
  readonly byDefault: string;
  /** What she has set herself. */
  readonly preferred: (user: UserId, about?: ConversationId) => string | undefined;
}

/** Where nothing is known of the recipient. */
export const ENGLISH: Translator = Object.assign((text: Text): string => inEnglish(text), { language: 'en' });
/** Users whose clients said what they read. */
const REMEMBERED = 20_000;

export class Languages {
  readonly #options: LanguagesOptions;
  readonly #translators = new Map<string, Translator>();
  readonly #used = new WeakMap<Recipient, Translator>();
  readonly #seen = new Map<UserId, string>();

  constructor(options: LanguagesOptions) {
    this.#options = options;
  }

  /** A stanza of hers said so. */
  hear(user: UserId, lang: string): void {
    if (lang === '' || this.#seen.get(user) === lang) return;
    if (this.#seen.size >= REMEMBERED) this.#seen.clear();
    this.#seen.set(user, lang);
  }

  /** What she has set, else what is answered is in, else what her clients said last, else the operator's. */
  translator(recipient: Recipient): Translator {
    const { byDefault, preferred } = this.#options;
    // An empty one says that it is unknown (XML 1.0, 2.12).
    const said = recipient.lang === '' ? undefined : recipient.lang;
    const wanted = preferred(recipient.user, recipient.about) ?? said ?? this.#seen.get(recipient.user) ?? byDefault;
    const translator = this.#of(this.#spoken(wanted));
    this.#used.set(recipient, translator);
    return translator;
  }

  /** The language that the answer to it has texts in; undefined: it has none. */
  usedFor(recipient: Recipient): string | undefined {
    return this.#used.get(recipient)?.language;
  }

  /** What is said unasked. */
  textFor(user: UserId, text: Text, about?: ConversationId): string {
    return typeof text === 'string' ? text : this.translator({ user, about })(text);
  }

  /** `de-AT` is read by who reads `de`. */
  #spoken(wanted: string): string {
    const { catalogues } = this.#options;
    for (let tag = wanted.toLowerCase(); tag !== ''; tag = tag.slice(0, Math.max(0, tag.lastIndexOf('-')))) {
      for (const language of catalogues.keys()) if (language.toLowerCase() === tag) return language;
    }
    return ENGLISH.language;
  }

  #of(language: string): Translator {
    let translator = this.#translators.get(language);
    if (translator === undefined) {
      const catalogue = this.#options.catalogues.get(language);
      const translate = (text: Text): string => rendered(text, catalogue, language);
      translator = Object.assign(translate, { language });
      this.#translators.set(language, translator);
    }
    return translator;
  }
}
