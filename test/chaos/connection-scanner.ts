// What passes through one connection of the gateway: the messages that go by, and the errors that it writes.

import type { Ledger, LinkSpell } from './ledger.ts';
import { TokenScanner } from './tokens.ts';

export class ConnectionScanner {
  readonly #ledger: Ledger;
  readonly #now: () => number;
  readonly #toGateway: TokenScanner;
  readonly #toIrcServer: TokenScanner;
  #nick = '';
  #heads = '';
  #domain: string | undefined;
  #link: LinkSpell | undefined;

  constructor(ledger: Ledger, now: () => number, isAlive: () => boolean) {
    this.#ledger = ledger;
    this.#now = now;
    this.#toGateway = new TokenScanner((token) => {
      if (!isAlive()) return;
      ledger.handed.push({ token, at: now(), to: this.#nick === '' ? 'gateway' : { nick: this.#nick } });
    });
    this.#toIrcServer = new TokenScanner((token) => ledger.handed.push({ token, at: now(), to: 'ircd' }));
  }

  get nick(): string {
    return this.#nick;
  }

  xmpp(way: 'toServer' | 'toGateway', text: string): void {
    if (way === 'toGateway') {
      this.#toGateway.write(text);
      if (this.#link === undefined && text.includes('<handshake')) this.#begin();
    } else {
      this.#domain ??= /\bto=["']([^"']+)/.exec(text)?.[1];
      this.#errors(text);
    }
  }

  irc(way: 'toServer' | 'toGateway', text: string): void {
    if (way === 'toServer') {
      const nick = /^NICK :?(\S+)/m.exec(text)?.[1];
      // A ghost may hold the nick for a while; it is still the same person.
      if (nick !== undefined) this.#nick = nick.replace(/[^a-z]+$/, '');
      this.#toIrcServer.write(text);
    } else if (this.#nick !== '') this.#toGateway.write(text);
  }

  /** The connection to the XMPP server is over. */
  ended(): void {
    if (this.#link !== undefined) this.#link.to = this.#now();
  }

  #begin(): void {
    this.#link = { domain: this.#domain ?? '', from: this.#now(), to: undefined };
    this.#ledger.links.push(this.#link);
  }

  /** Errors that the gateway writes: its sender may not be there to read them. */
  #errors(text: string): void {
    this.#heads += text;
    let end = 0;
    for (const match of this.#heads.matchAll(/<message\b[^>]*>/g)) {
      end = match.index + match[0].length;
      const id = /\bid=["'](c-[^"']+)["']/.exec(match[0])?.[1];
      if (id !== undefined && /\btype=["']error["']/.test(match[0])) {
        this.#ledger.told.push({ token: id, at: this.#now(), by: 'void' });
      }
    }
    this.#heads = this.#heads.slice(Math.max(end, this.#heads.length - 2_000));
  }
}
