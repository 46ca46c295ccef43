// What a hostile or broken IRC server may send: nothing of it ends the process, each loss has a clear reason, and people on other servers
// go on talking meanwhile.

import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { BridgeError } from '../../src/model/errors.ts';
import { userId } from '../../src/model/ids.ts';
import type { Network } from '../../src/model/network.ts';
import { selfSigned } from '../support/certificate.ts';
import { IrcClient } from '../support/irc-client.ts';
import { type FaultServerOptions, IrcFaultServer } from '../support/irc-fault-server.ts';
import { Person, startNetwork } from '../support/irc-world.ts';
import { privateFolder } from '../support/processes.ts';
import { type IrcServer, startNgircd } from '../support/servers.ts';

/** Of what is on its way already. */
const POLL = { timeout: 5_000 };

let good: IrcServer;
let tybalt: IrcClient;
const cleanups: (() => void | Promise<void>)[] = [];

beforeAll(async () => {
  good = await startNgircd();
  tybalt = await IrcClient.connect({ port: good.port, nick: 'tybalt' });
  await tybalt.join('#verona');
});
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});
afterAll(async () => {
  await tybalt.close();
  await good.stop();
});

interface World {
  readonly bad: IrcFaultServer;
  readonly network: Network;
  readonly logged: string[];
  /** On the good server, in #verona with Tybalt. */
  readonly bystander: Person;
}

interface Limits {
  readonly connectTimeoutMs?: number;
  readonly joinTimeoutMs?: number;
  readonly echoTimeoutMs?: number;
}

let worlds = 0;
/** `limits`: for what is never answered; a real server has to keep within them too. */
async function world(options: FaultServerOptions = {}, limits: Limits = {}): Promise<World> {
  const bad = await IrcFaultServer.listen(options);
  const { network, logged } = await startNetwork({
    servers: {
      good: { host: '127.0.0.1', port: good.port, tls: false, linesPerSecond: 0 },
      bad: { host: '127.0.0.1', port: bad.port, tls: false, linesPerSecond: 0 },
    },
    ...limits,
  });
  cleanups.push(
    () => bad.close(),
    () => network.stop(),
  );
  const bystander = await Person.open(network, { nick: `bystander${++worlds}`, server: 'good' });
  await bystander.join('#verona');
  return { bad, network, logged, bystander };
}

async function stillTalks({ bystander, logged }: World): Promise<void> {
  expect(logged.filter((line) => line.startsWith('a line could not be read'))).toEqual([]);
  const words = `still here ${Math.random()}`;
  await bystander.say('#verona', words);
  await tybalt.until(words);
  tybalt.send(`PRIVMSG #verona :and you ${words}`);
  await bystander.until('said', (event) => event.message.body.text === `and you ${words}`);
}

async function refusal(promise: Promise<unknown>): Promise<BridgeError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof BridgeError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

const COMMANDS =
  '001 002 005 301 303 305 311 312 313 315 317 318 319 321 322 323 324 329 330 331 332 333 341 352 353 354 366 367 368 372 375 376 396 401 404 432 433 437 442 470 471 473 475 482 524 671 696 716 730 731 900 902 903 904 908 ACCOUNT AUTHENTICATE AWAY BATCH CAP CHGHOST ERRORS FAIL INVITE JOIN KICK KILL MODE NICK NOTE NOTICE PART PING PONG PRIVMSG QUIT REDACT SETNAME TAGMSG TOPIC WALLOPS WARN'.split(
    ' ',
  );

test('every command cut short, before and behind the welcome', async () => {
  const short = COMMANDS.flatMap((command) => [
    command,
    `:s ${command}`,
    `:s ${command} romeo`,
    `:a!b@c ${command} #verona`,
    `@label=1;batch=x;time=never :s ${command} romeo #verona :`,
    `: ${command} :`,
  ]);
  const before = short.filter(
    (line) => !/ ?(001|43[27]|433|90[2468]|46[456])\b/.test(line) && !/^(:\S* )?ERROR/.test(line),
  );
  const here = await world();
  here.bad.answer = (line, victim) => {
    if (!line.startsWith('USER')) return undefined;
    victim.send(`${before.join('\r\n')}\r\n`);
    return undefined;
  };
  const romeo = await Person.open(here.network, { nick: 'romeo', server: 'bad' });
  await romeo.join('#verona');
  here.bad
    .victim('romeo')
    .send(`${short.filter((line) => !/\b(KILL|NICK|PART|KICK|JOIN)\b/.test(line)).join('\r\n')}\r\n`);
  here.bad.victim('romeo').send(':tybalt!t@h PRIVMSG #verona :after all that\r\n');
  await romeo.until('said', (event) => event.message.body.text === 'after all that');
  here.bad.victim('romeo').send(`${short.join('\r\n')}\r\n:x!y@z PRIVMSG romeo :the end\r\n`);
  await stillTalks(here);
});

