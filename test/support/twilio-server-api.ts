// The REST API of the fake Twilio (2010-04-01): messages and numbers, under an account, with basic authentication.

import { type IncomingMessage, type ServerResponse, STATUS_CODES } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Fault } from './twilio-server-faults.ts';
import { API_VERSION, type Hub } from './twilio-server-hub.ts';
import { listMessages, listNumbers, messageJson, numberJson } from './twilio-server-lists.ts';
import { newMessage, Refused, refusal } from './twilio-server-refusals.ts';
import type { Message } from './twilio-server-records.ts';

const LARGEST_BODY = 100_000;
const PATH = new RegExp(
  `^/${API_VERSION}/Accounts/(AC[0-9a-f]{32})/(Messages|IncomingPhoneNumbers)(?:/(\\w+))?\\.json$`,
  'i',
);

interface Asked {
  readonly hub: Hub;
  readonly account: string;
  readonly collection: string;
  readonly sid: string | undefined;
  readonly method: string;
  readonly url: URL;
  readonly form: URLSearchParams;
}
interface Answer {
  readonly status: number;
  readonly body?: object;
  /** Once it is written. */
  readonly after?: () => unknown;
}

/** Answers one request, or does what the fault of the hour asks for. */
export async function serveApi(hub: Hub, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = 'GET', url = '/' } = request;
  const form = new URLSearchParams(await bodyOf(request));
  const target = new URL(url, 'http://localhost');
  const phone = form.get('To') ?? target.searchParams.get('To') ?? undefined;
  const fault = hub.faults.ofApi(topicOf(method, target.pathname), phone);
  const note = (answer: number, code?: number): void =>
    hub.record({ t: 'asked', method, path: url, answer, ...(code !== undefined && { code }) });
  if (fault?.name === 'slow') await pause(fault.ms);
  if (fault?.name.endsWith('-before')) {
    note(0);
    abandon(response, fault);
    return;
  }
  const answer = await answerOf(() => (refuse(fault), perform(route(hub, request, target, form))));
  const isMute = fault?.name.endsWith('-after') === true;
  note(isMute ? 0 : answer.status, codeOf(answer));
  if (isMute) abandon(response, fault);
  else if (fault?.isPlain) sendPlain(response, answer.status);
  else send(response, answer);
  answer.after?.();
}

/** What faults call it. */
function topicOf(method: string, path: string): string {
  if (path.includes('/IncomingPhoneNumbers')) return 'numbers';
  if (!path.endsWith('/Messages.json')) return 'fetch';
  return method === 'POST' ? 'create' : 'list';
}

function refuse(fault: Fault | undefined): void {
  if (fault?.name === 'refuse') throw refusal(fault.code, fault.status);
}

function abandon(response: ServerResponse, { name }: Fault): void {
  if (name.startsWith('cut')) response.destroy();
  // The others are left to the patience of the client.
}

async function answerOf(perform: () => Answer | Promise<Answer>): Promise<Answer> {
  try {
    return await perform();
  } catch (error) {
    if (error instanceof Refused) return { status: error.status, body: error.body };
    throw error;
  }
}

/** @throws Refused where it is nothing that there is, or not for whoever asks. */
function route(hub: Hub, request: IncomingMessage, url: URL, form: URLSearchParams): Asked {
  const [, account = '', collection = '', sid] = PATH.exec(url.pathname) ?? [];
  const [name = '', secret = ''] = credentialsOf(request.headers.authorization);
  const known = hub.world.accounts.get(account);
  const isToken = name === account && secret === known?.token;
  const isKey = known?.key !== undefined && name === known.key[0] && secret === known.key[1];
  if (known === undefined ? account !== '' : !isToken && !isKey) throw refusal(20003, 401);
  if (account === '') throw refusal(20404, 404);
  return { hub, account, collection, sid, method: request.method ?? 'GET', url, form };
}

function perform(asked: Asked): Answer | Promise<Answer> {
  const { method, collection, sid } = asked;
  if (collection === 'IncomingPhoneNumbers') return numbers(asked);
  if (sid !== undefined) return oneMessage(asked, sid);
  if (method === 'POST') return create(asked);
  if (method === 'GET') return { status: 200, body: listMessages(asked.hub, asked.account, asked.url) };
  throw refusal(20004, 405);
}

async function create({ hub, account, form }: Asked): Promise<Answer> {
  const { message, early } = hub.take(newMessage(hub.world, account, form));
  // What was taken is queued; that it went on shows when it is asked for again.
  const body = { ...messageJson(message), status: 'queued', date_sent: null };
  const [first] = message.steps;
  if (early && first !== undefined) await hub.step(message, first, 1);
  return { status: 201, body, after: () => void hub.run(message) };
}

function oneMessage({ hub, account, method, form }: Asked, sid: string): Answer {
  const found = hub.world.messages.get(sid);
  if (found?.account !== account) throw refusal(20404, 404);
  if (method === 'DELETE') {
    hub.record({ t: 'deleted', sid });
    return { status: 204 };
  }
  if (method === 'POST') change(hub, found, form);
  return { status: 200, body: messageJson(found) };
}

function change(hub: Hub, { sid }: Message, form: URLSearchParams): void {
  if (form.get('Body') === '') hub.record({ t: 'redacted', sid });
  if (form.get('Status') === 'canceled') hub.record({ t: 'status', sid, status: 'canceled' });
}

function numbers({ hub, account, sid, method, form, url }: Asked): Answer {
  if (sid === undefined) {
    if (method !== 'GET') throw refusal(20004, 405);
    return { status: 200, body: listNumbers(hub, account, url) };
  }
  const number = [...hub.world.numbers.values()].find((one) => one.sid === sid && one.account === account);
  if (number === undefined) throw refusal(20404, 404);
  if (method !== 'POST') return { status: 200, body: numberJson(number) };
  const smsUrl = form.get('SmsUrl') ?? number.smsUrl;
  const fallbackUrl = form.get('SmsFallbackUrl') ?? number.fallbackUrl;
  hub.record({ t: 'number', account, sid, number: number.number, smsUrl, fallbackUrl });
  return { status: 200, body: numberJson({ ...number, smsUrl, fallbackUrl }) };
}

function credentialsOf(header: string | undefined): readonly string[] {
  const [, encoded = ''] = /^Basic (\S+)$/i.exec(header ?? '') ?? [];
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  return [text.slice(0, colon), text.slice(colon + 1)];
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request) {
    const part = chunk as Buffer;
    bytes += part.length;
    if (bytes > LARGEST_BODY) throw new Error('the request is too large');
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function codeOf({ status, body }: Answer): number | undefined {
  return status >= 400 && body !== undefined && 'code' in body ? Number(body.code) : undefined;
}

function send(response: ServerResponse, { status, body }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(body === undefined ? undefined : JSON.stringify(body));
}

function sendPlain(response: ServerResponse, status: number): void {
  const words = STATUS_CODES[status] ?? 'Error';
  response
    .writeHead(status, { 'content-type': 'text/html' })
    .end(`<html><body><h1>${status} ${words}</h1></body></html>`);
}
