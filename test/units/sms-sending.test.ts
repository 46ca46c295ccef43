// Texts on their way out, through the official client: what is asked of Twilio, and what its answers mean, above all those that don't come.

import { expect, test } from 'vitest';
import { conversationId } from '../../src/model/ids.ts';
import { type Answered, created, OURS, page, PHONE, refused, row, SID, SmsStage } from './sms-stage.ts';

async function ready(answer?: SmsStage['answer']) {
  const stage = await new SmsStage().start();
  const session = await stage.session();
  stage.asked.length = 0;
  if (answer !== undefined) stage.answer = answer;
  return { stage, session };
}

test('one request for each text, with the state to be told to us', async () => {
  const { stage, session } = await ready(() => created('SM1'));
  expect(await stage.say(session, 'Good\r\npilgrim\0')).toEqual({ ids: ['SM1'], outcome: 'accepted' });
  expect(stage.asked).toMatchObject([
    {
      method: 'post',
      uri: `https://api.twilio.com/2010-04-01/Accounts/${SID}/Messages.json`,
      data: {
        From: OURS,
        To: PHONE,
        Body: 'Good\npilgrim',
        StatusCallback: 'https://gateway.example.org/sms.example.org/twilio/status#rc=5&rp=5xx,ct,rt',
      },
    },
  ]);
});

test('another base URL changes where it goes and nothing else', async () => {
  const stage = new SmsStage({ apiUrl: 'http://127.0.0.1:4010' });
  await stage.start();
  const session = await stage.session();
  stage.answer = () => created('SM1');
  await stage.say(session, 'hello');
  expect(stage.asked.at(-1)?.uri).toBe(`http://127.0.0.1:4010/2010-04-01/Accounts/${SID}/Messages.json`);
});

test('a short code is texted as it is', async () => {
  const { stage, session } = await ready(() => created('SM1'));
  await stage.say(session, 'JOIN', '33733;phone-context=us');
  expect(stage.asked).toMatchObject([{ data: { To: '33733' } }]);
});

test.each([
  ['a name', `${Buffer.from('Montague').toString('hex')};sender`, 'unsupported', /Montague can't be answered/],
  ['herself', OURS, 'unsupported', /own number/],
  ['emergency services', '911;phone-context=us', 'unsupported', /call them/],
])('%s is not texted', async (_what, to, code, text) => {
  const { stage, session } = await ready();
  const refusal = expect.objectContaining({ code, message: expect.stringMatching(text) });
  await expect(stage.say(session, 'hello', to)).rejects.toEqual(refusal);
  await expect(stage.say(session, '\u0000 ')).rejects.toMatchObject({ code: 'malformed' });
  expect(stage.asked).toEqual([]);
});

test('to one phone one after the other, to several at once', async () => {
  const { stage, session } = await ready();
  const open: (() => void)[] = [];
  stage.answer = async ({ data }) => {
    await new Promise<void>((resolve) => open.push(resolve));
    return created(`SM-${data?.['Body']}`);
  };
  const sent = [stage.say(session, 'one'), stage.say(session, 'two'), stage.say(session, 'x', '+15550200002')];
  await stage.settled();
  expect(stage.asked.map(({ data }) => data?.['Body'])).toEqual(['one', 'x']);
  for (let answered = 0; answered < sent.length; answered++) {
    await stage.settled();
    open.shift()?.();
  }
  expect((await Promise.all(sent)).map(({ ids }) => ids[0])).toEqual(['SM-one', 'SM-two', 'SM-x']);
});

const answers: readonly (readonly [string, Answered | Error, string, string])[] = [
  ['an unknown number', refused(400, 21211), 'not-found', '21211'],
  ['one who said STOP', refused(400, 21610), 'opted-out', '21610'],
  ['too many requests', refused(429, 20429), 'rate-limited', '20429'],
  ['wrong credentials', refused(401, 20003), 'internal', '20003'],
  ['a fault at Twilio', refused(500, 20500), 'network-down', ''],
  ['a proxy that is lost', { statusCode: 502, body: '<html>' }, 'network-down', ''],
  ['an answer that is none', { statusCode: 201, body: '<html>' }, 'network-down', ''],
  ['no answer in time', Object.assign(new Error('timeout'), { code: 'ECONNABORTED' }), 'network-down', ''],
  ['nobody there', Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), 'network-down', ''],
];
test.each(answers)('%s', async (_what, answer, code, number) => {
  const { stage, session } = await ready(() => {
    if (answer instanceof Error) throw answer;
    return answer;
  });
  const refusal = await stage.say(session, 'hello').catch((error: unknown) => error);
  expect(refusal).toMatchObject({ code });
  expect(refusal).toMatchObject(number === '' ? {} : { details: { networkCode: number } });
  expect(stage.told).toEqual([]);
});

