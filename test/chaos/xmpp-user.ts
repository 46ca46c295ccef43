// A user of the gateways with a plain XMPP client that behaves: comes back by itself, goes into its rooms again when it is told or finds
// out that it is not in them any more (XEP-0045, XEP-0410), and notes everything that it is shown.

import { elementsOf, type XmlNode } from '../support/xml-tree.ts';
import type { Ledger, Spell } from './ledger.ts';
import { tokenIn } from './tokens.ts';
import { childOf, childText, XmppStream } from './xmpp-stream.ts';

const DISCO_INFO = 'http://jabber.org/protocol/disco#info';
const MUC_USER = 'http://jabber.org/protocol/muc#user';
const RECONNECT_MS = [150, 400, 900] as const;
const REJOIN_MS = 700;
const JOIN_TIMEOUT_MS = 15_000;
const SELF_PING_MS = 6_000;
const PING_TIMEOUT_MS = 5_000;
/** What it was shown last may have been said before what it was not shown. */
const MARGIN_MS = 30_000;
/** MUC-50: any other error does not say that we are out. */
const OUT = new Set(['not-acceptable']);

export interface RoomPlan {
  /** `irc-verona` */
  readonly place: string;
  readonly jid: string;
}

export interface UserPlan {
  readonly name: string;
  readonly port: number;
  readonly rooms: readonly RoomPlan[];
  readonly ledger: Ledger;
  /** Asks its rooms whether it is still in them; else it believes what it is told, and nothing but that. */
  readonly selfPings: boolean;
  /** Milliseconds since the run began. */
  now(): number;
}

interface RoomState extends RoomPlan {
  state: 'out' | 'joining' | 'in';
  /** Before the subject: what is shown is what was said before. */
  isHistory: boolean;
  readonly people: Set<string>;
  spell: Spell | undefined;
  /** Of the last message that was shown, by our own clock. */
  lastShown: Date | undefined;
  timer: NodeJS.Timeout | undefined;
}

export class XmppUser {
  readonly name: string;
  readonly #plan: UserPlan;
  readonly #rooms: readonly RoomState[];
  readonly #pings = new Map<string, { resolve(answer: XmlNode | undefined): void }>();
  #stream: XmppStream | undefined;
  #spell: Spell | undefined;
  #stopped = false;
  #tries = 0;
  #ids = 0;
  #pinging: NodeJS.Timeout | undefined;

