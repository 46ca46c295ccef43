// The fault machine's judge on synthetic observations: every kind of defect is found, and what is no defect is not.

import { describe, expect, test } from 'vitest';
import { type Count, failures, judge, type Verdict } from '../chaos/judge.ts';
import { emptyLedger, type Ledger } from '../chaos/ledger.ts';
import { spoiled, SPOILS } from '../chaos/spoil.ts';

const OUT = 'c-romeo-echo-hall-';
const IN = 'c-tybalt-echo-hall-';
const DIRECT = 'c-benvolio-echo-romeo-';
const IRC_OUT = 'c-romeo-irc-verona-';
const IRC_IN = 'c-paris-irc-verona-';
const SMS_IN = 'c-nurse-sms-romeo-';
const IRC_DIRECT = 'c-paris-irc-romeo-';

/** A ledger under construction, in the words of those who observe. */
class Book {
  readonly ledger: Ledger = emptyLedger();

  /** Romeo writes it, and his server passes it on to the gateway. */
  writes(token: string, at: number, handedAt: number | undefined = at): this {
    this.ledger.written.push({ token, at });
    if (handedAt !== undefined) this.ledger.handed.push({ token, at: handedAt, to: 'gateway' });
    return this;
  }
  spoken(token: string, at: number, hearers: readonly string[] = ['romeo']): this {
    this.ledger.spoken.push({ token, at, hearers });
    return this;
  }
  /** The IRC server passes it on to the gateway. */
  passed(token: string, at: number, nick = 'romeo'): this {
    this.ledger.handed.push({ token, at, to: { nick } });
    return this;
  }
  shown(token: string, at: number, hearer = 'romeo', how: { delayed?: boolean; history?: boolean } = {}): this {
    this.ledger.shown.push({ token, at, hearer, delayed: how.delayed ?? false, history: how.history ?? false });
    return this;
  }
  told(token: string, at = 0): this {
    this.ledger.told.push({ token, at, by: 'client' });
    return this;
  }
  died(at: number, unreadSince = at): this {
    this.ledger.deaths.push({ at, unreadSince });
    return this;
  }
  /** The gateway's connection to the XMPP server. */
  linked(from: number, to?: number, domain = 'irc.localhost'): this {
    this.ledger.links.push({ domain, from, to });
    return this;
  }
  wasIn(place: string, from: number, to?: number): this {
    this.ledger.spells.push({ who: 'romeo', place, from, to });
    return this;
  }
  fault(name: string, at: number, until: number): this {
    this.ledger.injected.push({ name, at, until });
    return this;
  }

  get verdict(): Verdict {
    return judge(this.ledger);
  }
  count(name: string): Partial<Count> {
    return this.verdict.counts.get(name) ?? {};
  }
  get failures(): readonly string[] {
    return failures(this.verdict);
  }
}
const book = (): Book => new Book();

describe('out to a durable network', () => {
  test('what stands in the journal once is carried', () => {
    const it = book().writes(`${OUT}1`, 0).shown(`${OUT}1`, 5, 'echo');
    expect(it.count('echo out')).toMatchObject({ owed: 1, carried: 1, lost: 0, doubled: 0 });
    expect(it.failures).toEqual([]);
  });

  test('what the gateway had and nobody ever saw is lost', () => {
    const it = book().writes(`${OUT}1`, 0).fault('gateway-kill', 1_000, 2_000);
    expect(it.failures).toEqual(['echo out: 1 lost']);
    expect(it.verdict.findings).toMatchObject([
      { what: 'lost', token: `${OUT}1`, hearer: 'echo', near: ['gateway-kill'] },
    ]);
  });

  test('what stands in the journal twice is doubled', () => {
    const it = book().writes(`${OUT}1`, 0).shown(`${OUT}1`, 5, 'echo').shown(`${OUT}1`, 9, 'echo');
    expect(it.failures).toEqual(['echo out: 1 doubled']);
  });

  test('what the sender was told about is not lost', () => {
    expect(book().writes(`${OUT}1`, 0).told(`${OUT}1`).count('echo out')).toMatchObject({ told: 1, lost: 0 });
  });

  test('what was carried and told as failed is counted', () => {
    const it = book().writes(`${OUT}1`, 0).shown(`${OUT}1`, 1, 'echo').told(`${OUT}1`);
    expect(it.count('echo out')).toMatchObject({ carried: 1, toldToo: 1, told: 0 });
  });

  test('what never reached the gateway is not its loss', () => {
    const it = book();
    it.ledger.written.push({ token: `${OUT}1`, at: 0 });
    expect(it.count('echo out')).toMatchObject({ notHanded: 1, lost: 0 });
  });

  test.each([
    { handed: 900, since: 1_000, fate: 'unread' },
    { handed: 700, since: 1_000, fate: 'lost' },
    { handed: 400, since: 300, fate: 'unread' },
    { handed: 1_001, since: 1_000, fate: 'lost' },
  ] as const)('handed over at $handed to a process that read until $since and ended at 1000: $fate', (one) => {
    const it = book().writes(`${OUT}1`, 0, one.handed).died(1_000, one.since);
    expect(it.count('echo out')).toMatchObject({ [one.fate]: 1 });
  });
});

