// The small parts of the bridge: pacing, waiting times, the mailbox, the queue of what waits, and the index of message ids.

import { expect, test } from 'vitest';
import { Backoff } from '../../src/bridge/backoff.ts';
import { HeldQueue } from '../../src/bridge/held.ts';
import { Mailbox } from '../../src/bridge/mailbox.ts';
import { MessageIndex, namesWorthKeeping } from '../../src/bridge/message-index.ts';
import { Pacer } from '../../src/bridge/pacing.ts';
import { conversationId, messageId, userId } from '../../src/model/ids.ts';
import { ManualClock } from '../support/manual-clock.ts';

test('a pacer lets a burst through, then so many a second, in order, for each key alone', () => {
  const clock = new ManualClock();
  const pacer = new Pacer(clock, 2);
  const ran: string[] = [];
  for (let n = 0; n < 6; n++) pacer.run('a', () => ran.push(`a${n}`));
  pacer.run('b', () => ran.push('b0'));
  expect(ran).toEqual(['a0', 'a1', 'b0']);
  clock.advance(500);
  expect(ran).toEqual(['a0', 'a1', 'b0', 'a2']);
  clock.advance(1_500);
  expect(ran.slice(4)).toEqual(['a3', 'a4', 'a5']);
  expect(clock.pending()).toEqual([]);
});

test('whoever leaves the line takes no turn', () => {
  const clock = new ManualClock();
  const pacer = new Pacer(clock, 1);
  const ran: string[] = [];
  pacer.run('a', () => ran.push('first'));
  const leave = pacer.run('a', () => ran.push('second'));
  pacer.run('a', () => ran.push('third'));
  leave();
  clock.advance(1_000);
  expect(ran).toEqual(['first', 'third']);
});

test('a pacer never runs more in any second than its rate and one burst', () => {
  const clock = new ManualClock();
  const pacer = new Pacer(clock, 5);
  const ran: number[] = [];
  for (let n = 0; n < 100; n++) {
    pacer.run('a', () => ran.push(clock.monotonic()));
    clock.advance((n * 7919) % 90);
  }
  clock.advance(60_000);
  expect(ran).toHaveLength(100);
  for (const from of ran) expect(ran.filter((at) => at >= from && at < from + 1_000).length).toBeLessThanOrEqual(10);
});

test('waiting times double up to their bound, between half and whole, and begin anew after a reset', () => {
  const short = new Backoff({ firstMs: 100, maxMs: 1_000 }, () => 0);
  const long = new Backoff({ firstMs: 100, maxMs: 1_000 }, () => 1);
  expect([1, 2, 3, 4, 5, 6].map(() => short.nextMs())).toEqual([50, 100, 200, 400, 500, 500]);
  expect([1, 2, 3, 4, 5, 6].map(() => long.nextMs())).toEqual([100, 200, 400, 800, 1_000, 1_000]);
  short.reset();
  expect(short.nextMs()).toBe(50);
  expect(short.nextMs(5_000)).toBe(5_000);
});

test('a mailbox runs a task at once, and queues only what comes out of one', () => {
  const order: string[] = [];
  const mailbox = new Mailbox((thrown) => order.push(String(thrown)));
  mailbox.run(() => {
    order.push('a');
    mailbox.run(() => {
      order.push('b');
      mailbox.run(() => order.push('d'));
    });
    mailbox.run(() => order.push('c'));
    order.push('a ends');
  });
  expect(order).toEqual(['a', 'a ends', 'b', 'c', 'd']);
});

test('a task that throws is reported, and the next one runs', () => {
  const order: string[] = [];
  const mailbox = new Mailbox((thrown) => order.push(String(thrown)));
  mailbox.run(() => {
    mailbox.run(() => order.push('next'));
    throw new Error('defect');
  });
  mailbox.run(() => order.push('later'));
  expect(order).toEqual(['Error: defect', 'next', 'later']);
});

test('what waits ends one by one at its own time, by one timer', () => {
  const clock = new ManualClock();
  const queue = new HeldQueue(clock, (task) => task(), 10);
  const ended: string[] = [];
  const held = (name: string) => ({ resume: () => ended.push(`+${name}`), fail: () => ended.push(`-${name}`) });
  queue.add(held('slow'), 300);
  queue.add(held('quick'), 100);
  queue.add(held('middle'), 200);
  expect(clock.pending()).toEqual([100]);
  clock.advance(200);
  expect(ended).toEqual(['-quick', '-middle']);
  for (const one of queue.take()) one.resume();
  expect(ended).toEqual(['-quick', '-middle', '+slow']);
  expect(clock.pending()).toEqual([]);
});

