// What Twilio posts: texts, and what became of those that were sent. Answered with success only when it is kept.

import { BridgeError } from '../../src/model/errors.ts';
import type { HttpRequest, HttpResponse } from '../../src/model/network.ts';
import type { Log } from '../../src/model/ports.ts';
import { textIn } from './incoming.ts';
import type { Line } from './line.ts';
import { contactOf, countryOfNumber } from './numbers.ts';
import { checked, type Fields } from './signature.ts';

export interface WebhookDoors {
  readonly accountSid: string;
  readonly authTokens: readonly string[];
  /** Whose number it is. @throws BridgeError by rejection. */
  readonly lineOf: (number: string) => Promise<Line | undefined>;
  /** Who sent it, whatever her number is now. */
  readonly senderOf: (sid: string) => Line | undefined;
  /** Something could not be kept. */
  readonly missed: () => void;
  readonly log: Log;
}

const NOTHING_TO_SAY: HttpResponse = {
  status: 200,
  headers: { 'content-type': 'text/xml; charset=utf-8' },
  body: '<?xml version="1.0" encoding="UTF-8"?><Response/>',
};
const REFUSED: Readonly<Record<'unsigned' | 'forged', HttpResponse>> = {
  unsigned: { status: 400, body: 'not signed\n' },
  forged: { status: 403, body: 'the signature is wrong\n' },
};

export class Webhook {
  readonly #doors: WebhookDoors;

  constructor(doors: WebhookDoors) {
    this.#doors = doors;
  }

  text(request: HttpRequest): Promise<HttpResponse> {
    return this.#take(request, (fields) => this.#text(fields));
  }
  status(request: HttpRequest): Promise<HttpResponse> {
    return this.#take(request, (fields) => this.#status(fields));
  }

  async #take(request: HttpRequest, take: (fields: Fields) => Promise<HttpResponse>): Promise<HttpResponse> {
    const { accountSid, authTokens, log } = this.#doors;
    if (request.method !== 'POST') return { status: 405, headers: { allow: 'POST' }, body: 'only POST\n' };
    const { verdict, fields } = await checked(request, request.url, authTokens);
    if (verdict !== 'genuine') {
      log.warn('a webhook was refused: is it from Twilio, and is http.public.url as Twilio was told it?', { verdict });
      return REFUSED[verdict];
    }
    if (fields['AccountSid'] !== accountSid) {
      log.warn('a webhook of another account was refused', { account: fields['AccountSid'] });
      return { status: 403, body: 'another account\n' };
    }
    try {
      return await take(fields);
    } catch (error) {
      if (!(error instanceof BridgeError)) throw error;
      log.warn('a webhook could not be kept; Twilio will try again', { error });
      this.#doors.missed();
      return { status: 503, headers: { 'retry-after': '1' }, body: 'not now\n' };
    }
  }

  async #text(fields: Fields): Promise<HttpResponse> {
    const { lineOf, log } = this.#doors;
    const text = textIn(fields);
    if (text === undefined) return { status: 400, body: 'not a text\n' };
    const line = await lineOf(text.to);
    if (line === undefined) log.warn('a text came for a number that nobody has', { sid: text.sid, to: text.to });
    else if ((await line.take(text)) === undefined) log.warn('a text came from nowhere', { sid: text.sid });
    return NOTHING_TO_SAY;
  }

  async #status(fields: Fields): Promise<HttpResponse> {
    const { MessageSid: sid = '', From: from = '', To: to = '' } = fields;
    const status = fields['MessageStatus'] ?? fields['SmsStatus'] ?? '';
    if (sid === '' || status === '') return { status: 400, body: 'not a state\n' };
    const { lineOf, senderOf } = this.#doors;
    const line = senderOf(sid) ?? (await lineOf(from));
    const conversation = line && contactOf(to, countryOfNumber(line.number));
    if (line !== undefined && conversation !== undefined) {
      await line.outgoing.became({ sid, status, errorCode: Number(fields['ErrorCode']) || 0 }, conversation);
    }
    return NOTHING_TO_SAY;
  }
}