describe('out through a connection that ends', () => {
  test.each([
    { handed: 900, fate: 'unread' },
    { handed: 600, fate: 'lost' },
    { handed: 1_001, fate: 'lost' },
  ] as const)('handed over at $handed, cut at 1000: $fate', ({ handed, fate }) => {
    const it = book().writes(`${OUT}1`, 0, handed);
    it.ledger.cuts.push(1_000);
    expect(it.count('echo out')).toMatchObject({ [fate]: 1 });
  });

  test('an error that went down with it has told nobody; what the client saw counts', () => {
    const it = book().writes(`${OUT}1`, 0).writes(`${OUT}2`, 0).writes(`${OUT}3`, 0).told(`${OUT}3`, 9_500);
    it.ledger.told.push({ token: `${OUT}1`, at: 9_500, by: 'void' }, { token: `${OUT}2`, at: 8_000, by: 'void' });
    it.ledger.cuts.push(10_000);
    expect(it.count('echo out')).toMatchObject({ told: 2, lost: 1 });
  });
});

describe('in from a durable network', () => {
  test('each hearer is owed each message', () => {
    const it = book().spoken(`${IN}1`, 0, ['romeo', 'juliet']).shown(`${IN}1`, 5);
    expect(it.count('echo in')).toMatchObject({ owed: 2, carried: 1, lost: 1 });
    expect(it.verdict.findings).toMatchObject([{ what: 'lost', hearer: 'juliet' }]);
  });

  test('no end of the process and no absence excuses a loss', () => {
    const it = book().spoken(`${IN}1`, 0).died(10).wasIn('echo-hall', -5, 3);
    expect(it.failures).toEqual(['echo in: 1 lost']);
  });

  test('the history of a room carries too, and is no second copy', () => {
    const it = book().spoken(`${IN}1`, 0).spoken(`${IN}2`, 0);
    it.shown(`${IN}1`, 5, 'romeo', { history: true, delayed: true });
    it.shown(`${IN}1`, 9, 'romeo', { history: true, delayed: true });
    it.shown(`${IN}2`, 4).shown(`${IN}2`, 9, 'romeo', { history: true, delayed: true });
    expect(it.count('echo in')).toMatchObject({ carried: 2, doubled: 0, tailCopies: 0 });
  });

  test('a second copy that does not say that it is late is a double', () => {
    const it = book().spoken(`${DIRECT}1`, 0).shown(`${DIRECT}1`, 5).shown(`${DIRECT}1`, 9);
    it.ledger.cuts.push(7);
    expect(it.failures).toEqual(['echo in: 1 doubled']);
  });

  test('one that says so is a copy in the tail, but only after a cut connection', () => {
    const it = book().spoken(`${DIRECT}1`, 0).shown(`${DIRECT}1`, 5);
    it.shown(`${DIRECT}1`, 9, 'romeo', { delayed: true });
    expect(it.count('echo in')).toMatchObject({ doubled: 1, tailCopies: 0 });
    it.ledger.cuts.push(7);
    expect(it.count('echo in')).toMatchObject({ doubled: 0, tailCopies: 1 });
    expect(it.failures).toEqual([]);
  });

  test('a message behind a later one of the same speaker is out of order; speakers among themselves have none', () => {
    const it = book();
    for (const n of [1, 2, 3]) it.spoken(`${IN}${n}`, n);
    it.spoken(`${DIRECT}1`, 9);
    it.shown(`${IN}1`, 10).shown(`${IN}3`, 11).shown(`${DIRECT}1`, 12).shown(`${IN}2`, 13);
    expect(it.count('echo in')).toMatchObject({ carried: 4, outOfOrder: 1 });
    expect(it.failures).toEqual(['echo in: 1 out of order']);
  });

  test.each([
    { name: 'in that order', taken: [10, 11], wrong: 1 },
    { name: 'the other way round', taken: [11, 10], wrong: 0 },
    { name: 'one only after it was shown, by an answer that got lost', taken: [Number.NaN, 10], wrong: 0 },
  ])('what a network handed over $name', ({ taken, wrong }) => {
    const it = book();
    taken.forEach((at, n) => it.ledger.spoken.push({ token: `${SMS_IN}${n}`, at: n, hearers: ['romeo'], taken: at }));
    it.shown(`${SMS_IN}1`, 20).shown(`${SMS_IN}0`, 21);
    expect(it.count('sms in')).toMatchObject({ carried: 2, outOfOrder: wrong });
  });

  test('what says that it is late may come late', () => {
    const it = book().spoken(`${IN}1`, 0).spoken(`${IN}2`, 1);
    it.shown(`${IN}2`, 11).shown(`${IN}1`, 12, 'romeo', { delayed: true });
    expect(it.count('echo in')).toMatchObject({ outOfOrder: 0 });
  });
});

