// The fault machine's other parts: schedules that a seed brings again, tokens in torn streams, what is read out of a journal, the proxy.

import { connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { parseOptions } from '../chaos/options.ts';
import { FaultProxy } from '../chaos/proxy.ts';
import { saidOnEcho } from '../chaos/realm-echo.ts';
import { betweenUsers } from '../chaos/realm-irc.ts';
import { FAULT_NAMES, faultKind, schedule, type ScheduleOptions } from '../chaos/schedule.ts';
import { streamOf, tokenIn, TokenScanner, tokenText } from '../chaos/tokens.ts';
import type { NetworkRecord } from '../support/echo-server-records.ts';
import { freePort, until } from '../support/processes.ts';

describe('schedules', () => {
  const options: ScheduleOptions = {
    seed: 5,
    count: 60,
    networks: ['echo', 'irc'],
    store: 'embedded',
    soak: false,
    only: [],
  };
  const names = (more: Partial<ScheduleOptions>) => schedule({ ...options, ...more }).map(({ name }) => name);

  test('a seed brings the same again, another one something else', () => {
    expect(schedule(options)).toEqual(schedule({ ...options }));
    expect(names({ seed: 6 })).not.toEqual(names({}));
  });

  test('a longer schedule begins like a shorter one', () => {
    expect(names({ count: 20 })).toEqual(names({}).slice(0, 20));
  });

  test('every possible kind comes before any comes again', () => {
    const possible = FAULT_NAMES.filter((name) => name !== 'redis-kill' && !/^(?:sms|matrix)-/.test(name));
    expect(names({}).slice(0, possible.length).toSorted()).toEqual(possible.toSorted());
  });

  test('what is not there is not harmed', () => {
    expect(names({ networks: ['echo'] }).filter((name) => name.startsWith('irc'))).toEqual([]);
    expect(names({ store: 'redis' })).not.toContain('disk-full');
    expect(names({ store: 'redis' })).toContain('redis-kill');
    expect(new Set(names({ only: ['link-cut', 'irc-kill'] }))).toEqual(new Set(['link-cut', 'irc-kill']));
    expect(() => names({ networks: ['echo'], only: ['irc-kill'] })).toThrow('possible');
  });

  test('times keep to the bounds of each kind', () => {
    for (const soak of [true, false]) {
      for (const { name, forMs, gapMs } of schedule({ ...options, soak })) {
        const { lasts, soak: longer } = faultKind(name);
        const [least, most] = soak ? (longer ?? lasts) : lasts;
        expect(forMs).toBeGreaterThanOrEqual(least);
        expect(forMs).toBeLessThanOrEqual(most);
        expect(gapMs).toBeLessThanOrEqual(6_000);
      }
    }
  });
});

describe('options', () => {
  test('what makes no sense is said', () => {
    expect(() => parseOptions(['--server', 'openfire'])).toThrow('openfire is none of prosody, ejabberd');
    expect(() => parseOptions(['--faults', 'many'])).toThrow('many');
    expect(() => parseOptions(['--only', 'rain'])).toThrow('rain is none of gateway-kill');
  });
  test('a soak is longer and wider', () => {
    expect(parseOptions(['--soak'])).toMatchObject({
      faults: 100,
      servers: ['prosody', 'ejabberd'],
      stores: ['embedded', 'redis'],
    });
    expect(parseOptions([])).toMatchObject({ faults: 30, servers: ['prosody'], stores: ['embedded'], only: [] });
  });
});

describe('tokens', () => {
  const token = { sender: 'romeo', network: 'irc', place: 'verona', n: 12 } as const;

  test('are found in what carries them', () => {
    expect(tokenIn(`:romeo!u@h PRIVMSG #verona :${tokenText(token)}`)).toEqual({
      ...token,
      text: 'c-romeo-irc-verona-12',
    });
    expect(streamOf(token)).toBe('romeo-irc-verona');
    expect(tokenIn('nothing')).toBeUndefined();
  });

  test.each([1, 3, 7, 1_000])('are found once each in a stream torn into pieces of %i', (size) => {
    const texts = Array.from({ length: 30 }, (_, n) => tokenText({ ...token, n: n + 1 }));
    const stream = texts.map((text) => `<message id='x'><body>${text}</body></message>`).join('\n');
    const seen: string[] = [];
    const scanner = new TokenScanner((text) => seen.push(text));
    for (let at = 0; at < stream.length; at += size) scanner.write(stream.slice(at, at + size));
    expect(seen).toEqual(texts);
  });

  test('a number counts when it is whole', () => {
    const seen: string[] = [];
    const scanner = new TokenScanner((text) => seen.push(text));
    scanner.write('c-romeo-irc-verona-1');
    expect(seen).toEqual([]);
    scanner.write('2\r\n');
    expect(seen).toEqual(['c-romeo-irc-verona-12']);
  });
});

test('the journal tells what was said to whom, and what came through the gateway', () => {
  const shown = [{ token: 'c-romeo-irc-verona-1', at: 1, hearer: 'irc:paris', delayed: false, history: false }];
  const message = { t: 'message', id: 'm', from: { id: 'x', nick: 'x' }, kind: 'text', to: '#hall' } as const;
  const journal: NetworkRecord[] = [
    {
      ...message,
      at: 1_010,
      text: 'c-tybalt-echo-hall-1',
      for: [
        ['romeo', 1],
        ['juliet', 1],
      ],
    },
    { ...message, at: 1_020, text: 'c-romeo-echo-hall-1', txn: 't', for: [['juliet', 2]] },
    { ...message, at: 1_030, text: 'small talk', txn: 'u', for: [['juliet', 3]] },
  ];
  const echo = saidOnEcho(journal, (date) => date - 1_000);
  const irc = betweenUsers(shown, ['romeo', 'juliet']);
  expect([...echo.spoken, ...irc]).toEqual([
    { token: 'c-tybalt-echo-hall-1', at: 10, hearers: ['romeo', 'juliet'] },
    { token: 'c-romeo-echo-hall-1', at: 20, hearers: ['juliet'] },
    { token: 'c-romeo-irc-verona-1', at: 1, hearers: ['juliet'] },
  ]);
  expect(echo.shown).toEqual([
    { token: 'c-romeo-echo-hall-1', at: 20, hearer: 'echo', delayed: false, history: false },
  ]);
});

describe('the proxy', () => {
  const closing: (() => unknown)[] = [];
  afterEach(async () => {
    for (const close of closing.splice(0).toReversed()) await close();
  });

  /** A server that answers with what it reads, and a client behind the proxy. */
  async function stage() {
    const port = await freePort();
    const sockets = new Set<Socket>();
    const server: Server = createServer((socket) => {
      sockets.add(socket);
      socket.on('error', () => undefined);
      socket.pipe(socket);
    });
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    closing.push(() => server.close());
    const passed: string[] = [];
    const ends: number[] = [];
    const proxy = new FaultProxy(await freePort(), port, {
      onPassed: (way, text) => passed.push(`${way} ${text}`),
      onEnd: (_, waitedMs) => ends.push(waitedMs),
    });
    await proxy.listen();
    closing.push(() => proxy.close());
    const client = connect(proxy.port, '127.0.0.1');
    client.on('error', () => undefined);
    let heard = '';
    client.setEncoding('utf8').on('data', (text: string) => (heard += text));
    const hears = (text: string): Promise<void> => until(`"${text}" comes back`, () => heard === text);
    return { proxy, client, hears, passed, ends, heard: () => heard };
  }

  test('passes on both ways and sees it', async () => {
    const { client, hears, passed } = await stage();
    client.write('hello');
    await hears('hello');
    expect(passed).toEqual(['toServer hello', 'toGateway hello']);
  });

  test('stalled, nothing goes through, and nothing of it is lost', async () => {
    const { proxy, client, hears, heard } = await stage();
    client.write('a');
    await hears('a');
    const stalled = proxy.stall();
    client.write('b');
    const other = connect(proxy.port, '127.0.0.1');
    other.write('new ones are not stalled');
    await new Promise((resolve) => other.once('data', resolve));
    other.destroy();
    expect(heard()).toBe('a');
    stalled.resume();
    await hears('ab');
  });

  test('cut, it says how long something had been waiting', async () => {
    const { proxy, client, hears, ends } = await stage();
    client.write('a');
    await hears('a');
    const stalled = proxy.stall();
    client.write('b');
    let asked = 0;
    // By turns, so that it has been read in one of them, however late they come.
    await until('a while', () => ++asked > 5);
    stalled.cut();
    await until('the end', () => ends.length === 1 && client.destroyed);
    expect(ends[0]).toBeGreaterThan(50);
  });

  test('in pieces, everything arrives', async () => {
    const { proxy, client, hears, passed } = await stage();
    proxy.manners = { pieceBytes: 3 };
    const text = 'wherefore art thou '.repeat(20);
    client.write(text);
    await hears(text);
    expect(Math.max(...passed.map((one) => one.split(' ', 2).join(' ').length))).toBeLessThan(40);
    expect(passed.length).toBeGreaterThan(200);
  });

  test('slow, it takes its time', async () => {
    const { proxy, client, hears } = await stage();
    proxy.manners = { bytesPerSecond: 2_000 };
    const began = performance.now();
    client.write('x'.repeat(200));
    await hears('x'.repeat(200));
    expect(performance.now() - began).toBeGreaterThan(150);
  });
});
