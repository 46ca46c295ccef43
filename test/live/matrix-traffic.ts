// Texts that flow both ways between an XMPP client and somebody on Matrix while something is broken, and the judgement of what became of
// each: by Synapse's own history of the room, and by what the client was shown.

import { expect } from 'vitest';
import type { MatrixPerson } from '../support/matrix-person.ts';
import type { Linked } from '../support/matrix-world.ts';
import { until } from '../support/processes.ts';

const EVERY_MS = 150;
/** What a kill may take with it: stanzas that the XMPP server had written and nobody had read. */
const IN_FLIGHT_MS = 1_000;

interface Sent {
  readonly text: string;
  readonly atMs: number;
}

interface Shown {
  readonly text: string;
  readonly id: string;
  readonly isDelayed: boolean;
}

export class Traffic {
  readonly #romeo: Linked;
  readonly #nurse: MatrixPerson;
  readonly #talk: { readonly jid: string; readonly room: string };
  readonly #out: Sent[] = [];
  readonly #in: string[] = [];
  #cutFromMs = Number.POSITIVE_INFINITY;
  #cutToMs = Number.NEGATIVE_INFINITY;

  constructor(romeo: Linked, nurse: MatrixPerson, talk: { readonly jid: string; readonly room: string }) {
    this.#romeo = romeo;
    this.#nurse = nurse;
    this.#talk = talk;
  }

  /** Both talk until `act` has ended. */
  async flowing(act: () => Promise<void>): Promise<void> {
    let going = true;
    const turns = async (turn: (n: number) => Promise<void>): Promise<void> => {
      for (let n = 1; going; n += 1) {
        await turn(n);
        await new Promise((resolve) => setTimeout(resolve, EVERY_MS));
      }
    };
    const talks = [turns((n) => this.#asks(n)), turns((n) => this.#answers(n))];
    try {
      await act();
    } finally {
      going = false;
      await Promise.all(talks);
    }
  }

  /** Resolves when so many more have been sent each way. */
  async flows(count: number): Promise<void> {
    const [out, back] = [this.#out.length, this.#in.length];
    await until(`${count} texts each way`, () => this.#out.length >= out + count && this.#in.length >= back + count);
  }

  /** What is sent to the gateway meanwhile may come back as an error. */
  async cut(act: () => Promise<void>): Promise<void> {
    this.#cutFromMs = performance.now();
    await act();
    this.#cutToMs = performance.now();
  }

  /** Each text that had to arrive has, once; and none twice. */
  async everythingArrives(): Promise<void> {
    const { client, matrix } = this.#romeo;
    const due = this.#out.filter(({ atMs }) => atMs < this.#cutFromMs - IN_FLIGHT_MS || atMs > this.#cutToMs);
    expect(due.length).toBeGreaterThan(10);
    const last = `out ${this.#out.length + 1}`;
    await this.#asks(this.#out.length + 1);
    await this.#nurse.hears(matrix.id, last, 'm.text', 60_000);
    const arrived = (await this.#nurse.history(this.#talk.room)).flatMap(({ sender, content }) =>
      sender === matrix.id && String(content['body']).startsWith('out ') ? [String(content['body'])] : [],
    );
    expect(arrived).toEqual([...new Set(arrived)]);
    expect(due.map(({ text }) => text).filter((text) => !arrived.includes(text))).toEqual([]);

    const end = `in ${this.#in.length + 1}`;
    await this.#answers(this.#in.length + 1);
    await client.finds(`<message from='${this.#talk.jid}' type='chat'><body>${end}</body></message>`, 30_000);
    const copies = Map.groupBy(this.#shown(), ({ text }) => text);
    expect(this.#in.filter((text) => text !== end && !copies.has(text))).toEqual([]);
    // The unconfirmed tail of a link that was cut may come again, so that the client knows it for what it is.
    const isAgain = ([first, ...more]: readonly Shown[]): boolean =>
      more.every(({ id, isDelayed }) => isDelayed && id === first?.id);
    expect([...copies].filter(([, all]) => !isAgain(all))).toEqual([]);
  }

  #shown(): readonly Shown[] {
    return this.#romeo.client.unread.flatMap((raw) => {
      const text = /<body>(in \d+)<\/body>/.exec(raw)?.[1];
      const id = / id=['"]([^'"]+)/.exec(raw)?.[1] ?? '';
      return text === undefined ? [] : [{ text, id, isDelayed: raw.includes('<delay') }];
    });
  }

  #asks(n: number): Promise<void> {
    const text = `out ${n}`;
    this.#out.push({ text, atMs: performance.now() });
    this.#romeo.client.sends(
      `<message to='${this.#talk.jid}' type='chat' id='out-${n}'><body>${text}</body></message>`,
    );
    return Promise.resolve();
  }

  async #answers(n: number): Promise<void> {
    const text = `in ${n}`;
    await this.#nurse.say(this.#talk.room, text);
    this.#in.push(text);
  }
}
