// A phone on the fake Twilio, as a web page: what it has sent and got, and what the network said of each text.

import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { TwilioProcess } from '../support/twilio-process.ts';
import type { TwilioRecord } from '../support/twilio-server-records.ts';
import { segmentsOf } from '../support/twilio-server-segments.ts';

const PAGE = readFileSync(new URL('phone.html', import.meta.url), 'utf8');
const LONGEST_TEXT = 1600;
/** The handset is off (Twilio's error 30003). */
const UNREACHABLE = [{ status: 'queued' }, { status: 'sent' }, { status: 'undelivered', code: 30003 }] as const;

/** One text on the screen. */
export interface Line {
  readonly sid: string;
  /** The other side. */
  readonly number: string;
  readonly isMine: boolean;
  readonly text: string;
  readonly at: number;
  readonly segments: number;
  /** In the order of happening. */
  readonly says: readonly string[];
}

export interface Phone {
  readonly number: string;
  readonly lines: readonly Line[];
  /** Hears what happens at Twilio. */
  hear(record: TwilioRecord): void;
  /** Answers requests below `/phone`. @returns false for anything else. */
  serve(request: IncomingMessage, response: ServerResponse): boolean;
}

/** `twilio` is asked for when it is needed: it starts with this phone listening. */
export function createPhone(number: string, numbers: readonly string[], twilio: () => TwilioProcess): Phone {
  const lines = new Map<string, Line>();
  const watchers = new Set<ServerResponse>();
  let isOn = true;

  const show = (line: Line): void => {
    lines.set(line.sid, line);
    for (const watcher of watchers) watcher.write(eventOf({ line }));
  };
  const say = (sid: string, what: string): void => {
    const line = lines.get(sid);
    if (line !== undefined) show({ ...line, says: [...line.says, what] });
  };
  const hear = (record: TwilioRecord): void => {
    if (record.t === 'message') {
      const isMine = record.direction === 'inbound' && record.from === number;
      if (!isMine && record.to !== number) return;
      const { sid, body: text, at } = record;
      show({ sid, number: isMine ? record.to : record.from, isMine, text, at, segments: segmentsOf(text), says: [] });
    }
    if (record.t === 'status') say(record.sid, record.code ? `${record.status} (${record.code})` : record.status);
    if (record.t === 'posted' && record.what === 'text') {
      const { answer } = record;
      const isTaken = typeof answer === 'number' && answer < 300;
      say(record.sid, isTaken ? 'handed to the gateway' : `the gateway did not take it (${answer})`);
    }
  };
  const orders: Readonly<Record<string, (value: Readonly<Record<string, unknown>>) => Promise<unknown>>> = {
    '/phone/text': ({ to, text }) => {
      if (!numbers.includes(String(to)) || text === '' || String(text).length > LONGEST_TEXT)
        throw new Error('no text');
      return twilio().text(number, String(to), String(text));
    },
    '/phone/switch': async ({ on }) => {
      isOn = on === true;
      await twilio().order('clear');
      if (!isOn) await twilio().script(UNREACHABLE, { times: 1_000_000, to: number });
      for (const watcher of watchers) watcher.write(eventOf({ isOn }));
    },
  };
  const watch = (response: ServerResponse): void => {
    response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' });
    response.write(eventOf({ number, numbers, isOn }));
    for (const line of lines.values()) response.write(eventOf({ line }));
    watchers.add(response);
    response.on('close', () => watchers.delete(response));
  };
  return {
    number,
    get lines() {
      return [...lines.values()];
    },
    hear,
    serve(request, response) {
      const { pathname } = new URL(request.url ?? '/', 'http://localhost');
      const order = orders[pathname];
      if (pathname === '/phone') response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(PAGE);
      else if (pathname === '/phone/events') watch(response);
      else if (order !== undefined && request.method === 'POST') void obey(request, response, order);
      else return false;
      return true;
    },
  };
}

const eventOf = (value: object): string => `data: ${JSON.stringify(value)}\n\n`;

async function obey(
  request: IncomingMessage,
  response: ServerResponse,
  order: (value: Readonly<Record<string, unknown>>) => Promise<unknown>,
): Promise<void> {
  let body = '';
  for await (const chunk of request.setEncoding('utf8')) body += String(chunk);
  try {
    // Another site's page can't send that type without asking first.
    if (request.headers['content-type'] !== 'application/json') throw new Error('not JSON');
    await order(JSON.parse(body) as Readonly<Record<string, unknown>>);
    response.writeHead(204).end();
  } catch {
    response.writeHead(400).end();
  }
}
