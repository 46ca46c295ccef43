// What comes late, twice, in the wrong order or after a death: states of texts, words that opt out, and clocks that are wrong.

import { expect, test } from 'vitest';
import { conversationId, messageId } from '../../src/model/ids.ts';
import { created, OTHER, OURS, PHONE, page, romeo, row, SmsStage } from './sms-stage.ts';

const MINUTE = 60_000;
const NOON = Date.UTC(2026, 0, 1, 12);
const UNREACHABLE = { status: 'undelivered', error_code: 30_005 };
const hello = { kind: 'say', conversation: conversationId(PHONE), body: { kind: 'text', text: 'hello' } } as const;
const part = { message: 'w', of: 2 };

async function opened(): Promise<{
  readonly stage: SmsStage;
  readonly session: Awaited<ReturnType<SmsStage['session']>>;
}> {
  const stage = await new SmsStage().start();
  let n = 0;
  stage.answer = ({ method }) => (method === 'post' ? created(`SM${++n}`) : page([]));
  return { stage, session: await stage.session() };
}

/** Both parts of a long text. */
async function saysLong({ stage, session }: Awaited<ReturnType<typeof opened>>): Promise<void> {
  await stage.say(session, 'part one', PHONE, { id: 'w.0', first: true, part });
  await stage.say(session, 'part two', PHONE, { id: 'w.1', first: true, part });
}

const START = { sid: 'SMstart', from: PHONE, to: OURS, direction: 'inbound', body: 'START', at: NOON + 50_000 };
const STOP = { ...START, sid: 'SMstop', body: 'STOP', at: NOON + 40_000 };

/** Twilio takes texts, and tells of these. */
function knows(stage: SmsStage, rows: readonly (typeof START)[], list: readonly object[] = []): void {
  stage.answer = ({ method, uri }) => {
    const one = rows.find(({ sid }) => uri.includes(sid));
    if (method === 'post') return created('SM9');
    return one === undefined ? page(list) : { statusCode: 200, body: JSON.stringify(row(one)) };
  };
}

test('of a STOP and a START the later one counts, in whichever order they come, and copies of either do not', async () => {
  const { stage, session } = await opened();
  knows(stage, [STOP, START, { ...STOP, sid: 'SMagain', at: START.at + MINUTE }]);
  await stage.text('SMstop', 'STOP');
  await stage.pass(MINUTE);
  await stage.text('SMstart', 'START');
  await stage.text('SMstop', 'STOP');
  await stage.say(session, 'hello');
  await stage.pass(MINUTE);
  await stage.text('SMagain', 'STOP');
  await expect(stage.say(session, 'hello')).rejects.toMatchObject({ code: 'opted-out' });
});

test('a STOP whose webhook comes behind that of the START which followed it', async () => {
  const { stage, session } = await opened();
  knows(stage, [START, STOP]);
  await stage.pass(MINUTE);
  await stage.text('SMstart', 'START');
  await stage.text('SMstop', 'STOP');
  expect((await stage.say(session, 'hello')).ids).toEqual(['SM9']);
  expect(stage.told.filter((line) => line.includes('no more texts'))).toEqual([]);
});

test('a STOP that only the list tells, after a START that came', async () => {
  const { stage, session } = await opened();
  await stage.pass(MINUTE);
  await stage.text('SMstart', 'START');
  knows(stage, [START, STOP], [row(START), row(STOP)]);
  for (let n = 0; n < 20; n++) await stage.pass(30_000);
  expect(stage.told).toContain(`${PHONE}: STOP`);
  expect((await stage.say(session, 'hello')).ids).toEqual(['SM9']);
});

test.each([
  { name: 'in the same second', at: STOP.at },
  { name: 'whose STOP came late itself', at: STOP.at + 1_000 },
])('a START $name counts', async ({ at }) => {
  const { stage, session } = await opened();
  knows(stage, [{ ...START, at }, STOP]);
  await stage.pass(MINUTE + 900);
  await stage.text('SMstop', 'STOP');
  await stage.text('SMstart', 'START');
  expect(stage.told.at(-1)).toContain('takes texts again');
  expect((await stage.say(session, 'hello')).ids).toEqual(['SM9']);
});

test('a part of a long text fails after a death', async () => {
  const it = await opened();
  await saysLong(it);
  const next = await it.stage.restarted();
  await next.session();
  await next.status('SM2', 'failed', { ErrorCode: '30005' });
  await next.pass(1_000);
  expect(next.told.join()).toContain('failed SM2');
});

