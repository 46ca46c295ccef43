// The fake Twilio and the official client through a proxy that knows Twilio's OpenAPI description: both ends speak what it describes, and
// whatever else is seen.

import { createServer } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { officialClient } from '../support/twilio-client.ts';
import { freePort, until } from '../support/processes.ts';
import { ACCOUNT_SID, startTwilio, type TwilioProcess } from '../support/twilio-process.ts';
import { startWire, type Wire, whyNoWire } from '../support/twilio-wire.ts';

const OURS = '+15550001111';
const THEIRS = '+15551230000';
const MESSAGES = `/2010-04-01/Accounts/${ACCOUNT_SID}/Messages.json`;

beforeEach(({ skip }) => {
  skip(whyNoWire !== undefined, whyNoWire);
});

describe('the official client and the fake', () => {
  let fake: TwilioProcess;
  let wire: Wire;
  beforeAll(async () => {
    if (whyNoWire !== undefined) return;
    fake = await startTwilio({ numbers: [OURS, '+15550002222'], smsUrl: '' });
    wire = await startWire(fake.url, { strict: true });
    await fake.order('pace', { listDelayMs: 0 });
  });
  afterAll(async () => {
    await wire?.stop();
    await fake?.stop();
  });

  test('a message is created, fetched, listed by page, redacted, cancelled and deleted', async () => {
    const client = officialClient(wire.url);
    const made = await client.messages.create({
      from: OURS,
      to: THEIRS,
      body: 'Good morrow ☺',
      statusCallback: 'http://127.0.0.1:1/status#rc=0',
      validityPeriod: 600,
    });
    expect(made).toMatchObject({ from: OURS, to: THEIRS, body: 'Good morrow ☺', status: 'queued', numSegments: '1' });
    for (const body of ['second', 'third']) await client.messages.create({ from: OURS, to: THEIRS, body });
    expect(await client.messages(made.sid).fetch()).toMatchObject({ sid: made.sid, direction: 'outbound-api' });
    const since = new Date(Date.now() - 60_000);
    const wanted = { to: THEIRS, from: OURS, dateSentAfter: since, pageSize: 2 };
    await until('all are sent', async () => (await client.messages.list(wanted)).length === 3);
    const listed = await client.messages.list(wanted);
    expect(listed.map(({ body }) => body)).toEqual(['third', 'second', 'Good morrow ☺']);
    expect(await client.messages.list({ to: THEIRS, dateSentAfter: new Date(Date.now() + 60_000) })).toEqual([]);
    expect(await client.messages(made.sid).update({ body: '' })).toMatchObject({ body: '' });
    await client.messages(made.sid).update({ status: 'canceled' });
    expect(await client.messages(made.sid).remove()).toBe(true);
    await expect(client.messages(made.sid).fetch()).rejects.toMatchObject({ status: 404, code: 20404 });
    expect(wire.violations()).toEqual([]);
  });

  test('numbers are listed and changed', async () => {
    const client = officialClient(wire.url);
    const [first, second] = await client.incomingPhoneNumbers.list({ pageSize: 1 });
    expect([first?.phoneNumber, second?.phoneNumber]).toEqual([OURS, '+15550002222']);
    const [mine] = await client.incomingPhoneNumbers.list({ phoneNumber: OURS });
    const smsUrl = 'https://gateway.example/sms';
    expect(await client.incomingPhoneNumbers(mine?.sid ?? '').update({ smsUrl })).toMatchObject({ smsUrl });
    expect(wire.violations()).toEqual([]);
  });

  test('what the description forbids does not reach the fake', async () => {
    const client = officialClient(wire.url);
    const before = fake.journal().length;
    const bad: readonly (() => Promise<unknown>)[] = [
      () => client.messages.create({ from: OURS, to: THEIRS, body: 'x', statusCallback: 'not a URI' }),
      () => client.messages.create({ from: OURS, to: THEIRS, body: 'x', validityPeriod: Number.NaN }),
      () => client.messages.create({ from: OURS, to: THEIRS, body: 'x', messagingServiceSid: 'MG1' }),
      () => client.messages('XX').fetch(),
      () => client.messages.list({ dateSent: 'yesterday' as unknown as Date }),
    ];
    for (const one of bad) await expect(one()).rejects.toMatchObject({ status: 422 });
    const form = await fetch(wire.url + MESSAGES, {
      method: 'POST',
      body: new URLSearchParams({ Body: 'x', From: OURS }),
    });
    expect(form.status).toBe(401);
    expect(fake.journal()).toHaveLength(before);
    await until('they are noted', () => wire.violations().length >= bad.length);
  });
});

test('an answer that the description forbids is seen', async () => {
  const port = await freePort();
  let answer: Readonly<Record<string, unknown>> = {
    sid: `SM${'0'.repeat(32)}`,
    status: 'queued',
    direction: 'outbound-api',
  };
  const server = createServer((_, response) =>
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(answer)),
  );
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  const wire = await startWire(`http://127.0.0.1:${port}`, { strict: true });
  const create = () => officialClient(wire.url).messages.create({ from: OURS, to: THEIRS, body: 'x' });
  try {
    await create();
    expect(wire.violations()).toEqual([]);
    const wrong = [{ status: 'lost' }, { direction: 'sideways' }, { sid: 'SM1' }, { error_code: 'thirty' }];
    for (const [index, change] of wrong.entries()) {
      answer = { ...answer, ...change };
      await expect(create()).rejects.toMatchObject({ status: 500 });
      await until('it is noted', () => wire.violations().length === index + 1);
      answer = { ...answer, sid: `SM${'0'.repeat(32)}`, status: 'queued', direction: 'outbound-api' };
    }
  } finally {
    await wire.stop();
    server.close();
  }
});