test('how long to wait is as Twilio says', async () => {
  const { stage, session } = await ready(() => ({ ...refused(429, 20429), headers: { 'retry-after': '7' } }));
  await expect(stage.say(session, 'hello')).rejects.toMatchObject({ details: { retryAfterMs: 7_000 } });
});

test("the account's trouble is told to the operator once, until it is over", async () => {
  const { stage, session } = await ready(() => refused(401, 20003));
  const warnings = (): number => stage.log.lines.filter(({ level }) => level === 'warn').length;
  for (let tries = 0; tries < 3; tries++) await stage.say(session, 'hello').catch(() => undefined);
  expect(warnings()).toBe(1);
  stage.answer = () => created('SM1');
  await stage.say(session, 'hello');
  stage.answer = () => refused(401, 20003);
  await stage.say(session, 'hello').catch(() => undefined);
  expect(warnings()).toBe(2);
  expect(JSON.stringify(stage.log.lines)).not.toContain('two households');
});

test('a session opens while Twilio is away, and webhooks work', async () => {
  const stage = new SmsStage();
  await stage.start();
  stage.answer = () => {
    throw Object.assign(new Error('refused'), { code: 'ECONNREFUSED' });
  };
  const session = await stage.session();
  expect((await stage.text('SM1', 'hello')).status).toBe(200);
  await expect(stage.say(session, 'hello')).rejects.toMatchObject({ code: 'network-down' });
});

test('after its end nothing is sent', async () => {
  const { stage, session } = await ready();
  await session.close('paused');
  await expect(stage.say(session, 'hello')).rejects.toMatchObject({ code: 'network-down' });
  expect(stage.asked).toEqual([]);
});

const SINCE = new Date(Date.UTC(2026, 0, 1, 12, 0, 0));
const find = (session: Awaited<ReturnType<SmsStage['session']>>, text: string) =>
  session.find({ kind: 'say', conversation: conversationId(PHONE), body: { kind: 'text', text } }, SINCE);
const at = SINCE.getTime();

test('a text of unknown outcome is looked for: the same words to the same phone, since then, by us', async () => {
  const rows = [
    row({ sid: 'SM1', at: at + 1_000 }),
    row({ sid: 'SM2', at: at + 2_000, body: 'something else' }),
    row({ sid: 'SM3', at: at + 3_000, direction: 'inbound' }),
    row({ sid: 'SM4', at: at - 3_600_000 }),
    row({ sid: 'SM5', at: at + 4_000, status: 'failed' }),
  ];
  const { stage, session } = await ready(() => page(rows));
  expect((await find(session, 'hello')).map(({ ids }) => ids[0])).toEqual(['SM1', 'SM5']);
  expect(stage.asked).toMatchObject([{ method: 'get', params: { From: OURS, To: PHONE } }]);
  // That would leave out what still waits to be sent.
  expect(Object.keys(stage.asked[0]?.params ?? {}).filter((name) => name.startsWith('DateSent'))).toEqual([]);
});

test('on every page of the list', async () => {
  const next = `/2010-04-01/Accounts/${SID}/Messages.json?PageToken=2`;
  const { stage, session } = await ready(({ uri }) =>
    uri.includes('PageToken') ? page([row({ sid: 'SM2' })]) : page([row({ sid: 'SM1', body: 'other' })], next),
  );
  expect((await find(session, 'hello')).map(({ ids }) => ids[0])).toEqual(['SM2']);
  expect(stage.asked).toHaveLength(2);
});

test('what has a receipt already is not it', async () => {
  const { stage, session } = await ready(({ method }) =>
    method === 'post' ? created('SM1') : page([row({ sid: 'SM1' })]),
  );
  await stage.say(session, 'hello');
  expect(await find(session, 'hello')).toEqual([]);
});

test('a list that can not be read leaves it unknown', async () => {
  const { session } = await ready(() => refused(500, 20500));
  await expect(find(session, 'hello')).rejects.toMatchObject({ code: 'network-down' });
});

test('what is found has its name from then on', async () => {
  const { stage, session } = await ready(() => page([row({ sid: 'SM1' })]));
  await stage.status('SM1', 'delivered');
  expect(stage.told).toEqual([]);
  await find(session, 'hello');
  await stage.pass(2_000);
  expect(stage.told).toEqual(['delivered SM1']);
});
