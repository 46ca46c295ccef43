// Which changes of an account a connected session takes over, by network, and what comes of it at once. IRC is in test/conformance.

import { expect, test } from 'vitest';
import { messageId } from '../../src/model/ids.ts';
import { OTHER, OURS, romeo, SmsStage } from './sms-stage.ts';
import { inSquare, ROOM, SQUARE, Stage } from './matrix-stage.ts';

test('Matrix: what she prefers counts from then on; another token needs another session', async () => {
  const stage = await Stage.open();
  try {
    const session = await inSquare(stage);
    const { server } = stage;
    server.on('POST', /receipt/, { body: {} });
    const account = stage.account();
    const shows = (id: string) =>
      session.send({ kind: 'display', conversation: SQUARE, upTo: { by: 'network', ids: [messageId(id)] } });
    const changed = { ...account, settings: { ...account.settings, readReceipts: false } };
    await shows('$one');
    expect(session.adopt?.(changed)).toBe(true);
    await shows('$two');
    const receipts = server.asked.filter(({ path }) => path.includes('receipt')).map(({ path }) => path);
    expect(receipts).toEqual([`v3/rooms/${ROOM}/receipt/m.read/$one`, `v3/rooms/${ROOM}/receipt/m.read.private/$two`]);
    const elsewhere = { ...changed, settings: { ...changed.settings, token: 'another' } };
    expect(session.adopt?.(elsewhere)).toBe(false);
  } finally {
    await stage.close();
  }
});

test('SMS: another country is looked up when it is needed; another number needs another session', async () => {
  const stage = new SmsStage();
  await stage.start();
  const session = await stage.session();
  expect(session.adopt(romeo({ number: OURS, country: 'DE' }))).toBe(true);
  expect(session.adopt(romeo({ number: OTHER, country: 'US' }))).toBe(false);
});