test('lines of noise', async () => {
  const here = await world();
  const romeo = await Person.open(here.network, { nick: 'romeo', server: 'bad' });
  await romeo.join('#verona');
  let seed = 42;
  const byte = (): number => {
    seed = (seed * 1_103_515_245 + 12_345) % 2_147_483_648;
    return seed >> 16;
  };
  for (let round = 0; round < 200; round++) {
    const noise = Buffer.from(Array.from({ length: 500 }, () => byte() & 0xff));
    const prefix = round % 3 === 0 ? `:t\xff!u@h ${COMMANDS[round % COMMANDS.length]} #verona ` : '';
    if (/ (KILL|NICK|PART|KICK|QUIT|JOIN) /.test(prefix)) continue;
    here.bad.victim('romeo').send(Buffer.concat([Buffer.from(prefix, 'latin1'), noise, Buffer.from('\n')]));
  }
  here.bad.victim('romeo').send(Buffer.from(':tyb\xe4lt!t@h PRIVMSG romeo :gr\xfc\xdfe\r\n', 'latin1'));
  const said = await romeo.until('said', (event) => event.message.body.text === 'grüße');
  expect(said.conversation).toBe('tyb\udce4lt%bad');
  await romeo.say('tyb\udce4lt', 'zurück');
  await expect.poll(() => here.bad.victim('romeo').lines.at(-1), POLL).toBe('PRIVMSG tyb\xe4lt :zur\xc3\xbcck');
  await stillTalks(here);
});

test('a line of a megabyte: the front is read, the rest dropped, the next line is whole', async () => {
  const here = await world();
  const romeo = await Person.open(here.network, { nick: 'romeo', server: 'bad' });
  await romeo.join('#verona');
  here.bad
    .victim('romeo')
    .send(`:tybalt!t@h PRIVMSG #verona :${'x'.repeat(1_048_576)}\r\n:tybalt!t@h PRIVMSG #verona :next\r\n`);
  await romeo.until('said', (event) => event.message.body.text === 'next', 10_000);
  const [long, next] = romeo.all('said');
  expect(long?.message.body.text).toMatch(/^x{16000,16384}$/);
  expect(next?.message.body.text).toBe('next');
  await stillTalks(here);
});

function collectGarbage(): void {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
}

test('bytes without end and without a line end are not kept', async () => {
  const here = await world();
  const romeo = await Person.open(here.network, { nick: 'romeo', server: 'bad' });
  const before = process.memoryUsage().arrayBuffers;
  const victim = here.bad.victim('romeo');
  for (let chunk = 0; chunk < 200; chunk++) {
    if (!victim.socket.write('y'.repeat(65_536)))
      await new Promise<void>((resolve) => victim.socket.once('drain', () => resolve()));
  }
  victim.send('\r\n:tybalt!t@h PRIVMSG romeo :done\r\n');
  await romeo.until('said', (event) => event.message.body.text === 'done', 10_000);
  // What is garbage already is nobody's: the collector decides when that goes, and gives buffers back beside us, so it is called.
  const kept = (): number => {
    collectGarbage();
    return process.memoryUsage().arrayBuffers - before;
  };
  await expect.poll(kept, POLL).toBeLessThan(8_000_000);
  await stillTalks(here);
});

