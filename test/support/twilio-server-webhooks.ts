// The posts of the fake Twilio to whoever owns a number: signed, tried again as the fragment of the URL says (`#rc=5&rp=all`), with the
// same idempotency token every time.

import { createHmac, randomUUID } from 'node:crypto';
import { request as plainRequest } from 'node:http';
import { request as tlsRequest } from 'node:https';

/** Connecting and reading, each and together. */
const CONNECT_MS = 5_000;
const READ_MS = 15_000;
const TOTAL_MS = 15_000;
const FIRST_PAUSE_MS = 200;

export type Outcome = number | 'connect' | 'read';

export interface Post {
  readonly url: string;
  readonly authToken: string;
  readonly params: Readonly<Record<string, string>>;
}

interface Policy {
  readonly retries: number;
  readonly causes: ReadonlySet<string>;
  readonly connectMs: number;
  readonly readMs: number;
  readonly totalMs: number;
}

/** @returns whether one of the attempts was answered with success. `onAttempt` hears of each. */
export async function post(
  { url, authToken, params }: Post,
  onAttempt: (attempt: number, token: string, outcome: Outcome) => void,
): Promise<boolean> {
  const { target, policy } = policyOf(url);
  const token = randomUUID();
  const body = new URLSearchParams(params).toString();
  const headers = {
    'content-type': 'application/x-www-form-urlencoded; charset=utf-8',
    'content-length': String(Buffer.byteLength(body)),
    'i-twilio-idempotency-token': token,
    'x-twilio-signature': signatureOf(authToken, target, params),
    'user-agent': 'TwilioProxy/1.1',
    accept: '*/*',
  };
  const deadline = performance.now() + policy.totalMs;
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await attemptOf({ target, headers, body, policy });
    onAttempt(attempt, token, outcome);
    if (typeof outcome === 'number' && outcome < 300) return true;
    const pauseMs = FIRST_PAUSE_MS * 2 ** (attempt - 1);
    if (attempt > policy.retries || !isTriedAgain(outcome, policy) || performance.now() + pauseMs > deadline) {
      return false;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

/** Base64 of the HMAC-SHA1 of the URL, followed by every name and value in the order of the names. */
export function signatureOf(authToken: string, url: string, params: Readonly<Record<string, string>>): string {
  const names = Object.keys(params).toSorted((a, b) => (a < b ? -1 : 1));
  const signed = url + names.map((name) => `${name}${params[name]}`).join('');
  return createHmac('sha1', authToken).update(signed, 'utf8').digest('base64');
}

/** The fragment is for Twilio alone: neither sent nor signed. */
function policyOf(url: string): { readonly target: string; readonly policy: Policy } {
  const [target = '', fragment = ''] = url.split('#');
  const wishes = new URLSearchParams(fragment);
  const number = (name: string, otherwise: number, most: number): number =>
    Math.min(Math.max(Number(wishes.get(name) ?? otherwise), 0), most);
  return {
    target,
    policy: {
      retries: number('rc', 1, 5),
      causes: new Set((wishes.get('rp') ?? 'ct').split(',')),
      connectMs: number('ct', CONNECT_MS, 10_000),
      readMs: number('rt', READ_MS, READ_MS),
      totalMs: number('tt', TOTAL_MS, TOTAL_MS),
    },
  };
}

function isTriedAgain(outcome: Outcome, { causes }: Policy): boolean {
  const cause =
    outcome === 'connect' ? 'ct' : outcome === 'read' ? 'rt' : `${Math.floor(outcome / 100)}xx`.toLowerCase();
  return causes.has('all') || causes.has(cause);
}

function attemptOf(plan: {
  readonly target: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly policy: Policy;
}): Promise<Outcome> {
  const { target, headers, body, policy } = plan;
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  let isConnected = false;
  const request = (target.startsWith('https:') ? tlsRequest : plainRequest)(target, {
    method: 'POST',
    headers,
    agent: false,
  });
  const failed = (): void => {
    resolve(isConnected ? 'read' : 'connect');
    request.destroy();
  };
  let timer = setTimeout(failed, policy.connectMs);
  request.once('socket', (socket) =>
    socket.once('connect', () => {
      isConnected = true;
      clearTimeout(timer);
      timer = setTimeout(failed, policy.readMs);
    }),
  );
  request.once('error', failed);
  request.once('response', (response) => {
    response.on('error', failed);
    response.on('end', () => resolve(response.statusCode ?? 0));
    response.on('close', failed);
    response.resume();
  });
  request.end(body);
  return promise.finally(() => clearTimeout(timer));
}
