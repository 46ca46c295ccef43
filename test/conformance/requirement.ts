// What a requirement is: an id that tests can name, how much it matters, and what we hold to, in our words.

/** P0: real clients break without it. P1: people expect it. P2: nice to have. N/A: only to be handled politely. */
export type Priority = 'P0' | 'P1' | 'P2' | 'N/A';

/** Requirements of one section by id. */
export type Section = Readonly<Record<string, readonly [Priority, string]>>;
