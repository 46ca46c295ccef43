// The fake Twilio (twilio-server.ts) as a process of the tests: started, killed, restarted from its journal, driven, and read as a judge.

import { fileURLToPath } from 'node:url';
import { ControlClient } from './control-client.ts';
import { readJournal } from './journal.ts';
import type { JsonObject } from './json-lines.ts';
import { freePort, type OwnedProcess, privateFolder, startServer, until } from './processes.ts';
import type { OwnedServer } from './servers.ts';
import type { MessageRecord, PostedRecord, Step, TwilioRecord } from './twilio-server-records.ts';

const PROGRAM = fileURLToPath(new URL('./twilio-server.ts', import.meta.url));
export const ACCOUNT_SID = `AC${'1f'.repeat(16)}`;
export const AUTH_TOKEN = 'twelve secret thousands';

export interface TwilioPlan {
  /** Numbers of the account. */
  readonly numbers: readonly string[];
  /** Where texts to all of them are posted. */
  readonly smsUrl: string;
  readonly onRecord?: (record: TwilioRecord) => void;
}

type Timed<R> = R & { readonly at: number };

export interface TwilioProcess extends OwnedServer {
  /** Of the API, instead of `https://api.twilio.com`. */
  readonly url: string;
  /** Everything that ever happened; also after a kill. */
  journal(): readonly TwilioRecord[];
  /** What was sent to that phone, in the order of the journal. */
  sentTo(phone: string): readonly Timed<MessageRecord>[];
  posts(sid: string): readonly Timed<PostedRecord>[];
  /** @throws Error by rejection while it is down, or where it refuses. */
  order(name: string, more?: JsonObject): Promise<JsonObject>;
  /** A phone texts one of the numbers. @returns the message's id. */
  text(from: string, to: string, body: string): Promise<string>;
  /** What becomes of the next message. */
  script(steps: readonly Partial<Step>[], more?: JsonObject): Promise<void>;
  fault(name: string, more?: JsonObject): Promise<void>;
  /** Asks the journal again and again until there is something. @throws Error at the deadline. */
  until<T>(what: string, find: (journal: readonly TwilioRecord[]) => T | undefined): Promise<T>;
  untilSent(phone: string, body: string): Promise<Timed<MessageRecord>>;
}

/** Starts it with one account, `ACCOUNT_SID` and `AUTH_TOKEN`. */
export async function startTwilio({ numbers, smsUrl, onRecord }: TwilioPlan): Promise<TwilioProcess> {
  const folder = privateFolder('twilio');
  const [port, controlPort] = [await freePort(), await freePort()];
  const file = `${folder.path}/journal.jsonl`;
  const plan = {
    program: process.execPath,
    args: [PROGRAM, '--port', String(port), '--control', String(controlPort), '--journal', file],
    env: { NODE_OPTIONS: undefined },
  };
  let orders: ControlClient<TwilioRecord> | undefined;
  const start = async (): Promise<OwnedProcess> => {
    const started = await startServer(plan, (server) => server.untilLog(/^ready$/m, 20_000));
    orders = await ControlClient.connect('the fake Twilio', controlPort, onRecord);
    return started;
  };
  let server = await start();
  const end = async (stop: () => Promise<unknown>): Promise<void> => {
    orders?.close();
    orders = undefined;
    await stop();
  };
  const order = (name: string, more: JsonObject = {}): Promise<JsonObject> =>
    orders === undefined ? Promise.reject(new Error('the fake Twilio is down')) : orders.give(name, more);
  await order('account', { sid: ACCOUNT_SID, token: AUTH_TOKEN });
  for (const number of numbers) await order('number', { account: ACCOUNT_SID, number, smsUrl });
  const owned: OwnedServer = {
    get pid() {
      return server.pid;
    },
    logs: () => server.logs(),
    signal: (name) => server.signal(name),
    async stop() {
      await end(() => server.stop());
      folder.remove();
    },
    kill: () => end(() => server.kill()),
    async restart() {
      await end(() => server.stop());
      server = await start();
    },
  };
  return Object.assign(owned, { url: `http://127.0.0.1:${port}`, order, ...reading(file), ...driving(order) });
}

type Reading = Pick<TwilioProcess, 'journal' | 'sentTo' | 'posts' | 'until' | 'untilSent'>;

function reading(file: string): Reading {
  const journal = (): readonly TwilioRecord[] => readJournal<TwilioRecord>(file);
  const sentTo = (phone: string): readonly Timed<MessageRecord>[] =>
    journal().filter(
      (one) => one.t === 'message' && one.direction === 'outbound-api' && one.to === phone,
    ) as Timed<MessageRecord>[];
  const first: TwilioProcess['until'] = async (what, find) => {
    let found = find(journal());
    await until(what, () => (found ??= find(journal())) !== undefined, { deadlineMs: 30_000 });
    if (found === undefined) throw new Error(what);
    return found;
  };
  return {
    journal,
    sentTo,
    posts: (sid) => journal().filter((one) => one.t === 'posted' && one.sid === sid) as Timed<PostedRecord>[],
    until: first,
    untilSent: (phone, body) =>
      first(`a text to ${phone}: ${body}`, () => sentTo(phone).find((message) => message.body === body)),
  };
}

function driving(order: TwilioProcess['order']): Pick<TwilioProcess, 'text' | 'script' | 'fault'> {
  return {
    text: async (from, to, body) => String((await order('text', { from, to, body }))['sid']),
    script: async (steps, more = {}) => void (await order('script', { ...more, steps })),
    fault: async (name, more = {}) => void (await order('fault', { ...more, fault: name })),
  };
}
