// Presence: how many stanzas a change at the network makes when contacts change now and then, flap, or are told again as they were. The
// network is echo, in the gateway's own process, so that each line of the script is one event for every user who has the contact.

import { setTimeout as delay } from 'node:timers/promises';
import { ComponentSide, SECRET } from './component-side.ts';
import { until } from '../support/processes.ts';
import { format, grid } from './figures.ts';
import type { Scale } from './options.ts';
import { PresenceCount } from './presence-count.ts';
import { cpuMicros } from './process-meter.ts';
import { medianOf } from './spread.ts';
import { bare, full } from './stage.ts';
import type { RunningSubject } from './subject.ts';
import { startViaduct } from './viaduct.ts';
import { Verdict, Wrong } from './wrong.ts';

const DOMAIN = 'echo.localhost';
const GATEWAY = `  - domain: ${DOMAIN}
    secret: ${SECRET}
    network: echo
    settings: { guests: false }
`;
const USERS = Array.from({ length: 20 }, (_, user) => user);
const CONTACTS = Array.from({ length: 20 }, (_, contact) => `friend${contact}`);
const PAIRS = USERS.length * CONTACTS.length;
/** Changes of a contact that come sooner are gathered. */
const GATHERED_MS = 5_000;
const WITHIN_MS = 20_000;
const SHOWS = ['away', 'xa', 'dnd', 'chat', 'online'];

interface Found {
  readonly title: string;
  readonly events: number;
  readonly stanzas: number;
  readonly repeated: number;
  readonly cpuMicros: number;
}

/** @returns its table, and the figures behind it. @throws Wrong by rejection. */
export async function measurePresence({ share, rounds: most }: Scale): Promise<{ table: string; figures: unknown }> {
  // It mostly waits, and counts are the same each time.
  const rounds = Math.ceil(most / 3);
  const found: (readonly Found[])[] = [];
  for (let round = 1; round <= rounds; round++) {
    console.error(`presence: round ${round} of ${rounds}`);
    found.push(await oneRound(Math.max(2, Math.round(20 * share))));
  }
  const [first = []] = found;
  const figures = first.map((one, at) => ({
    ...one,
    stanzas: medianOf(found.map((round) => round[at]?.stanzas ?? 0)),
    cpuMicros: medianOf(found.map((round) => round[at]?.cpuMicros ?? 0)),
  }));
  return { table: tableOf(figures, rounds), figures };
}

/** `times`: how often a contact flaps, or is told again. */
async function oneRound(times: number): Promise<readonly Found[]> {
  const verdict = new Verdict();
  const xmpp = new ComponentSide(verdict);
  xmpp.software = 'Prosody';
  const running = await startViaduct(await xmpp.listen(), { gateways: GATEWAY });
  void running.process.exited.then(() => verdict.fail(`viaduct ended\n${running.process.logs().slice(-4_000)}`));
  try {
    await verdict.guard(Promise.all([running.ready, xmpp.ready]));
    return await new Round(xmpp, running, verdict).run(times);
  } finally {
    await running.stop();
    xmpp.close();
  }
}

class Round {
  readonly #xmpp: ComponentSide;
  readonly #running: RunningSubject;
  readonly #verdict: Verdict;
  readonly #count: PresenceCount;
  #answers = 0;
  #approved = 0;

  constructor(xmpp: ComponentSide, running: RunningSubject, verdict: Verdict) {
    this.#xmpp = xmpp;
    this.#running = running;
    this.#verdict = verdict;
    this.#count = new PresenceCount(verdict);
    xmpp.onAnswer = (head, stanza) => {
      if (head.includes("type='error'")) verdict.fail(`refused: ${stanza}`);
      this.#answers++;
    };
    xmpp.onStanza = (name, head, stanza) => {
      if (name === 'message' && head.includes("type='error'")) verdict.fail(`refused: ${stanza}`);
      if (name !== 'presence' || !head.includes(" from='friend")) return;
      if (head.includes("type='subscribed'")) this.#approved++;
      this.#count.heard(head, stanza);
    };
  }