  constructor(plan: UserPlan) {
    this.name = plan.name;
    this.#plan = plan;
    this.#rooms = plan.rooms.map((room) => ({
      ...room,
      state: 'out',
      isHistory: false,
      people: new Set(),
      spell: undefined,
      lastShown: undefined,
      timer: undefined,
    }));
  }

  get online(): boolean {
    return this.#stream !== undefined;
  }
  /** Nicks that the client sees in the room, or undefined where it is not in it. */
  people(place: string): ReadonlySet<string> | undefined {
    const room = this.#rooms.find((one) => one.place === place);
    return room?.state === 'in' && !room.isHistory ? room.people : undefined;
  }

  /** Connects for the first time. @throws Error by rejection. */
  async start(): Promise<void> {
    await this.#connect();
    if (this.#plan.selfPings) this.#pinging = setInterval(() => void this.#pingRooms(), SELF_PING_MS);
  }

  stop(): void {
    this.#stopped = true;
    clearInterval(this.#pinging);
    for (const room of this.#rooms) clearTimeout(room.timer);
    this.#stream?.close();
  }

  joinRooms(): void {
    for (const room of this.#rooms) this.#join(room);
  }

  /** @returns whether it was written. */
  say(token: string, to: { readonly jid: string; readonly place?: string }): boolean {
    if (to.place !== undefined && this.people(to.place) === undefined) return false;
    const type = to.place === undefined ? 'chat' : 'groupchat';
    const written = this.#stream?.send(
      `<message to='${to.jid}' type='${type}' id='${token}'><body>${token}</body></message>`,
    );
    if (written !== true) return false;
    this.#plan.ledger.written.push({ token, at: this.#plan.now() });
    return true;
  }

  /** Resolves with the answer, or with nothing where none came in time. */
  async asks(type: 'get' | 'set', to: string, payload: string): Promise<XmlNode | undefined> {
    const id = `q${++this.#ids}`;
    const { promise, resolve } = Promise.withResolvers<XmlNode | undefined>();
    const timer = setTimeout(() => resolve(undefined), PING_TIMEOUT_MS);
    this.#pings.set(id, { resolve });
    this.#stream?.send(`<iq type='${type}' to='${to}' id='${id}'>${payload}</iq>`);
    const answer = await promise;
    clearTimeout(timer);
    this.#pings.delete(id);
    return answer;
  }

  /** XEP-0410. @returns true, false, or undefined where nobody can say. */
  async isIn(place: string): Promise<boolean | undefined> {
    const room = this.#rooms.find((one) => one.place === place);
    if (room === undefined) return false;
    const answer = await this.asks('get', `${room.jid}/${this.name}`, "<ping xmlns='urn:xmpp:ping'/>");
    if (answer?.attrs['type'] === 'result') return true;
    return OUT.has(conditionOf(answer)) ? false : undefined;
  }

  async #connect(): Promise<void> {
    const stream = await XmppStream.connect({
      port: this.#plan.port,
      name: this.name,
      password: 'secret',
      resource: 'chaos',
    });
    this.#tries = 0;
    this.#stream = stream;
    this.#spell = this.#begin('xmpp');
    stream.onStanza = (stanza) => this.#hear(stanza);
    stream.onEnd = () => this.#lost();
    stream.send('<presence/>');
  }

  #lost(): void {
    this.#stream = undefined;
    if (this.#spell !== undefined) this.#spell.to = this.#plan.now();
    for (const room of this.#rooms) this.#out(room);
    for (const ping of this.#pings.values()) ping.resolve(undefined);
    if (!this.#stopped) this.#later();
  }

  #later(): void {
    const waitMs = RECONNECT_MS[Math.min(this.#tries++, RECONNECT_MS.length - 1)];
    setTimeout(() => {
      if (this.#stopped) return;
      this.#connect().then(
        () => this.joinRooms(),
        () => this.#later(),
      );
    }, waitMs);
  }

  #begin(place: string): Spell {
    const spell: Spell = { who: this.name, place, from: this.#plan.now(), to: undefined };
    this.#plan.ledger.spells.push(spell);
    return spell;
  }

  #join(room: RoomState): void {
    if (this.#stream === undefined || room.state !== 'out' || this.#stopped) return;
    room.state = 'joining';
    room.isHistory = true;
    room.people.clear();
    const since = room.lastShown && new Date(room.lastShown.getTime() - MARGIN_MS).toISOString();
    const history = since === undefined ? "maxstanzas='0'" : `since='${since}'`;
    this.#stream.send(
      `<presence to='${room.jid}/${this.name}'><x xmlns='http://jabber.org/protocol/muc'><history ${history}/></x></presence>`,
    );
    this.#after(room, JOIN_TIMEOUT_MS, () => {
      if (room.state === 'joining') this.#out(room);
    });
  }

  #after(room: RoomState, waitMs: number, task: () => void): void {
    clearTimeout(room.timer);
    room.timer = setTimeout(task, waitMs);
  }

  /** Not in it; tries again after a moment. */
  #out(room: RoomState): void {
    room.state = 'out';
    if (room.spell !== undefined) room.spell.to = this.#plan.now();
    room.spell = undefined;
    this.#after(room, REJOIN_MS, () => this.#join(room));
  }

  async #pingRooms(): Promise<void> {
    for (const room of this.#rooms) {
      if (room.state === 'in' && (await this.isIn(room.place)) === false && room.state === 'in') this.#out(room);
    }
  }

  #hear(stanza: XmlNode): void {
    if (stanza.name === 'message') this.#message(stanza);
    else if (stanza.name === 'presence') this.#presence(stanza);
    else if (stanza.name === 'iq') this.#iq(stanza);
  }

  #iq(stanza: XmlNode): void {
    const { attrs } = stanza;
    if (attrs['type'] === 'result' || attrs['type'] === 'error') {
      this.#pings.get(attrs['id'] ?? '')?.resolve(stanza);
      return;
    }
    this.#stream?.send(`<iq to='${attrs['from'] ?? ''}' id='${attrs['id'] ?? ''}' ${answerTo(stanza)}</iq>`);
  }

  #presence(stanza: XmlNode): void {
    const { from = '', type } = stanza.attrs;
    const room = this.#roomOf(from);
    if (type === 'subscribe') {
      this.#stream?.send(`<presence type='subscribed' to='${from}'/><presence type='subscribe' to='${from}'/>`);
      return;
    }
    if (room === undefined) return;
    const nick = from.slice(from.indexOf('/') + 1);
    const codes = codesOf(stanza);
    const isSelf = codes.includes('110') || nick === this.name;
    if (type === 'error') {
      if (room.state === 'joining') this.#out(room);
    } else if (type === 'unavailable') {
      room.people.delete(nick);
      // With 303 she has only another nick.
      if (isSelf && room.state !== 'out' && !codes.includes('303')) this.#out(room);
    } else if (type === undefined) {
      room.people.add(nick);
      if (isSelf && room.state === 'joining') this.#entered(room);
    }
  }

  #entered(room: RoomState): void {
    clearTimeout(room.timer);
    room.state = 'in';
    room.spell = this.#begin(room.place);
  }

  #message(stanza: XmlNode): void {
    const { from = '', type, id = '' } = stanza.attrs;
    const { ledger } = this.#plan;
    const at = this.#plan.now();
    const room = this.#roomOf(from);
    if (type === 'error') {
      const token = tokenIn(id);
      if (token !== undefined) ledger.told.push({ token: token.text, at, by: 'client' });
      if (this.#plan.selfPings && room?.state === 'in' && OUT.has(conditionOf(stanza))) this.#out(room);
      return;
    }
    const body = childText(stanza, 'body');
    if (room !== undefined && body === undefined && childOf(stanza, 'subject') !== undefined) room.isHistory = false;
    const token = body === undefined ? undefined : tokenIn(body);
    if (token === undefined || token.sender === this.name) return;
    const history = room?.isHistory === true;
    if (room !== undefined) room.lastShown = new Date();
    const delayed = childOf(stanza, 'delay', 'urn:xmpp:delay') !== undefined;
    ledger.shown.push({ token: token.text, at, hearer: this.name, delayed, history });
  }

  #roomOf(from: string): RoomState | undefined {
    const bare = from.split('/', 1)[0];
    return this.#rooms.find(({ jid }) => jid === bare);
  }
}

function codesOf(stanza: XmlNode): readonly string[] {
  const x = childOf(stanza, 'x', MUC_USER);
  return x === undefined
    ? []
    : elementsOf(x).flatMap((child) => (child.name === 'status' ? [child.attrs['code'] ?? ''] : []));
}

/** Type and payload: what every client can say of itself, and that it can no more. */
function answerTo(stanza: XmlNode): string {
  if (childOf(stanza, 'ping') !== undefined) return "type='result'>";
  if (childOf(stanza, 'query', DISCO_INFO) !== undefined) {
    const identity = "<identity category='client' type='console' name='chaos'/>";
    return `type='result'><query xmlns='${DISCO_INFO}'>${identity}<feature var='${DISCO_INFO}'/></query>`;
  }
  return "type='error'><error type='cancel'><service-unavailable xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error>";
}

export function conditionOf(stanza: XmlNode | undefined): string {
  const error = stanza && childOf(stanza, 'error');
  return (error && elementsOf(error).find(({ name }) => name !== 'text')?.name) ?? '';
}
