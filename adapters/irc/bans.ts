// Whom bans are about, and those that were set while we look on: they tell why somebody is kicked.

import type { Participant } from '../../src/model/conversation.ts';
import { encodeBytes } from './bytes.ts';
import { parseSource } from './line.ts';
import type { Wire } from './wire.ts';

const REMEMBERED = 10;
const MAX_BYTES = 250;
/** A kick so long behind a ban may have any reason. */
const RECENT_MS = 30_000;

interface Ban {
  /** Folded. */
  readonly mask: string;
  readonly atMs: number;
}

export class RecentBans {
  readonly #wire: Pick<Wire, 'fold' | 'clock'>;
  #bans: readonly Ban[] = [];

  constructor(wire: Pick<Wire, 'fold' | 'clock'>) {
    this.#wire = wire;
  }

  set(mask: string): void {
    this.lift(mask);
    const ban = { mask: this.#wire.fold(mask), atMs: this.#wire.clock.monotonic() };
    this.#bans = [ban, ...this.#bans].slice(0, REMEMBERED);
  }

  lift(mask: string): void {
    const lifted = this.#wire.fold(mask);
    this.#bans = this.#bans.filter((ban) => ban.mask !== lifted);
  }

  /** Whether somebody who is kicked now is so because of a ban. */
  fits({ nick, address = `${nick}!*@*` }: Participant): boolean {
    const since = this.#wire.clock.monotonic() - RECENT_MS;
    const folded = this.#wire.fold(address);
    return this.#bans.some(({ mask, atMs }) => atMs >= since && maskFits(mask, folded));
  }
}

/**
 * By host where it is known, since a nick is changed in a second. Whoever has the host that we have (`own`: our `user@host`) is a user of
 * this gateway too, and not to be taken for all of them.
 */
export function banMask({ nick, address = '' }: Participant, own: string): string {
  const { user, host } = parseSource(address);
  if (host === '') return `${nick}!*@*`;
  const ours = parseSource(`!${own}`);
  if (host.toLowerCase() !== ours.host.toLowerCase()) return `*!*@${host}`;
  return user === '' || user === ours.user ? `${nick}!*@*` : `*!${user}@${host}`;
}

/** Rather than a nick or a person's id: a pattern of addresses, or what servers ban by besides (`$a:account`, `m:nick!*@*`). */
export const isMask = (who: string): boolean => /^[$~]|^[^%]*:|[!*?@]/.test(who);

/** In full, as servers write it; undefined for what is none. */
export function maskOf(written: string): string | undefined {
  // eslint-disable-next-line no-control-regex
  if (!isMask(written) || /^:|[\x00-\x20\x7f,]/.test(written) || encodeBytes(written).length > MAX_BYTES)
    return undefined;
  if (/^[$~]|^[^!@]*:/.test(written) || /!.*@/.test(written)) return written;
  if (written.includes('@')) return `*!${written}`;
  return written.includes('!') ? `${written}@*` : `${written}!*@*`;
}

/** Wildcards of RFC 2812 2.5. */
export function maskFits(mask: string, address: string): boolean {
  let at = 0;
  let from = 0;
  let star = -1;
  let mark = 0;
  while (from < address.length) {
    const char = mask.charAt(at);
    if (char === '*') {
      star = at++;
      mark = from;
    } else if (char === '?' || (char !== '' && char === address.charAt(from))) {
      at++;
      from++;
    } else if (star >= 0) {
      at = star + 1;
      from = ++mark;
    } else return false;
  }
  return /^\**$/.test(mask.slice(at));
}
