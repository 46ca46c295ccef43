// One run's setting: the harness's two servers, the gateway between them, and the users who come and go through it.

import { setTimeout as delay } from 'node:timers/promises';
import type { OwnedProcess } from '../support/processes.ts';
import { attribute, ComponentSide, SERVER } from './component-side.ts';
import { IrcSide } from './irc-side.ts';
import type { RunningSubject, Subject } from './subject.ts';
import { unescapeBody } from './texts.ts';
import { Verdict } from './wrong.ts';

const START_MS = 30_000;
const JOIN_MS = 30_000;

export interface Heard {
  readonly user: number;
  readonly type: string;
  readonly from: string;
  readonly id: string | undefined;
  readonly body: string;
}

export interface Seen {
  readonly user: number;
  readonly room: string;
  readonly nick: string;
  readonly here: boolean;
  readonly stanza: string;
}

interface Join {
  readonly room: string;
  readonly onPresence: ((nick: string, stanza: string) => void) | undefined;
  resolve(): void;
  /** The own presence has come; the subject ends the join. */
  here: boolean;
}

export class Stage {
  readonly subject: Subject;
  /** How long nothing may move before what is missing is missing. */
  patienceMs = 10_000;
  readonly verdict = new Verdict();
  readonly xmpp: ComponentSide;
  readonly irc: IrcSide;
  readonly #joins = new Map<string, Join>();
  #running: RunningSubject | undefined;
  /** Every message with a body that is no notice of the gateway or server. */
  onMessage: (heard: Heard) => void = () => {};
  /** Every presence of an occupant, whatever it belongs to. */
  onOccupant: (seen: Seen) => void = () => {};

  private constructor(subject: Subject, caps: string) {
    this.subject = subject;
    this.xmpp = new ComponentSide(this.verdict);
    this.irc = new IrcSide(caps);
    this.xmpp.onStanza = (name, head, stanza) =>
      name === 'message' ? this.#message(head, stanza) : this.#presence(head, stanza);
  }

  /** `software`: what the XMPP server says it is; left out, it does not say. */
  static async open(subject: Subject, users: number, caps: string, software?: string): Promise<Stage> {
    const stage = new Stage(subject, caps);
    stage.xmpp.software = software;
    const ports = { component: await stage.xmpp.listen(), irc: await stage.irc.listen() };
    const names = Array.from({ length: users }, (_, i) => bare(i));
    const running = await subject.start(ports, names);
    stage.#running = running;
    void running.process.exited.then(({ code, signal }) =>
      stage.verdict.fail(`${subject.name} ended (${signal ?? code})\n${running.process.logs().slice(-4_000)}`),
    );
    const late = setTimeout(() => stage.verdict.fail(`${subject.name} was not ready in time`), START_MS);
    await stage.verdict.guard(Promise.all([running.ready, stage.xmpp.ready])).finally(() => clearTimeout(late));
    return stage;
  }

  get process(): OwnedProcess {
    if (!this.#running) throw new Error('the gateway is not started');
    return this.#running.process;
  }

  get folder(): string {
    if (this.#running?.folder === undefined) throw new Error(`${this.subject.name} has no folder`);
    return this.#running.folder;
  }

  async close(): Promise<void> {
    this.onMessage = () => {};
    await this.#running?.stop();
    this.xmpp.close();
    this.irc.close();
  }

  room(channel: string): string {
    return `${this.subject.channel(channel)}@${this.subject.domain}`;
  }

  person(nick: string): string {
    return `${this.subject.person(nick)}@${this.subject.domain}`;
  }

  /** Resolves with the subject, which ends a join; `onPresence` sees what comes before the own presence. */
  join(user: number, channel: string, onPresence?: (nick: string, stanza: string) => void): Promise<void> {
    const room = this.room(channel);
    const done = new Promise<void>((resolve) => {
      this.#joins.set(`${user} ${room}`, { room, onPresence, resolve, here: false });
    });
    this.xmpp.send(
      `<presence from='${full(user)}' to='${room}/${nickOf(user)}' id='j${user}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>`,
    );
    return this.#within(done, `user ${user} did not get into ${channel}`);
  }

  leave(user: number, channel: string): Promise<void> {
    const room = this.room(channel);
    const done = new Promise<void>((resolve) => {
      this.#leaves.set(`${user} ${room}`, resolve);
    });
    this.xmpp.send(`<presence from='${full(user)}' to='${room}/${nickOf(user)}' type='unavailable'/>`);
    return this.#within(done, `user ${user} did not get out of ${channel}`);
  }
  readonly #leaves = new Map<string, () => void>();

  async joinAll(users: number, channelOf: (user: number) => string, from = 0): Promise<void> {
    const atOnce = 25;
    for (let i = from; i < users; i += atOnce) {
      const part = Array.from({ length: Math.min(atOnce, users - i) }, (_, k) => i + k);
      await Promise.all(part.map((user) => this.join(user, channelOf(user))));
    }
  }

  #within(work: Promise<void>, text: string): Promise<void> {
    const until = performance.now() + JOIN_MS;
    return this.verdict.guard(work, () => (performance.now() > until ? text : undefined));
  }

  #message(head: string, stanza: string): void {
    const type = attribute(head, 'type') ?? 'normal';
    if (type === 'error') return this.verdict.fail(`a message was refused: ${stanza}`);
    const user = userOf(head);
    const from = attribute(head, 'from') ?? '';
    const open = stanza.indexOf('<body');
    if (open < 0) {
      const key = `${user} ${from.split('/', 1)[0]}`;
      const join = type === 'groupchat' && stanza.includes('<subject') ? this.#joins.get(key) : undefined;
      if (!join?.here) return;
      this.#joins.delete(key);
      return join.resolve();
    }
    const body = stanza.slice(stanza.indexOf('>', open) + 1, stanza.indexOf('</body>', open));
    this.onMessage({ user, type, from, id: attribute(head, 'id'), body: unescapeBody(body) });
  }

  #presence(head: string, stanza: string): void {
    const type = attribute(head, 'type');
    if (type === 'error') return this.verdict.fail(`a join was refused: ${stanza}`);
    const from = attribute(head, 'from') ?? '';
    const slash = from.indexOf('/');
    if (slash < 0) return;
    const [user, room, nick] = [userOf(head), from.slice(0, slash), from.slice(slash + 1)];
    this.onOccupant({ user, room, nick, here: type !== 'unavailable', stanza });
    const key = `${user} ${room}`;
    const own = stanza.includes("code='110'") || stanza.includes('code="110"');
    if (type === 'unavailable') {
      if (own) this.#leaves.get(key)?.();
      return;
    }
    const join = this.#joins.get(key);
    if (!join) return;
    join.onPresence?.(nick, stanza);
    if (own) join.here = true;
  }
}

/** Both servers let stragglers and echoes of the last message through before a figure is final. */
export const settle = (): Promise<void> => delay(80);

export const nickOf = (user: number): string => `u${user}`;
export const bare = (user: number): string => `u${user}@${SERVER}`;
export const full = (user: number): string => `u${user}@${SERVER}/bench`;

function userOf(head: string): number {
  const to = attribute(head, 'to') ?? '';
  return Number(to.slice(1, to.indexOf('@')));
}
