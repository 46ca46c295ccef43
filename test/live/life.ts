// What a person does with a gateway from the first day to the last, in the words that all clients share; and the line to her server, which
// can be lost.

import { FaultProxy } from '../chaos/proxy.ts';
import { freePort } from '../support/processes.ts';

/** As people see a contact; `online` is without any show. */
export type Show = 'online' | 'chat' | 'away' | 'xa' | 'dnd' | 'offline';

export interface Contact {
  readonly jid: string;
  /** What she calls the contact; clients show it instead of the address. */
  readonly name: string;
}

/** A client that we did not write, used as a person uses it. All methods wait for it to show that it is so. @throws Error in time. */
export interface LifeClient {
  /** Links an account by the form that it shows; the answers by what is written beside the fields. Lets the gateway see its presence. */
  signsUp(gateway: string, answers: Readonly<Record<string, string>>): Promise<void>;
  adds(contact: Contact): Promise<void>;
  shows(contact: Contact, show: Show): Promise<void>;
  losesItsLine(): Promise<void>;
  /** By itself, as it does. */
  comesBack(): Promise<void>;
  /** Removes its account with the gateway. */
  signsOff(gateway: string): Promise<void>;
  /** For the report of a failure. */
  transcript(): Promise<string>;
  stop(): Promise<void>;
}

/** Whom it signs in as, and where. */
export interface Login {
  readonly name: string;
  readonly password: string;
  readonly c2sPort: number;
  readonly websocketUrl: string;
}

/** What goes between clients and one port of their server. */
export class Line {
  readonly port: number;
  readonly #target: number;
  #proxy: FaultProxy | undefined;

  static async to(target: number): Promise<Line> {
    const line = new Line(await freePort(), target);
    await line.mend();
    return line;
  }

  private constructor(port: number, target: number) {
    this.port = port;
    this.#target = target;
  }

  /** Every connection ends, without a word, and there is no other. */
  async cut(): Promise<void> {
    await this.#proxy?.close();
    this.#proxy = undefined;
  }

  async mend(): Promise<void> {
    this.#proxy = new FaultProxy(this.port, this.#target, { onPassed: () => undefined, onEnd: () => undefined });
    await this.#proxy.listen();
  }
}