test('lines have their bound and joins a wider one', () => {
  const queue = new HeldQueue(new ManualClock(), (task) => task(), 2);
  const line = { resume: () => {}, fail: () => {} };
  const join = { ...line, isJoin: true };
  expect([line, line, line].map((held) => queue.add(held, 1))).toEqual([true, true, false]);
  const joins = Array.from({ length: 31 }, () => queue.add(join, 1));
  expect(joins.filter(Boolean)).toHaveLength(30);
});

const USER = userId('romeo@example.org');
const ROOM = conversationId('#verona');

test('ids are found both ways, several to one and one to several', () => {
  const index = new MessageIndex();
  index.remember(USER, ROOM, 'm1', [messageId('n1'), messageId('n2')]);
  index.remember(USER, ROOM, 's1', [messageId('n1')]);
  expect(index.network(USER, ROOM, 'm1')).toEqual(['n1', 'n2']);
  expect(index.network(USER, ROOM, 's1')).toEqual(['n1']);
  expect(index.xmpp(USER, ROOM, messageId('n1'))).toBe('m1');
  expect(index.xmpp(USER, ROOM, messageId('n2'))).toBe('m1');
  expect(index.network(USER, conversationId('#other'), 'm1')).toBeUndefined();
  expect(index.network(userId('juliet@example.org'), ROOM, 'm1')).toBeUndefined();
});

test('the oldest ids of a conversation are forgotten, in both directions', () => {
  const index = new MessageIndex();
  for (let n = 0; n < 2_005; n++) index.remember(USER, ROOM, `m${n}`, [messageId(`n${n}`)]);
  expect(index.network(USER, ROOM, 'm4')).toBeUndefined();
  expect(index.xmpp(USER, ROOM, messageId('n4'))).toBeUndefined();
  expect(index.network(USER, ROOM, 'm5')).toEqual(['n5']);
  expect(index.xmpp(USER, ROOM, messageId('n5'))).toBe('m5');
});

test('a conversation has the same names however long it goes on', () => {
  const index = new MessageIndex(3);
  for (let n = 0; n < 20; n++) {
    index.remember(USER, ROOM, `m${n}`, [messageId(`n${n}`)]);
    if (n % 3 === 0) index.remember(USER, ROOM, `m${n}`, [messageId(`n${n}`)]);
    const known = Array.from({ length: n + 1 }, (_, at) => at).filter((at) => index.network(USER, ROOM, `m${at}`));
    expect(known).toEqual([n - 2, n - 1, n].filter((at) => at >= 0));
    expect(known.every((at) => index.xmpp(USER, ROOM, messageId(`n${at}`)) === `m${at}`)).toBe(true);
  }
});

test('few names are kept where nobody can refer to a message', () => {
  const text = { max: 400, unit: 'bytes', lines: 'one', styles: [] } as const;
  const plain = { accepts: ['say', 'join'], reports: [], answers: [], text } as const;
  expect(namesWorthKeeping(plain)).toBe(128);
  expect(namesWorthKeeping({ ...plain, accepts: ['say', 'react'] })).toBe(2_000);
  expect(namesWorthKeeping({ ...plain, replies: true })).toBe(2_000);
});

test('what is remembered again is young again', () => {
  const index = new MessageIndex(2);
  index.remember(USER, ROOM, 'a', [messageId('1')]);
  index.remember(USER, ROOM, 'b', [messageId('2')]);
  index.remember(USER, ROOM, 'a', [messageId('1')]);
  index.remember(USER, ROOM, 'c', [messageId('3')]);
  expect(index.network(USER, ROOM, 'a')).toEqual(['1']);
  expect(index.network(USER, ROOM, 'b')).toBeUndefined();
  expect(index.xmpp(USER, ROOM, messageId('1'))).toBe('a');
});

test('a message is also found by the name that the network gave it', () => {
  const index = new MessageIndex(undefined, undefined, (name) => name.startsWith('$'));
  index.remember(USER, ROOM, 'm1', [messageId('$1'), messageId('$2')]);
  expect(index.network(USER, ROOM, '$2')).toEqual(['$1', '$2']);
  expect(index.network(USER, ROOM, '$another')).toEqual(['$another']);
  expect(index.network(USER, ROOM, 'm2')).toBeUndefined();
  expect(new MessageIndex().network(USER, ROOM, '$another')).toBeUndefined();
});