test('one byte at a time, and a line in two halves', async () => {
  const here = await world();
  const romeo = await Person.open(here.network, { nick: 'romeo', server: 'bad' });
  const victim = here.bad.victim('romeo');
  for (const byte of Buffer.from(':tybalt!t@h PRIVMSG romeo :größe\r\n')) {
    victim.send(Buffer.of(byte));
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  await romeo.until('said', (event) => event.message.body.text === 'größe');
});

test.each([
  ['says nothing', '', 'timeout'],
  ['speaks HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'timeout'],
  ['says goodbye', 'ERROR :Closing Link: (Too many connections)\r\n', 'rate-limited'],
  ['bans', ':s 465 romeo :You are banned\r\nERROR :bye\r\n', 'banned'],
  ['wants a password', ':s 464 romeo :Password incorrect\r\n', 'bad-credentials'],
])('a server that %s in place of a welcome', async (_, insteadOfWelcome, code) => {
  const here = await world({ insteadOfWelcome }, { connectTimeoutMs: 4_000 });
  const error = await refusal(Person.open(here.network, { nick: 'romeo', server: 'bad' }));
  expect(error.code).toBe(code);
  expect(error.message).not.toBe('');
  await stillTalks(here);
});

test('a server that hangs up at once, and one that is told to stop waiting', async () => {
  const here = await world();
  here.bad.answer = (line, victim) => {
    if (line.startsWith('NICK')) victim.socket.destroy();
    return '';
  };
  expect((await refusal(Person.open(here.network, { nick: 'romeo', server: 'bad' }))).code).toBe('network-down');
  here.bad.answer = () => '';
  const abort = new AbortController();
  const account = { user: 'x' as never, key: 'bad' as never, settings: {}, guest: true, wantedNick: 'romeo' };
  const opening = here.network.openSession(account, () => {}, abort.signal);
  await expect.poll(() => here.bad.victims.at(-1)?.lines.length ?? 0, POLL).toBeGreaterThan(2);
  abort.abort();
  expect((await refusal(opening)).code).toBe('timeout');
  await expect.poll(() => here.bad.victims.at(-1)?.socket.destroyed, POLL).toBe(true);
});

test('a channel whose names never end, and a server that answers nothing', async () => {
  const here = await world({}, { joinTimeoutMs: 4_000 });
  const romeo = await Person.open(here.network, { nick: 'romeo', server: 'bad' });
  here.bad.answer = (line) =>
    line.startsWith('JOIN') ? ':romeo!u@h JOIN #verona\r\n:s 353 romeo = #verona :romeo a b c\r\n' : undefined;
  expect((await refusal(romeo.join('#verona'))).code).toBe('timeout');
  here.bad.answer = () => '';
  expect((await refusal(romeo.join('#capulet'))).code).toBe('timeout');
  expect(romeo.all('opened')).toEqual([]);
  await stillTalks(here);
});

test('echoes that never come leave the outcome unknown; refusals and other echoes find their line', async () => {
  const here = await world({ caps: 'echo-message message-tags labeled-response batch' }, { echoTimeoutMs: 2_000 });
  const romeo = await Person.open(here.network, { nick: 'romeo', server: 'bad' });
  await romeo.join('#verona');
  here.bad.answer = (line) => {
    const label = /^@label=(\S+) PRIVMSG/.exec(line)?.[1];
    if (label === undefined) return undefined;
    if (line.endsWith(':no')) return `@label=${label} :s 404 romeo #verona :Cannot send\r\n`;
    if (line.endsWith(':bare')) return `@label=${label} :s ACK\r\n`;
    if (line.endsWith(':color')) return `@label=${label};msgid=m7 :romeo!u@h PRIVMSG #verona :colour\r\n`;
    return '';
  };
  const [lost, no, bare, color] = await Promise.allSettled(
    ['lost', 'no', 'bare', 'color'].map((text) => romeo.say('#verona', text)),
  );
  expect(lost).toMatchObject({ value: { outcome: 'unknown', ids: [] } });
  expect(no).toMatchObject({ reason: { code: 'forbidden', details: { networkCode: '404' } } });
  expect(bare).toMatchObject({ value: { outcome: 'accepted' } });
  expect(color).toMatchObject({ value: { outcome: 'accepted', ids: ['m7'], body: { kind: 'text', text: 'colour' } } });
  expect(romeo.all('said')).toEqual([]);
  here.bad.victim('romeo').send(':romeo!u@h PRIVMSG #verona :from my other client\r\n');
  expect((await romeo.until('said')).message).toMatchObject({ own: true, body: { text: 'from my other client' } });
});

test('echoes without labels are matched by target and text, in order', async () => {
  const here = await world({ caps: 'echo-message' });
  const romeo = await Person.open(here.network, { nick: 'romeo', server: 'bad' });
  await romeo.join('#verona');
  const held: string[] = [];
  here.bad.answer = (line) => {
    if (!line.startsWith('PRIVMSG')) return undefined;
    held.push(line);
    if (held.length < 4) return '';
    return `${held.map((each) => `:romeo!u@h ${each}`).join('\r\n')}\r\n`;
  };
  const order: string[] = [];
  const say = (to: string, text: string) => romeo.say(to, text).then(() => order.push(`${to} ${text}`));
  await Promise.all([say('#verona', 'a'), say('#verona', 'a'), say('tybalt', 'a'), say('#verona', 'b')]);
  expect(order).toEqual(['#verona a', '#verona a', 'tybalt a', '#verona b']);
  expect(romeo.all('said')).toEqual([]);
});

test('SASL: right, wrong, and not to be had', async () => {
  const sasl = { account: 'montague', password: 'rose' };
  const here = await world({ caps: 'sasl=PLAIN multi-prefix', sasl });
  const open = (account: Record<string, string | boolean>) =>
    Person.open(here.network, { nick: 'romeo', server: 'bad', account });
  const romeo = await open({ account: 'montague', password: 'rose' });
  expect(romeo.all('connected')).toMatchObject([{ nick: 'romeo' }]);
  const wrong = await refusal(open({ account: 'montague', password: 'thorn' }));
  expect(wrong).toMatchObject({ code: 'bad-credentials', details: { field: 'password' } });
  expect(wrong.message).not.toContain('thorn');
  const without = await world({ caps: 'multi-prefix' });
  const answers = { account: 'montague', password: 'rose', nickserv: true };
  const unchecked = await refusal(Person.open(without.network, { nick: 'romeo', server: 'bad', account: answers }));
  expect(unchecked).toMatchObject({ code: 'unsupported', details: { field: 'password' } });
  expect(unchecked.message).toContain("can't check account passwords");
  expect(without.bad.victim('romeo').lines.filter((line) => line.includes('rose'))).toEqual([]);
  expect(`${here.logged.join()}${without.logged.join()}`).not.toMatch(/rose|thorn/);
});

interface ServiceAnswers {
  readonly allowed?: boolean;
  readonly tls?: boolean;
  readonly wanted?: boolean;
  readonly answer: string;
}

/** Signs in with a password where there is no SASL. @returns the lines the server got, and what came of it. */
async function signInByService({ allowed = true, tls = true, wanted = true, answer }: ServiceAnswers) {
  const folder = privateFolder('irc-nickserv');
  const { certificate, key } = await selfSigned(folder);
  const bad = await IrcFaultServer.listen(
    tls ? { tls: { cert: readFileSync(certificate), key: readFileSync(key) } } : {},
  );
  const settings = { host: '127.0.0.1', port: bad.port, tls, verify: false, nickserv: allowed, linesPerSecond: 0 };
  const { network } = await startNetwork({ servers: { bad: settings } });
  cleanups.push(
    () => folder.remove(),
    () => bad.close(),
    () => network.stop(),
  );
  bad.answer = (line) => (line.startsWith('PRIVMSG NickServ') ? answer : undefined);
  const answers = { server: 'bad', nick: 'romeo', account: 'montague', password: 'rose', nickserv: wanted };
  const signal = AbortSignal.timeout(10_000);
  const outcome = await network.signIn(answers, signal, userId('')).catch((error: unknown) => error);
  return { outcome, lines: bad.victim('romeo').lines.filter((line) => line.includes('rose')) };
}

const CONFIRMED = ':s 900 romeo romeo!u@h montague :You are now logged in as montague\r\n';
const PROMISED = ':NickServ!x@y NOTICE romeo :You are now identified\r\n';
const IDENTIFY = 'PRIVMSG NickServ :IDENTIFY montague rose';

test.each([
  ['the operator does not allow it', { allowed: false }],
  ['the line is not encrypted', { tls: false }],
  ['the person does not want it', { wanted: false }],
])('no password goes to NickServ where %s, and none passes for checked', async (_, options) => {
  const { outcome, lines } = await signInByService({ ...options, answer: CONFIRMED });
  expect(outcome).toMatchObject({ code: 'unsupported', details: { field: 'password' } });
  expect(lines).toEqual([]);
});

test('a password that goes to NickServ counts when the server confirms it, not when NickServ says so', async () => {
  const good = await signInByService({ answer: CONFIRMED });
  expect(good).toMatchObject({ outcome: { kind: 'done' }, lines: [IDENTIFY] });
  const byMode = await signInByService({ answer: `${PROMISED}:NickServ MODE romeo :+r\r\n` });
  expect(byMode).toMatchObject({ outcome: { kind: 'done' }, lines: [IDENTIFY] });
  const promised = await signInByService({ answer: PROMISED });
  expect(promised.outcome).toMatchObject({ code: 'bad-credentials', details: { field: 'password' } });
  const nobody = await signInByService({ answer: ':s 401 romeo NickServ :No such nick\r\n' });
  expect(nobody.outcome).toMatchObject({ code: 'bad-credentials', details: { field: 'password' } });
});

test('a JOIN of what is no channel opens nothing, and a forward to itself is a refusal', async () => {
  const here = await world();
  const romeo = await Person.open(here.network, { nick: 'romeo', server: 'bad' });
  const names = ['', ':', '#other,#x', 'tybalt', '#', '#x y'].flatMap((name) => [
    `:romeo!u@h JOIN :${name}`,
    `:s 353 romeo = ${name} :romeo`,
    `:s 366 romeo ${name} :End`,
    `:s 324 romeo ${name} +nt`,
  ]);
  const hostile = [...names, ': JOIN #x', 'JOIN #x', ':s 366 romeo #x :End'].join('\r\n');
  here.bad.answer = (line) =>
    line === 'JOIN #x' ? `${hostile}\r\n:s 470 romeo #x #x :Forwarding to another channel\r\n` : undefined;
  const error = await refusal(romeo.join('#x'));
  expect(error).toMatchObject({ code: 'forbidden', details: { networkCode: '470' } });
  expect(error.details.movedTo).toBeUndefined();
  here.bad.answer = (line) => (line === 'JOIN #x' ? ':s 470 romeo #x tybalt :Elsewhere\r\n' : undefined);
  expect(await refusal(romeo.join('#x'))).toMatchObject({ code: 'forbidden', message: 'Elsewhere' });
  here.bad.victim('romeo').send(`${hostile}\r\n`);
  // Forced into a channel, which is the server's right.
  here.bad
    .victim('romeo')
    .send(':romeo!u@h JOIN #forced\r\n:s 353 romeo = #forced :romeo\r\n:s 366 romeo #forced :E\r\n');
  await romeo.until('opened');
  expect(romeo.all('opened').map(({ conversation }) => conversation)).toEqual(['#forced%bad']);
  await stillTalks(here);
});

test('modes that have to wait for their turn belong to the opening all the same', async () => {
  const bad = await IrcFaultServer.listen();
  // As slow as MODES_MS and slower, so that the question goes out later than anybody would wait for its answer.
  const slow = { host: '127.0.0.1', port: bad.port, tls: false, linesPerSecond: 0.7, burst: 1 };
  const { network } = await startNetwork({ servers: { bad: slow } });
  cleanups.push(
    () => bad.close(),
    () => network.stop(),
  );
  const romeo = await Person.open(network, { nick: 'romeo', server: 'bad' });
  bad.answer = (line) => (line === 'MODE #verona' ? ':s 324 romeo #verona +ntk key\r\n' : undefined);
  await romeo.join('#verona');
  expect(romeo.all('opened')[0]?.snapshot.traits).toMatchObject({ passwordProtected: true });
  bad.victim('romeo').send(':tybalt!t@h PRIVMSG romeo :the end\r\n');
  await romeo.until('said');
  expect([...romeo.all('configured'), ...romeo.all('told')]).toEqual([]);
});

test('a channel that forwards, a kill, and a nick forced on her', async () => {
  const here = await world();
  const romeo = await Person.open(here.network, { nick: 'romeo', server: 'bad' });
  here.bad.answer = (line) =>
    line === 'JOIN #old'
      ? ':s 470 romeo #old ##new :Forwarding to another channel\r\n:romeo!u@h JOIN ##new\r\n'
      : undefined;
  expect(await refusal(romeo.join('#old'))).toMatchObject({ code: 'moved', details: { movedTo: '##new%bad' } });
  await expect.poll(() => here.bad.victim('romeo').lines, POLL).toContain('PART ##new');
  await romeo.join('#verona');
  here.bad.victim('romeo').send(':romeo!u@h NICK :Guest123\r\n');
  expect(await romeo.until('changed')).toMatchObject({ now: { nick: 'Guest123' } });
  here.bad.victim('romeo').send(':oper!o@h KILL Guest123 :enough\r\nERROR :Closing Link: Killed\r\n');
  here.bad.victim('romeo').socket.end();
  expect(await romeo.until('disconnected')).toMatchObject({ error: { code: 'network-down' } });
});

test('a nick that was taken is taken back when it is free', async () => {
  const here = await world();
  here.bad.answer = (line, victim) => {
    if (line === 'NICK romeo' && victim.lines.length < 3) return ':s 433 * romeo :in use\r\n';
    if (line.startsWith('USER')) return '';
    if (line === 'NICK romeo_') return ':s 001 romeo_ :Welcome\r\n:s 422 romeo_ :No MOTD\r\n';
    if (line === 'NICK romeo') return ':romeo_!u@h NICK :romeo\r\n';
    if (line === 'JOIN #verona')
      return ':romeo_!u@h JOIN #verona\r\n:s 353 romeo_ = #verona :romeo_ romeo\r\n:s 366 romeo_ #verona :End\r\n';
    return undefined;
  };
  const romeo = await Person.open(here.network, { nick: 'romeo', server: 'bad', account: {} });
  expect(romeo.all('connected')).toMatchObject([{ nick: 'romeo_' }]);
  await romeo.join('#verona');
  here.bad.victim('romeo_').send(':romeo!ghost@h QUIT :Ping timeout\r\n');
  expect(await romeo.until('changed')).toMatchObject({ before: { nick: 'romeo_' }, now: { nick: 'romeo' } });
  expect(romeo.all('connected').at(-1)).toMatchObject({ nick: 'romeo' });
});

test('a gateway fixed to one server leaves it out of all ids', async () => {
  const bad = await IrcFaultServer.listen();
  const { network } = await startNetwork({
    servers: { only: { host: '127.0.0.1', port: bad.port, tls: false } },
    fixedServer: 'only',
  });
  cleanups.push(
    () => bad.close(),
    () => network.stop(),
  );
  const romeo = await Person.open(network, { nick: 'Romeo', server: '' });
  const conversation = '#verona' as never;
  await romeo.session.send({ kind: 'join', conversation });
  const { snapshot } = await romeo.until('opened');
  expect(snapshot).toMatchObject({ id: '#verona', self: 'romeo' });
  expect([...snapshot.participants.keys()]).toEqual(['romeo', 'tybalt']);
  await romeo.session.send({ kind: 'say', conversation, body: { kind: 'text', text: 'hello' } });
  await romeo.session.send({ kind: 'say', conversation: 'tybalt' as never, body: { kind: 'text', text: 'psst' } });
  await romeo.session.send({ kind: 'say', conversation: '' as never, body: { kind: 'text', text: 'LUSERS' } });
  await expect
    .poll(() => bad.victim('Romeo').lines.slice(-3), POLL)
    .toEqual(['PRIVMSG #verona :hello', 'PRIVMSG tybalt :psst', 'LUSERS']);
  const kinds = ['#verona', 'tybalt', ''].map((id) =>
    romeo.session.capabilitiesOf?.(id as never).accepts.includes('join'),
  );
  expect(kinds).toEqual([true, false, false]);
});

test('reading stops under pressure and goes on after it', async () => {
  const bad = await IrcFaultServer.listen();
  const started = await startNetwork({
    servers: { bad: { host: '127.0.0.1', port: bad.port, tls: false } },
  });
  cleanups.push(
    () => bad.close(),
    () => started.network.stop(),
  );
  const romeo = await Person.open(started.network, { nick: 'romeo', server: 'bad' });
  started.setPaused(true);
  const victim = bad.victim('romeo');
  const line = `:tybalt!t@h PRIVMSG romeo :${'z'.repeat(400)}\r\n`.repeat(200);
  // The system's buffers fill, then the server is held up.
  while (victim.socket.write(line) || victim.socket.writableLength < 1_000_000)
    await new Promise<void>((resolve) => setImmediate(resolve));
  expect(romeo.all('said').length).toBeLessThan(2000);
  victim.send(':tybalt!t@h PRIVMSG romeo :last\r\n');
  started.setPaused(false);
  await romeo.until('said', (event) => event.message.body.text === 'last', 10_000);
});
