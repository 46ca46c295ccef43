import { describe, expect, test } from 'vitest';
import { Spool } from '../../src/xmpp/spool.ts';
import { ManualClock } from '../support/manual-clock.ts';

interface Fixture {
  readonly spool: Spool;
  readonly clock: ManualClock;
  readonly written: string[];
  readonly lost: string[];
  readonly confirmed: string[];
  readonly pressure: boolean[];
  /** How often it said that it is busy no more. */
  readonly ready: () => number;
  /** Answers the ping that is under way, if there is one. */
  readonly answer: () => Promise<boolean>;
  readonly pings: () => number;
  readonly say: (id: string, kind?: 'spooled' | 'room' | 'state') => void;
}

function fixture(limits: ConstructorParameters<typeof Spool>[0]['limits'] = {}): Fixture {
  const clock = new ManualClock();
  const written: string[] = [];
  const lost: string[] = [];
  const confirmed: string[] = [];
  const pressure: boolean[] = [];
  let waiting: (() => void)[] = [];
  let pings = 0;
  let ready = 0;
  const link = {
    write: (xml: string) => written.push(xml) > 0,
    ping: () => {
      pings++;
      return new Promise<void>((resolve) => waiting.push(resolve));
    },
  };
  const spool = new Spool({
    link,
    clock,
    domain: 'irc.example.org',
    limits,
    onLost: (to) => lost.push(to),
    onPressure: (paused) => pressure.push(paused),
    onReady: () => ready++,
  });
  return {
    spool,
    clock,
    written,
    lost,
    confirmed,
    pressure,
    pings: () => pings,
    ready: () => ready,
    async answer() {
      const [first, ...rest] = waiting;
      waiting = rest;
      first?.();
      await Promise.resolve();
      await Promise.resolve();
      return first !== undefined;
    },
    say: (id, kind = 'spooled') =>
      spool.write(`<message id='${id}'></message>`, 'romeo', kind, () => confirmed.push(id)),
  };
}

const ids = (xmls: readonly string[]): string[] => xmls.map((xml) => /id='([^']*)'/.exec(xml)?.[1] ?? '');

describe('checkpoints', () => {
  test('many stanzas are confirmed by one ping, 50 ms after the first', async () => {
    const { spool, clock, say, answer, confirmed, pings } = fixture();
    spool.up();
    for (let i = 0; i < 10; i++) say(`m${i}`);
    expect(pings()).toBe(0);
    clock.advance(50);
    expect(pings()).toBe(1);
    expect(confirmed).toEqual([]);
    await answer();
    expect(confirmed).toHaveLength(10);
    expect(spool.depth().stanzas).toBe(0);
    clock.advance(1000);
    expect(pings()).toBe(1);
  });

  test('64 unconfirmed are not kept waiting, and what came behind the ping waits for the next', async () => {
    const { spool, clock, say, answer, confirmed, pings } = fixture();
    spool.up();
    for (let i = 0; i < 64; i++) say(`m${i}`);
    expect(pings()).toBe(1);
    say('late');
    await answer();
    expect(confirmed).toHaveLength(64);
    clock.advance(50);
    expect(pings()).toBe(2);
    await answer();
    expect(confirmed.at(-1)).toBe('late');
  });

  test('state needs none', () => {
    const { spool, clock, say, confirmed, pings } = fixture();
    spool.up();
    say('typing', 'state');
    clock.advance(1000);
    expect([pings(), confirmed]).toEqual([0, ['typing']]);
  });
});

describe('a cut link', () => {
  test('the unconfirmed tail is written again in order, stamped, and what came meanwhile behind it without a stamp', async () => {
    const { spool, clock, say, answer, written, confirmed } = fixture();
    spool.up();
    say('old');
    clock.advance(50);
    await answer();
    say('tail-1');
    say('tail-2', 'room');
    spool.down();
    say('new', 'room');
    say('typing', 'state');
    written.length = 0;
    clock.advance(5000);
    spool.up();
    expect(ids(written)).toEqual(['tail-1', 'tail-2', 'new']);
    expect(written.map((xml) => xml.includes('urn:xmpp:delay'))).toEqual([true, true, false]);
    expect(spool.counters().copies).toBe(2);
    clock.advance(50);
    await answer();
    expect(confirmed).toEqual(['old', 'typing', 'tail-1', 'tail-2', 'new']);
  });

  test('the answer to a ping of the lost link confirms nothing', async () => {
    const { spool, clock, say, answer, confirmed } = fixture();
    spool.up();
    say('m');
    clock.advance(50);
    spool.down();
    spool.up();
    await answer();
    expect(confirmed).toEqual([]);
    clock.advance(50);
    await answer();
    expect(confirmed).toEqual(['m']);
  });

  test('a server that writes behind may have forgotten what it confirmed in the last seconds', async () => {
    const { spool, clock, say, answer, written, confirmed } = fixture();
    spool.up(5000);
    say('kept');
    say('shown', 'room');
    clock.advance(50);
    await answer();
    expect(confirmed).toEqual(['shown']);
    spool.down();
    written.length = 0;
    spool.up(5000);
    expect(ids(written)).toEqual(['kept']);
    clock.advance(50);
    await answer();
    clock.advance(5000);
    expect(confirmed).toEqual(['shown', 'kept']);
  });
});