test('what was shown long before the cut is doubled by it, stamp or not', () => {
  const it = book().spoken(`${DIRECT}1`, 0).shown(`${DIRECT}1`, 10);
  it.shown(`${DIRECT}1`, 41_000, 'romeo', { delayed: true });
  it.ledger.cuts.push(40_000);
  expect(it.count('echo in')).toMatchObject({ tailCopies: 0, doubled: 1 });
});

test('of two copies after a cut the one that says that it is late may come first', () => {
  const it = book().spoken(`${DIRECT}1`, 0).spoken(`${DIRECT}2`, 10);
  it.shown(`${DIRECT}1`, 3_000, 'romeo', { delayed: true }).shown(`${DIRECT}2`, 3_001).shown(`${DIRECT}1`, 9_000);
  it.ledger.cuts.push(1_000);
  expect(it.count('echo in')).toMatchObject({ tailCopies: 1, doubled: 0, outOfOrder: 0 });
  it.shown(`${DIRECT}1`, 9_500);
  expect(it.count('echo in')).toMatchObject({ tailCopies: 1, doubled: 1 });
});

describe('a live network', () => {
  test('what the IRC server never passed on is not owed', () => {
    expect(book().spoken(`${IRC_IN}1`, 0).verdict.counts.size).toBe(0);
  });

  test('what it passed on and was not shown is lost, while the hearer was there', () => {
    const it = book().spoken(`${IRC_IN}1`, 0).passed(`${IRC_IN}1`, 100).wasIn('irc-verona', 0);
    expect(it.failures).toEqual(['irc in: 1 lost']);
  });

  test.each([
    { name: 'she had gone', spell: [0, 50], fate: 'away' },
    { name: 'she went at once', spell: [0, 2_000], fate: 'away' },
    { name: 'she went much later', spell: [0, 9_000], fate: 'lost' },
    { name: 'she came later', spell: [200, 90_000], fate: 'away' },
  ] as const)('in a channel, $name: $fate', ({ spell: [from, to], fate }) => {
    const it = book().spoken(`${IRC_IN}1`, 0).passed(`${IRC_IN}1`, 100).wasIn('irc-verona', from, to);
    expect(it.count('irc in')).toMatchObject({ [fate]: 1 });
  });

  test('time in which everything stood still does not count', () => {
    const it = book().spoken(`${IRC_IN}1`, 0).passed(`${IRC_IN}1`, 100).wasIn('irc-verona', 0, 9_000);
    expect(it.fault('gateway-stop', 200, 8_500).count('irc in')).toMatchObject({ away: 1 });
  });

  test('to a person absence excuses nothing', () => {
    const it = book().spoken(`${IRC_DIRECT}1`, 0).passed(`${IRC_DIRECT}1`, 100);
    expect(it.failures).toEqual(['irc in: 1 lost']);
  });

  test('what was under way when the process ended is counted, and nothing else', () => {
    const it = book().spoken(`${IRC_DIRECT}1`, 0).passed(`${IRC_DIRECT}1`, 9_000).died(10_000);
    it.linked(0, 10_000).spoken(`${IRC_DIRECT}2`, 0).passed(`${IRC_DIRECT}2`, 5_000);
    it.writes(`${IRC_OUT}1`, 9_000).writes(`${IRC_OUT}2`, 5_000);
    expect(it.count('irc in')).toMatchObject({ inFlight: 1, lost: 1 });
    expect(it.count('irc out')).toMatchObject({ inFlight: 1, lost: 1 });
  });

  test('seen by one of those on IRC is carried; seen twice by one is doubled, and no failure', () => {
    const it = book().writes(`${IRC_OUT}1`, 0).shown(`${IRC_OUT}1`, 5, 'irc:paris');
    it.writes(`${IRC_OUT}2`, 0).shown(`${IRC_OUT}2`, 5, 'irc:paris').shown(`${IRC_OUT}2`, 5, 'irc:friar');
    it.writes(`${IRC_OUT}3`, 0).shown(`${IRC_OUT}3`, 6, 'irc:friar').shown(`${IRC_OUT}3`, 7, 'irc:friar');
    expect(it.count('irc out')).toMatchObject({ carried: 3, doubled: 1 });
    expect(it.failures).toEqual([]);
  });

  test('what an ended connection to its server swallowed is severed; what came after it was noticed is lost', () => {
    const it = book().writes(`${IRC_OUT}1`, 5_000).writes(`${IRC_OUT}2`, 9_500).writes(`${IRC_OUT}3`, 1_000);
    it.ledger.severed.push({ nick: 'romeo', since: 4_000, at: 9_000 });
    it.ledger.severed.push({ nick: 'juliet', since: 0, at: 99_000 });
    expect(it.count('irc out')).toMatchObject({ severed: 1, lost: 2 });
  });

  test('what no connection to the XMPP server lasted long enough for ends with the process', () => {
    const it = book().died(20_000).linked(0, 10_000).linked(0, 20_000, 'echo.localhost').linked(19_000, 20_000);
    for (const [n, at] of [3_000, 5_000, 12_000].entries()) {
      it.spoken(`${IRC_DIRECT}${n}`, at).passed(`${IRC_DIRECT}${n}`, at);
    }
    expect(it.count('irc in')).toMatchObject({ inFlight: 2, lost: 1 });
  });

  test('what was held while the connection was away ends with the process', () => {
    const it = book().writes(`${IRC_OUT}1`, 5_000).writes('c-juliet-irc-verona-1', 5_000).died(20_000);
    it.ledger.severed.push({ nick: 'romeo', since: 1_000, at: 1_000 });
    expect(it.count('irc out')).toMatchObject({ inFlight: 1, lost: 1 });
  });

  test('what its server took and nobody saw: only the end of that server explains it', () => {
    const it = book().writes(`${IRC_OUT}1`, 0).writes(`${IRC_OUT}2`, 30_000);
    it.ledger.handed.push(
      { token: `${IRC_OUT}1`, at: 500, to: 'ircd' },
      { token: `${IRC_OUT}2`, at: 30_500, to: 'ircd' },
    );
    it.ledger.outages.push({ what: 'irc', at: 1_000, until: 3_000 });
    expect(it.count('irc out')).toMatchObject({ elsewhere: 1, lost: 1 });
  });
});

test('who is not back makes the run a bad one', () => {
  const it = book();
  it.ledger.missing.push('romeo is not in irc-verona');
  expect(it.failures).toEqual(['not back: romeo is not in irc-verona']);
});

describe('faults in the observation itself', () => {
  function good(): Ledger {
    const it = book();
    for (let n = 1; n <= 20; n++) {
      it.spoken(`${IN}${n}`, n).shown(`${IN}${n}`, n + 0.5);
      it.writes(`${OUT}${n}`, n).shown(`${OUT}${n}`, n + 0.5, 'echo');
    }
    return it.ledger;
  }

  test('none is found where none is', () => {
    expect(failures(judge(good()))).toEqual([]);
  });
  test.each(SPOILS)('%s is found, and leaves the original alone', (spoil) => {
    const ledger = good();
    expect(failures(judge(spoiled(ledger, spoil)))).toHaveLength(1);
    expect(ledger).toEqual(good());
  });
  test('an observation that is not there cannot be spoiled', () => {
    expect(() => spoiled(emptyLedger(), 'drop')).toThrow('no observation');
  });
});
