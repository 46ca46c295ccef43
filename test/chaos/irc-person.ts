// Somebody on IRC who does not come through a gateway: talks, listens, comes back by herself, and notes what she sees.

import { connect, type Socket } from 'node:net';
import { tokenIn } from './tokens.ts';
import type { Ledger } from './ledger.ts';

export interface IrcPlan {
  readonly nick: string;
  readonly port: number;
  readonly channel: string;
  readonly ledger: Ledger;
  now(): number;
}

const RECONNECT_MS = 300;

export class IrcPerson {
  readonly nick: string;
  readonly #plan: IrcPlan;
  readonly #waiting = new Map<string, () => void>();
  readonly #people = new Set<string>();
  #socket: Socket | undefined;
  #rest = '';
  #isIn = false;
  #stopped = false;

  constructor(plan: IrcPlan) {
    this.nick = plan.nick;
    this.#plan = plan;
  }

  get isIn(): boolean {
    return this.#isIn;
  }
  get people(): ReadonlySet<string> {
    return this.#people;
  }

  start(): void {
    const socket = connect(this.#plan.port, '127.0.0.1').setNoDelay(true).setEncoding('utf8');
    this.#socket = socket;
    this.#rest = '';
    socket.on('connect', () => this.#send(`NICK ${this.nick}`, `USER ${this.nick} 0 * :${this.nick}`));
    socket.on('data', (text: string) => this.#read(text));
    socket.on('error', () => socket.destroy());
    socket.on('close', () => {
      this.#isIn = false;
      this.#people.clear();
      this.#waiting.clear();
      if (!this.#stopped) setTimeout(() => this.#stopped || this.start(), RECONNECT_MS);
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#socket?.destroy();
  }

  /** Noted as said once the server has answered what was sent behind it. @returns whether it was written. */
  say(token: string, target: string, hearers: readonly string[]): boolean {
    if (!this.#isIn) return false;
    const at = this.#plan.now();
    this.#send(`PRIVMSG ${target} :${token}`, `PING ${token}`);
    this.#waiting.set(token, () => this.#plan.ledger.spoken.push({ token, at, hearers }));
    return true;
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) this.#line(line.replace(/\r$/, ''));
  }

  #line(line: string): void {
    const match = /^(?::(\S+) )?(\S+)(?: (.*))?$/.exec(line);
    const [, from = '', command = '', rest = ''] = match ?? [];
    const nick = from.split('!', 1)[0] ?? '';
    switch (command) {
      case 'PING':
        return this.#send(`PONG ${rest}`);
      case 'PONG':
        return this.#answered(rest);
      case '376':
      case '422':
        return this.#send(`JOIN ${this.#plan.channel}`);
      case '433':
        setTimeout(() => this.#socket?.destroy(), RECONNECT_MS);
        return;
      case '353':
        for (const one of (rest.split(':')[1] ?? '').split(' ')) this.#people.add(one.replace(/^[@+]/, ''));
        return;
      case '366':
        this.#isIn = true;
        return;
      case 'JOIN':
        this.#people.add(nick);
        return;
      case 'QUIT':
      case 'PART':
        this.#people.delete(nick);
        return;
      case 'NICK':
        this.#people.delete(nick);
        this.#people.add(rest.replace(/^:/, ''));
        return;
      case 'PRIVMSG':
        return this.#heard(rest);
      default:
    }
  }

  #answered(rest: string): void {
    const token = tokenIn(rest)?.text;
    if (token === undefined) return;
    this.#waiting.get(token)?.();
    this.#waiting.delete(token);
  }

  #heard(rest: string): void {
    const token = tokenIn(rest)?.text;
    if (token === undefined) return;
    const hearer = `irc:${this.nick}`;
    this.#plan.ledger.shown.push({ token, at: this.#plan.now(), hearer, delayed: false, history: false });
  }

  #send(...lines: readonly string[]): void {
    for (const line of lines) this.#socket?.write(`${line}\r\n`);
  }
}