const line = (id: string): string => `<message from='#verona@irc.example.org/tybalt' id='${id}'></message>`;

test('an absence that is too long costs the oldest, and the rooms of those clients are known to be wrong', () => {
  const { spool, say, lost, confirmed } = fixture({ maxStanzas: 3 });
  for (const id of ['a', 'b', 'c', 'd', 'e']) spool.write(line(id), 'romeo', 'room');
  expect(lost).toEqual(['romeo', 'romeo']);
  expect(spool.counters().lost).toBe(2);
  // What is kept elsewhere stays until it is confirmed there.
  for (const id of ['f', 'g', 'h', 'i']) say(id);
  expect(confirmed).toEqual([]);
  expect(spool.depth().stanzas).toBe(4);
});

test('a flood on a good link presses its sources and costs nobody anything, unless the link is lost in it', async () => {
  const { spool, clock, answer, lost, pressure } = fixture({ maxStanzas: 8, checkpointStanzas: 64 });
  spool.up();
  for (let i = 0; i < 20; i++) spool.write(line(`m${i}`), 'romeo', 'room');
  expect([lost, pressure, spool.pressed]).toEqual([[], [true], true]);
  clock.advance(50);
  await answer();
  expect([pressure, spool.pressed]).toEqual([[true, false], false]);
  spool.down();
  expect([lost, spool.counters().lost]).toEqual([[], 0]);
  spool.up();
  for (let i = 0; i < 20; i++) spool.write(line(`n${i}`), 'romeo', 'room');
  spool.down();
  expect([lost, spool.counters().lost]).toEqual([['romeo'], 12]);
});

test('what is written behind a checkpoint that is under way is not confirmed by it, and lost with the link', async () => {
  const { spool, clock, answer, lost } = fixture({ maxStanzas: 8, checkpointStanzas: 64 });
  spool.up();
  for (let i = 0; i < 10; i++) spool.write(line(`m${i}`), 'romeo', 'room');
  clock.advance(50);
  for (let i = 0; i < 10; i++) spool.write(line(`n${i}`), 'romeo', 'room');
  await answer();
  spool.down();
  expect([lost, spool.counters().lost]).toEqual([['romeo'], 2]);
  spool.up();
  spool.down();
  expect([lost, spool.counters().lost]).toEqual([['romeo'], 2]);
});

test('it is busy while the server has a window of stanzas to read, and says when it has not, and when the link is down', async () => {
  const { spool, answer, ready } = fixture({ leastWindow: 4, mostWindow: 4, checkpointStanzas: 2 });
  spool.write(line('before'), 'romeo', 'room');
  spool.up();
  for (let i = 0; i < 2; i++) spool.write(line(`m${i}`), 'romeo', 'room');
  expect(spool.busy).toBe(false);
  for (let i = 0; i < 3; i++) spool.write(line(`n${i}`), 'romeo', 'room');
  expect([spool.busy, ready()]).toEqual([true, 0]);
  // The first ping was behind two of six.
  await answer();
  expect([spool.busy, ready()]).toEqual([true, 0]);
  await answer();
  expect([spool.busy, ready()]).toEqual([false, 1]);
  for (let i = 0; i < 4; i++) spool.write(line(`o${i}`), 'romeo', 'room');
  expect(spool.busy).toBe(true);
  spool.down();
  expect([spool.busy, ready()]).toEqual([false, 2]);
});

test('a server that reads quickly is given more at once, and one that does not less', async () => {
  const { spool, clock, answer } = fixture({ leastWindow: 4, mostWindow: 16, checkpointStanzas: 2 });
  spool.up();
  const fill = (): number => {
    while (!spool.busy) spool.write(line('m'), 'romeo', 'room');
    return spool.depth().stanzas;
  };
  const answerIn = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await answer();
  };
  expect(fill()).toBe(4);
  for (const window of [8, 16, 16]) {
    await answerIn(2);
    expect(fill()).toBe(window);
  }
  await answerIn(10);
  expect(fill()).toBe(16);
  while (spool.depth().stanzas > 0) await answerIn(40);
  expect(fill()).toBe(4);
});

test('a server that does not answer for a second is not reading: whoever can wait should, until it answers', async () => {
  const { spool, clock, pressure, answer } = fixture({ leastWindow: 4, mostWindow: 4 });
  spool.up();
  for (let i = 0; i < 3; i++) spool.write(`<message id='m${i}'/>`, 'romeo', 'room');
  clock.advance(2_000);
  // It has little to read: nobody waits for that.
  expect(pressure).toEqual([]);
  spool.write(`<message id='m3'/>`, 'romeo', 'room');
  expect(pressure).toEqual([true]);
  await answer();
  expect(pressure).toEqual([true, false]);
  for (let i = 4; i < 8; i++) spool.write(`<message id='m${i}'/>`, 'romeo', 'room');
  clock.advance(500);
  await answer();
  for (let i = 8; i < 12; i++) spool.write(`<message id='m${i}'/>`, 'romeo', 'room');
  clock.advance(900);
  expect(pressure).toEqual([true, false]);
  clock.advance(200);
  expect(pressure).toEqual([true, false, true]);
  spool.down();
  expect([pressure.at(-1), spool.pressed]).toEqual([false, false]);
});