  async run(times: number): Promise<readonly Found[]> {
    await this.#signUp();
    const change = await this.#phase('each changes once', [['dnd', 'once']], PAIRS);
    const flaps = Array.from({ length: times }, (_, at) => [SHOWS[at % SHOWS.length] ?? '', `flap ${at}`] as const);
    // Not away: since when would be another time each time.
    const last = ['dnd', 'at last'] as const;
    // The first is told at once, and then the last of those that were gathered.
    const flapping = await this.#phase('each flaps', [...flaps, last], 2 * PAIRS);
    const again = await this.#phase(
      'each is told again as it was',
      Array.from({ length: times }, () => last),
      0,
    );
    return [change, flapping, again];
  }

  async #signUp(): Promise<void> {
    for (const user of USERS) {
      const fields = `<username>u${user}</username><password>secret</password>`;
      const query = `<query xmlns='jabber:iq:register'>${fields}</query>`;
      this.#xmpp.send(`<iq from='${full(user)}' to='${DOMAIN}' type='set' id='r'>${query}</iq>`);
    }
    await this.#comes('accounts', () => this.#answers === USERS.length);
    for (const user of USERS) {
      for (const type of ['subscribe', 'subscribed'])
        this.#xmpp.send(`<presence from='${bare(user)}' to='${DOMAIN}' type='${type}'/>`);
      this.#xmpp.send(`<presence from='${full(user)}' to='${DOMAIN}'/>`);
      for (const contact of CONTACTS)
        this.#xmpp.send(`<presence from='${bare(user)}' to='${contact}@${DOMAIN}' type='subscribe'/>`);
    }
    await this.#comes('contacts', () => this.#approved === PAIRS && this.#count.stanzas >= PAIRS);
    // What clients are shown when they come is not the network's doing.
    await delay(2 * GATHERED_MS);
  }

  /** Every contact appears in all these ways, one right after the other. */
  async #phase(
    title: string,
    ways: readonly (readonly [show: string, status: string])[],
    most: number,
  ): Promise<Found> {
    const { pid } = this.#running.process;
    const [before, cpuBefore] = [this.#count.stanzas, cpuMicros(pid)];
    for (const [show, status] of ways)
      for (const contact of CONTACTS) this.#script(`!appear ${contact} ${show} ${status}`);
    const [, end = ''] = ways.at(-1) ?? [];
    await this.#comes(title, () => this.#count.showing(`<status>${end}</status>`) === PAIRS);
    await delay(GATHERED_MS + 500);
    if (this.#verdict.failed) throw this.#verdict.failed;
    const stanzas = this.#count.stanzas - before;
    if (stanzas > most) throw new Wrong(`${title}: ${stanzas} stanzas where ${most} are the most`);
    const { repeated } = this.#count;
    return { title, events: ways.length * PAIRS, stanzas, repeated, cpuMicros: cpuMicros(pid) - cpuBefore };
  }

  #script(line: string): void {
    const attrs = `from='${full(0)}' to='benvolio@${DOMAIN}' type='chat' id='s'`;
    this.#xmpp.send(`<message ${attrs}><body>${line}</body></message>`);
  }

  #comes(what: string, condition: () => boolean): Promise<void> {
    const waiting = until(what, condition, { deadlineMs: WITHIN_MS, everyMs: 20 }).catch((error: unknown) => {
      throw new Wrong(String(error));
    });
    return this.#verdict.guard(waiting);
  }
}

function tableOf(found: readonly Found[], rounds: number): string {
  const title =
    `\nPresence of ${CONTACTS.length} contacts for ${USERS.length} users, by event of the network; ${rounds} processes. ` +
    'One stanza that changes nothing, and there are no figures.';
  const rows = found.map((one) => [
    one.title,
    String(one.events),
    String(one.stanzas),
    format(one.stanzas / one.events),
    format(one.repeated / Math.max(1, one.stanzas)),
    format(one.cpuMicros / one.events),
  ]);
  return `${title}\n${grid([['', 'events', 'stanzas', 'by event', 'share repeated', 'CPU us by event'], ...rows])}`;
}