test('a long text is delivered when its parts are, and a death between them changes nothing', async () => {
  const it = await opened();
  await saysLong(it);
  await it.stage.status('SM1', 'delivered');
  await it.stage.settled();
  expect(it.stage.told).toEqual([]);
  const next = await it.stage.restarted();
  await next.session();
  await next.status('SM2', 'delivered');
  await next.settled();
  expect(next.events).toMatchObject([{ kind: 'delivered', upTo: 'SM2', whole: true }]);
});

test('what became of a part before the last was taken is told soon after a death', async () => {
  const { stage, session } = await opened();
  await stage.say(session, 'part one', PHONE, { id: 'w.0', first: true, part });
  await stage.status('SM1', 'delivered');
  await stage.say(session, 'part two', PHONE, { id: 'w.1', first: true, part });
  await stage.settled();
  const next = await stage.restarted();
  await next.session();
  await next.status('SM2', 'delivered');
  await next.pass(1_000);
  expect(next.events).toMatchObject([{ kind: 'delivered', upTo: 'SM1', whole: true }]);
});

test('what becomes of a part waits until all are taken, or for five minutes', async () => {
  const { stage, session } = await opened();
  await stage.say(session, 'part one', PHONE, { id: 'w.0', first: true, part });
  await stage.status('SM1', 'failed', { ErrorCode: '30005' });
  await stage.pass(MINUTE);
  expect(stage.told).toEqual([]);
  await stage.pass(5 * MINUTE);
  expect(stage.told.join()).toContain('failed SM1');
});

test('a text that was found again fails after a death', async () => {
  const { stage, session } = await opened();
  stage.answer = () => page([row({ sid: 'SM1', status: 'sent', at: stage.clock.now() })]);
  const found = await session.find(hello, new Date(stage.clock.now()));
  expect(found).toEqual([{ ids: [messageId('SM1')], outcome: 'accepted' }]);
  await stage.settled();
  const next = await stage.restarted();
  next.answer = () => page([row({ sid: 'SM1', ...UNREACHABLE })]);
  await next.session();
  await next.pass(MINUTE);
  expect(next.told.join()).toContain('failed SM1');
});

test('she has another number when the last text from the old one fails', async () => {
  const { stage, session } = await opened();
  await stage.say(session, 'by webhook');
  await stage.say(session, 'by the list');
  await session.close('paused');
  const [account] = (stage.accounts = [romeo({ number: OTHER, country: 'US' })]);
  if (account !== undefined) await stage.network.openSession(account, () => {}, AbortSignal.timeout(5_000));
  await stage.settled();
  await stage.status('SM1', 'undelivered', { ErrorCode: '30005' });
  stage.answer = ({ params }) => page(params?.['From'] === OURS ? [row({ sid: 'SM2', ...UNREACHABLE })] : []);
  for (let n = 0; n < 60; n++) await stage.pass(30_000);
  expect(stage.told.join()).toContain('failed SM1');
  expect(stage.told.join()).toContain('failed SM2');
});

test('a text whose webhook reached nobody, to a number that became hers while our clock was a day ahead', async () => {
  const stage = await new SmsStage().start();
  const headers = () => ({ date: new Date(stage.clock.now() - aheadMs).toUTCString() });
  let aheadMs = 86_400_000;
  let rows: object[] = [];
  stage.answer = () => ({ ...page(rows), headers: headers() });
  stage.clock.shift(aheadMs);
  await stage.session();
  stage.clock.shift(-aheadMs);
  aheadMs = 0;
  await stage.pass(MINUTE);
  rows = [row({ sid: 'SM1', from: PHONE, to: OURS, body: 'missed', direction: 'inbound', at: stage.clock.now() })];
  for (let n = 0; n < 20; n++) await stage.pass(MINUTE);
  expect(stage.told).toEqual([`${PHONE}: missed`]);
});

test.each([MINUTE / 2, 60 * MINUTE])(
  'with a clock that is %i ms fast, what was taken is found again',
  async (fastMs) => {
    const { stage, session } = await opened();
    const theirs = (): number => stage.clock.now() - fastMs;
    stage.answer = () => ({ ...created('SM0'), headers: { date: new Date(theirs()).toUTCString() } });
    await stage.say(session, 'another');
    stage.answer = () => page([row({ sid: 'SM1', status: 'sent', at: theirs() + 1_000 })]);
    expect(await session.find(hello, new Date(stage.clock.now()))).toHaveLength(1);
  },
);
