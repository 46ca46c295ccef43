// The IRC adapter on real servers: ngIRCd, which has hardly a capability, and InspIRCd, which has the IRCv3 ones of large networks.

import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BridgeError } from '../../src/model/errors.ts';
import { inEnglish } from '../../src/model/words.ts';
import { userId } from '../../src/model/ids.ts';
import type { Network, Session } from '../../src/model/network.ts';
import { IrcClient } from '../support/irc-client.ts';
import { Person, startNetwork } from '../support/irc-world.ts';
import { type IrcServer, startInspircd, startNgircd } from '../support/servers.ts';

const channels = [
  { name: '#verona', topic: 'No brawling' },
  { name: '#vault', key: 'sesame' },
];

async function refusal(promise: Promise<unknown>): Promise<BridgeError> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof BridgeError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

describe.each([
  ['ngIRCd', startNgircd],
  ['InspIRCd', startInspircd],
] as const)('%s', (name, start) => {
  let server: IrcServer;
  let network: Network;
  let logged: string[];
  const sessions: Session[] = [];
  const clients: IrcClient[] = [];
  let made = 0;

  beforeAll(async () => {
    server = await start({ channels, tls: true });
    const tlsPort = server.tlsPort ?? 0;
    const started = await startNetwork({
      servers: {
        test: { host: server.host, port: server.port, tls: false, linesPerSecond: 0 },
        tls: { host: server.host, port: tlsPort, linesPerSecond: 0 },
        trusting: { host: server.host, port: tlsPort, verify: false, linesPerSecond: 0 },
        pinned: { host: server.host, port: tlsPort, fingerprint: 'ab'.repeat(32) },
        slow: { host: server.host, port: server.port, tls: false, linesPerSecond: 20, burst: 2 },
        old: {
          host: server.host,
          port: server.port,
          tls: false,
          linesPerSecond: 0,
          encoding: 'koi8-r',
          sendEncoding: true,
        },
      },
      allowAnyServer: true,
    });
    ({ network, logged } = started);
  });
  afterEach(async () => {
    await Promise.all(sessions.splice(0).map((session) => session.close('paused')));
    await Promise.all(clients.splice(0).map((client) => client.close()));
    expect(logged.filter((line) => line.startsWith('a line could not be read'))).toEqual([]);
  });
  afterAll(async () => {
    await network.stop();
    await server.stop();
  });

  const unique = (nick: string): string => `${nick}${++made}`;
  async function person(nick: string, key = 'test'): Promise<Person & { readonly nick: string }> {
    const own = unique(nick);
    const opened = await Person.open(network, { nick: own, server: key });
    sessions.push(opened.session);
    return Object.assign(opened, { nick: own });
  }
  async function client(nick: string): Promise<IrcClient> {
    const opened = await IrcClient.connect({ port: server.port, nick: unique(nick) });
    clients.push(opened);
    return opened;
  }

  test('a join opens with topic and people, then others come and go', async () => {
    const tybalt = await client('Tybalt');
    await tybalt.join('#verona');
    const romeo = await person('Romeo');
    expect(await romeo.join('#verona')).toEqual({ ids: [], outcome: 'accepted' });
    const { snapshot } = await romeo.until('opened');
    expect(snapshot).toMatchObject({
      id: '#verona%test',
      kind: 'group',
      name: '#verona',
      topic: { text: 'No brawling' },
    });
    expect(snapshot.self).toBe(romeo.place(romeo.nick.toLowerCase()));
    const people = new Map(Array.from(snapshot.participants.values(), ({ nick, rank }) => [nick, rank]));
    expect(people).toEqual(
      new Map([
        [romeo.nick, 'member'],
        [tybalt.nick, 'member'],
      ]),
    );
    const mercutio = await client('Mercutio');
    await mercutio.join('#verona');
    const { who } = await romeo.until('joined');
    expect(who).toMatchObject({ nick: mercutio.nick, rank: 'member', presence: { show: 'online' } });
    expect(who.address).toMatch(new RegExp(`^${mercutio.nick}!~?mercuti.*@127\\.0\\.0\\.1$`, 'i'));
    mercutio.send('PART #verona :a plague');
    const left = await romeo.until('left');
    expect(left).toMatchObject({ why: 'left' });
    expect(left.text).toContain('a plague');
    await mercutio.join('#verona');
    await mercutio.close();
    expect(await romeo.until('left', (event) => event.why === 'lost')).toMatchObject({ who: { nick: mercutio.nick } });
    expect([...snapshot.participants.values()]).toHaveLength(2);
  });

  test('talk in a channel, both ways, each line once', async () => {
    const tybalt = await client('Tybalt');
    await tybalt.join('#verona');
    const romeo = await person('Romeo');
    const juliet = await person('Juliet');
    await romeo.join('#verona');
    await juliet.join('#verona');
    const receipt = await romeo.say('#verona', 'hello: :)');
    expect(receipt).toMatchObject({ outcome: 'accepted' });
    expect(receipt.ids).toHaveLength(1);
    await tybalt.until(`:${romeo.nick}!`);
    await tybalt.until(/PRIVMSG #verona :hello: :\)$/);
    const heard = await juliet.until('said');
    expect(heard.message).toMatchObject({
      own: false,
      from: { nick: romeo.nick },
      body: { kind: 'text', text: 'hello: :)' },
    });
    tybalt.send('PRIVMSG #verona :grüße \x02an alle\x02');
    const said = await romeo.until('said');
    expect(said).toMatchObject({ conversation: '#verona%test', message: { from: { nick: tybalt.nick }, own: false } });
    expect(said.message.body).toMatchObject({
      kind: 'text',
      text: 'grüße an alle',
      spans: [{ style: 'strong', start: 6, end: 13 }],
    });
    expect(romeo.all('said')).toHaveLength(1);
  });

  test('all sessions in a channel emit the same object for one line, and equal lines stay apart', async () => {
    const tybalt = await client('Tybalt');
    await tybalt.join('#verona');
    const romeo = await person('Romeo');
    const juliet = await person('Juliet');
    await romeo.join('#verona');
    await juliet.join('#verona');
    for (const text of ['peace', 'peace', 'I hate the word', 'peace']) tybalt.send(`PRIVMSG #verona :${text}`);
    tybalt.send('PRIVMSG #verona :end');
    for (const one of [romeo, juliet]) await one.until('said', (event) => event.message.body.text === 'end');
    const [first, second] = [romeo.all('said'), juliet.all('said')];
    expect(first.map((event) => event.message.body.text)).toEqual([
      'peace',
      'peace',
      'I hate the word',
      'peace',
      'end',
    ]);
    expect(second).toHaveLength(5);
    for (const [index, event] of first.entries()) expect(second[index]).toBe(event);
    expect(new Set(first.map((event) => event.message.id)).size).toBe(5);
  });

  test('actions, notices and what else stands between 0x01', async () => {
    const tybalt = await client('Tybalt');
    await tybalt.join('#verona');
    const romeo = await person('Romeo');
    await romeo.join('#verona');
    tybalt.send('PRIVMSG #verona :\x01ACTION draws\x01');
    expect((await romeo.until('said', (event) => event.message.body.kind === 'action')).message.body.text).toBe(
      'draws',
    );
    tybalt.send('NOTICE #verona :beware');
    expect((await romeo.until('said', (event) => event.message.body.kind === 'notice')).message.body.text).toBe(
      '[notice] beware',
    );
    await romeo.session.send({
      kind: 'say',
      conversation: romeo.place('#verona'),
      body: { kind: 'action', text: 'sighs\ntwice' },
    });
    await tybalt.until('PRIVMSG #verona :\x01ACTION sighs\x01');
    await tybalt.until('PRIVMSG #verona :\x01ACTION twice\x01');
    tybalt.send(`PRIVMSG ${romeo.nick} :\x01VERSION\x01`);
    await tybalt.until(`NOTICE ${tybalt.nick} :\x01VERSION Viaduct XMPP gateway\x01`);
    tybalt.send(`NOTICE ${romeo.nick} :\x01VERSION\x01`);
    tybalt.send(`PRIVMSG ${romeo.nick} :\x01PING 1\x01`);
    tybalt.send(`PRIVMSG ${romeo.nick} :done`);
    await romeo.until('said', (event) => event.message.body.text === 'done');
    await tybalt.flush();
    expect(tybalt.received.filter((line) => line.includes('\x01'))).toHaveLength(3);
  });

  test('private messages both ways, and to nobody', async () => {
    const tybalt = await client('Tybalt');
    const romeo = await person('Romeo');
    tybalt.send(`PRIVMSG ${romeo.nick} :a word`);
    const said = await romeo.until('said');
    expect(said.conversation).toBe(romeo.place(tybalt.nick.toLowerCase()));
    await romeo.say(tybalt.nick.toLowerCase(), 'peace?');
    await tybalt.until(new RegExp(`PRIVMSG ${tybalt.nick} :peace\\?`, 'i'));
    const outcome = await romeo.say('nobodyhere', 'hello?').then(
      (receipt) => receipt.ids,
      (error: unknown) => error,
    );
    if (outcome instanceof BridgeError)
      expect(outcome).toMatchObject({ code: 'not-found', details: { networkCode: '401' } });
    else {
      const failed = await romeo.until('failed');
      expect(outcome).toEqual([failed.target]);
      expect(failed.error).toMatchObject({ code: 'not-found', details: { networkCode: '401' } });
    }
    expect(romeo.all('said')).toHaveLength(1);
  });

  test('a long text arrives whole in lines that the server does not cut, however many users', async () => {
    const tybalt = await client('Tybalt');
    await tybalt.join('#verona');
    const romeo = await person('Romeo');
    await romeo.join('#verona');
    const text = Array.from({ length: 300 }, (_, index) => `wörd${index} 👩‍👩‍👧‍👦`).join(' ');
    const receipt = await romeo.say('#verona', `${text}\nend`);
    await tybalt.until('PRIVMSG #verona :end');
    const pieces = tybalt.received.flatMap((line) => / PRIVMSG #verona :(.*)$/.exec(line)?.[1] ?? []);
    expect(pieces.slice(0, -1).join(' ')).toBe(text);
    expect(receipt.ids).toHaveLength(pieces.length);
    const refused = await refusal(romeo.say('#verona', 'x\n'.repeat(40)));
    expect(refused.code).toBe('too-long');
    expect((await refusal(romeo.say('#verona', '\n\n'))).code).toBe('malformed');
  });

  test('a moderated channel takes no word without a voice', async () => {
    const tybalt = await client('Tybalt');
    const room = `#still${made}`;
    await tybalt.join(room);
    tybalt.send(`MODE ${room} +m`);
    await tybalt.flush();
    const romeo = await person('Romeo');
    await romeo.join(room);
    expect((await romeo.until('opened')).snapshot.traits).toMatchObject({ moderated: true });
    expect((await refusal(romeo.say(room, 'may I?'))).code).toBe('forbidden');
    tybalt.send(`MODE ${room} +v ${romeo.nick}`);
    await romeo.until('changed', (event) => event.now.rank === 'voiced');
    expect(await romeo.say(room, 'thank you')).toMatchObject({ outcome: 'accepted' });
    await tybalt.until(':thank you');
    expect(romeo.all('failed')).toEqual([]);
    expect(romeo.all('configured')).toEqual([]);
  });

  test('a text can not bring lines of its own', async () => {
    const tybalt = await client('Tybalt');
    await tybalt.join('#forged');
    const romeo = await person('Romeo');
    await romeo.join('#forged');
    tybalt.send('MODE #forged -t');
    await tybalt.flush();
    const id = romeo.place('#forged');
    await romeo.say('#forged', 'a\r\nQUIT :forged\0\x01');
    await romeo.session.send({ kind: 'setTopic', conversation: id, text: 'b\r\nQUIT :forged' });
    await refusal(romeo.session.send({ kind: 'setNick', account: romeo.key, nick: 'c\r\nQUIT' }));
    await refusal(romeo.session.send({ kind: 'raw', account: romeo.key, text: 'PING x\r\nQUIT :forged' }));
    await romeo.session.send({
      kind: 'appear',
      account: romeo.key,
      presence: { show: 'away', status: 'd\r\nQUIT :forged' },
    });
    await romeo.session.send({ kind: 'leave', conversation: id, text: 'e\r\nQUIT :forged' });
    await tybalt.until(`PART #forged`);
    expect(tybalt.received.filter((line) => /^\S+ QUIT /.test(line))).toEqual([]);
  });

  test('nicks change: of others, her own, taken and impossible ones', async () => {
    const tybalt = await client('Tybalt');
    await tybalt.join('#verona');
    const romeo = await person('Romeo');
    await romeo.join('#verona');
    const { snapshot } = await romeo.until('opened');
    tybalt.send('NICK Prince');
    const changed = await romeo.until('changed');
    expect(changed).toMatchObject({ before: { nick: tybalt.nick }, now: { nick: 'Prince', id: 'prince%test' } });
    expect(snapshot.participants.has(changed.now.id)).toBe(true);
    expect(snapshot.participants.has(changed.before.id)).toBe(false);
    await romeo.session.send({ kind: 'setNick', account: romeo.key, nick: 'Montague' });
    await tybalt.until(/NICK :?Montague/);
    const own = romeo.all('changed').at(-1);
    expect(own?.now.id).toBe(snapshot.self);
    const setNick = (nick: string) => refusal(romeo.session.send({ kind: 'setNick', account: romeo.key, nick }));
    expect(await setNick('prince')).toMatchObject({ code: 'nick-taken', details: { networkCode: '433' } });
    expect(await setNick('9 lives')).toMatchObject({ code: 'nick-invalid' });
    expect(await setNick('a.b')).toMatchObject({ code: 'nick-invalid', details: { networkCode: '432' } });
    expect(snapshot.participants.get(snapshot.self)?.nick).toBe('Montague');
  });

  test('ranks: seen, given, taken, refused', async () => {
    const room = `#ranks${made}`;
    const tybalt = await client('Tybalt');
    await tybalt.join(room);
    const romeo = await person('Romeo');
    await romeo.join(room);
    const { snapshot } = await romeo.until('opened');
    const rankOf = (nick: string) =>
      snapshot.participants.get(network.parse(`${nick}%test`).conversation as never)?.rank;
    expect(rankOf(tybalt.nick)).toBe('admin');
    const id = romeo.place(room);
    const who = romeo.place(tybalt.nick.toLowerCase()) as never;
    expect(await refusal(romeo.session.send({ kind: 'setRank', conversation: id, who, rank: 'member' }))).toMatchObject(
      {
        code: 'forbidden',
        details: { networkCode: '482' },
      },
    );
    tybalt.send(`MODE ${room} +t`);
    await tybalt.flush();
    const topic = await refusal(romeo.session.send({ kind: 'setTopic', conversation: id, text: 'x' }));
    expect(topic).toMatchObject({ code: 'forbidden', details: { networkCode: '482' } });
    tybalt.send(`MODE ${room} +v ${romeo.nick}`);
    await romeo.until('changed', (event) => event.now.rank === 'voiced');
    tybalt.send(`MODE ${room} +o ${romeo.nick}`);
    await romeo.until('changed', (event) => event.now.rank === 'admin');
    await romeo.session.send({ kind: 'setRank', conversation: id, who, rank: 'voiced' });
    await tybalt.until(new RegExp(`MODE ${room} -o\\+v ${tybalt.nick} :?${tybalt.nick}`));
    expect(rankOf(tybalt.nick)).toBe('voiced');
    await romeo.session.send({ kind: 'setTopic', conversation: id, text: 'By order\nof the prince' });
    await tybalt.until(`TOPIC ${room} :By order of the prince`);
    expect(romeo.all('topicSet').at(-1)?.topic).toMatchObject({ text: 'By order of the prince', by: romeo.nick });
    await romeo.session.send({ kind: 'setTopic', conversation: id, text: '' });
    await tybalt.until(`TOPIC ${room} :`);
    await romeo.session.send({ kind: 'raw', account: romeo.key, text: `MODE ${room} +m` });
    await romeo.until('configured');
    expect(snapshot.traits).toMatchObject({ moderated: true });
  });

  test('kicked, banned, and doing it', async () => {
    const room = `#kick${made}`;
    const tybalt = await client('Tybalt');
    await tybalt.join(room);
    const romeo = await person('Romeo');
    await romeo.join(room);
    tybalt.send(`KICK ${room} ${romeo.nick} :out`);
    expect(await romeo.until('closed')).toMatchObject({
      conversation: romeo.place(room),
      why: 'ejected',
      by: tybalt.nick,
      text: 'out',
    });
    await romeo.join(room);
    tybalt.send(`MODE ${room} +b ${romeo.nick}!*@*`);
    tybalt.send(`KICK ${room} ${romeo.nick}`);
    await romeo.until('closed', (event) => event.why === 'banned');
    expect(await refusal(romeo.join(room))).toMatchObject({ code: 'banned', details: { networkCode: '474' } });
    tybalt.send(`MODE ${room} -b ${romeo.nick}!*@*`);
    await tybalt.flush();
    await romeo.join(room);
    tybalt.send(`MODE ${room} +o ${romeo.nick}`);
    await romeo.until('changed', (event) => event.now.rank === 'admin');
    const mercutio = await client('Mercutio');
    await mercutio.join(room);
    await romeo.until('joined');
    const who = romeo.place(mercutio.nick.toLowerCase()) as never;
    await romeo.session.send({
      kind: 'eject',
      conversation: romeo.place(room),
      who,
      ban: false,
      reason: 'enough of this',
    });
    await mercutio.until(/KICK .* :enough of this/);
    expect(romeo.all('left').at(-1)).toMatchObject({ why: 'ejected', by: romeo.nick, text: 'enough of this' });
    await mercutio.join(room);
    await expect.poll(() => romeo.all('joined').length, { timeout: 5_000 }).toBe(2);
    const gone = await refusal(
      romeo.session.send({ kind: 'eject', conversation: romeo.place(room), who: 'nobody%test' as never, ban: false }),
    );
    expect(gone.code).toBe('not-found');
    await romeo.session.send({ kind: 'eject', conversation: romeo.place(room), who, ban: true });
    await mercutio.until(/KICK /);
    expect(romeo.all('left').at(-1)).toMatchObject({ why: 'banned' });
    const bans = await romeo.session.ask?.({
      kind: 'members',
      account: romeo.key,
      conversation: romeo.place(room),
      rank: 'outcast',
    });
    // His host is everybody's here, hers as well.
    expect(bans?.map((ban) => ban.nick)).toEqual([expect.stringMatching(/^\*!~?mercutio\d*@127\.0\.0\.1$/i)]);
  });

  test('joins that the server refuses', async () => {
    const tybalt = await client('Tybalt');
    const romeo = await person('Romeo');
    const error = async (room: string, key?: string) => {
      const { code, details } = await refusal(romeo.join(room, key));
      return [code, details.networkCode];
    };
    expect(await error('#vault')).toEqual(['bad-password', '475']);
    expect(await error('#vault', 'simsalabim')).toEqual(['bad-password', '475']);
    expect(await error('#vault', 'two words')).toEqual(['bad-password', undefined]);
    await romeo.join('#vault', 'sesame');
    const room = `#closed${made}`;
    await tybalt.join(room);
    tybalt.send(`MODE ${room} +i`);
    await tybalt.flush();
    expect(await error(room)).toEqual(['members-only', '473']);
    tybalt.send(`INVITE ${romeo.nick} ${room}`);
    expect(await romeo.until('invited')).toMatchObject({ conversation: romeo.place(room), by: tybalt.nick });
    await romeo.join(room);
    await romeo.session.send({ kind: 'leave', conversation: romeo.place(room) });
    expect(romeo.all('closed')).toEqual([]);
    tybalt.send(`MODE ${room} -i+l 1`);
    await tybalt.flush();
    expect(await error(room)).toEqual(['full', '471']);
    expect((await refusal(romeo.say(room, 'x'))).code).toBe('not-joined');
    expect((await error(`#${'x'.repeat(120)}`))[0]).toMatch(/malformed|not-found/);
  });

  test('invitations from her', async () => {
    const tybalt = await client('Tybalt');
    const romeo = await person('Romeo');
    const room = `#party${made}`;
    await romeo.join(room);
    const invite = (who: string) => romeo.session.send({ kind: 'invite', conversation: romeo.place(room), who });
    await invite(tybalt.nick);
    await tybalt.until(new RegExp(`INVITE ${tybalt.nick} :?${room}`));
    await tybalt.join(room);
    expect((await refusal(invite(`${tybalt.nick}%test`))).code).toBe('conflict');
    expect((await refusal(invite('nobodyhere'))).code).toBe('not-found');
    expect((await refusal(invite('no body'))).code).toBe('malformed');
    expect((await refusal(invite(`${tybalt.nick}%tls`))).code).toBe('malformed');
  });

  test('the nick is in use: a guest is told, an account holder gets another', async () => {
    const tybalt = await client('Tybalt');
    const guest = await refusal(Person.open(network, { nick: tybalt.nick }));
    expect(guest).toMatchObject({ code: 'nick-taken', details: { networkCode: '433' } });
    const holder = await Person.open(network, { nick: tybalt.nick, account: {} });
    sessions.push(holder.session);
    expect(holder.all('connected')).toMatchObject([{ nick: `${tybalt.nick}_` }]);
    expect(await refusal(Person.open(network, { nick: 'no nick' }))).toMatchObject({ code: 'nick-invalid' });
    expect(await refusal(Person.open(network, { nick: 'a.b' }))).toMatchObject({
      code: 'nick-invalid',
      details: { networkCode: '432' },
    });
  });

  test('TLS is checked', async () => {
    expect(await refusal(Person.open(network, { nick: 'x', server: 'tls' }))).toMatchObject({
      code: 'bad-credentials',
    });
    expect((await refusal(Person.open(network, { nick: 'x', server: 'tls' }))).message).toContain('certificate');
    expect((await refusal(Person.open(network, { nick: 'x', server: 'pinned' }))).message).toContain(
      'not the expected one',
    );
    const romeo = await person('Romeo', 'trusting');
    await romeo.join('#verona');
  });

  test('hosts that are not there, or not for strangers', async () => {
    const code = async (key: string) => (await refusal(Person.open(network, { nick: 'x', server: key }))).code;
    expect(await code('nowhere')).toBe('host-unknown');
    expect(await code(`127.0.0.1:${server.port}`)).toBe('host-unknown');
    expect(await code(`localhost.localdomain:${server.port}`)).toMatch(/host-unknown|network-down/);
    expect(await code(`[::ffff:127.0.0.1]:${server.port}`)).toBe('host-unknown');
  });

  test('flood control holds lines back and loses none', async () => {
    const tybalt = await client('Tybalt');
    await tybalt.join('#verona');
    const romeo = await person('Romeo', 'slow');
    await romeo.join('#verona');
    const startedMs = performance.now();
    const receipts = await Promise.all(Array.from({ length: 10 }, (_, index) => romeo.say('#verona', `line ${index}`)));
    expect(performance.now() - startedMs).toBeGreaterThan(350);
    expect(receipts.every((receipt) => receipt.outcome === 'accepted')).toBe(true);
    await tybalt.until('line 9');
    const lines = tybalt.received.flatMap((line) => /:line (\d)$/.exec(line)?.[1] ?? []);
    expect(lines.join('')).toBe('0123456789');
  });

  test('texts in another character set, in and out', async () => {
    const tybalt = await client('Tybalt');
    const romeo = await person('Romeo', 'old');
    tybalt.send(Buffer.from(`PRIVMSG ${romeo.nick} :\xd0\xd2\xc9\xd7\xc5\xd4`, 'latin1'));
    expect((await romeo.until('said')).message.body.text).toBe('привет');
    tybalt.send(`PRIVMSG ${romeo.nick} :grüß dich`);
    await romeo.until('said', (event) => event.message.body.text === 'grüß dich');
    await romeo.say(tybalt.nick, 'привет');
    const line = await tybalt.until(`PRIVMSG ${tybalt.nick} :`);
    expect(line.split(' :')[1]).not.toBe('привет');
  });

  test('questions: who somebody is, which channels there are, what is in them', async () => {
    const tybalt = await client('Tybalt');
    await tybalt.join('#verona');
    const romeo = await person('Romeo');
    const account = romeo.key;
    const profile = await romeo.session.ask?.({ kind: 'profile', account, conversation: romeo.place(tybalt.nick) });
    expect(profile).toMatchObject({ nick: tybalt.nick, name: tybalt.nick });
    expect(profile?.uris?.[0]).toBe(`irc://127.0.0.1:${server.port}/${tybalt.nick.toLowerCase()},isnick`);
    const nobody = romeo.session.ask?.({ kind: 'profile', account, conversation: romeo.place('nobodyhere') });
    expect((await refusal(Promise.resolve(nobody))).code).toBe('not-found');
    const page = await romeo.session.ask?.({ kind: 'directory', account, limit: 1 });
    expect(page?.entries).toHaveLength(1);
    expect(page?.total).toBeGreaterThan(1);
    const names: string[] = [];
    for (let after = page?.next; after !== undefined; ) {
      const more = await romeo.session.ask?.({ kind: 'directory', account, limit: 1, after });
      names.push(...(more?.entries.map((entry) => entry.name) ?? []));
      after = more?.next;
    }
    expect([page?.entries[0]?.name, ...names]).toContain('#verona');
    expect(await romeo.session.ask?.({ kind: 'preview', account, conversation: romeo.place('#verona') })).toMatchObject(
      {
        name: '#verona',
        people: 1,
        topic: 'No brawling',
      },
    );
    expect(await romeo.session.ask?.({ kind: 'preview', account, conversation: romeo.place('#nowhere') })).toEqual({
      name: '#nowhere',
    });
  });

  test('poked people answer, the server is told commands, and says things', async () => {
    const tybalt = await client('Tybalt');
    const romeo = await person('Romeo');
    const poked = romeo.session.send({ kind: 'poke', conversation: romeo.place(tybalt.nick), what: 'version' });
    await tybalt.until('\x01VERSION\x01');
    tybalt.send(`NOTICE ${romeo.nick} :\x01VERSION quill and ink\x01`);
    expect((await poked).body).toEqual({ kind: 'notice', text: 'quill and ink' });
    await romeo.session.send({
      kind: 'say',
      conversation: 'test' as never,
      body: { kind: 'text', text: 'NOSUCHCOMMAND' },
    });
    await romeo.until('told', (event) => /unknown command/i.test(inEnglish(event.text)));
    await romeo.session.send({ kind: 'raw', account: romeo.key, text: 'VERSION' });
    await romeo.until('told', (event) => new RegExp(name, 'i').test(inEnglish(event.text)));
  });

  test('the end: said by her, by an operator of the server, by the server', async () => {
    const tybalt = await client('Tybalt');
    await tybalt.join('#verona');
    const romeo = await person('Romeo');
    await romeo.join('#verona');
    const seen = romeo.events.length;
    await romeo.session.close('paused', 'good night');
    await tybalt.until(/QUIT :.*good night/);
    expect(romeo.events).toHaveLength(seen);
    expect((await refusal(romeo.say('#verona', 'x'))).code).toBe('network-down');
    const juliet = await person('Juliet');
    await juliet.join('#verona');
    await juliet.session.send({ kind: 'raw', account: juliet.key, text: 'QUIT :away' });
    expect(await juliet.until('disconnected')).toMatchObject({
      account: 'test',
      final: false,
      error: { code: 'network-down' },
    });
  });
});

test('a server that is killed is told as a loss, and one that never answers as a time-out', async () => {
  const server = await startNgircd();
  const { network } = await startNetwork({
    servers: { test: { host: server.host, port: server.port, tls: false } },
    // The server has to keep within them while it is well.
    pingAfterMs: 1_000,
    connectTimeoutMs: 3_000,
  });
  const first = await Person.open(network, { nick: 'romeo' });
  server.signal('SIGSTOP');
  expect(await first.until('disconnected', () => true, 10_000)).toMatchObject({
    final: false,
    error: { code: 'timeout' },
  });
  expect((await refusal(Person.open(network, { nick: 'juliet' }))).code).toBe('timeout');
  server.signal('SIGCONT');
  const second = await Person.open(network, { nick: 'mercutio' });
  await server.kill();
  expect(await second.until('disconnected')).toMatchObject({ final: false, error: { code: 'network-down' } });
  expect((await refusal(Person.open(network, { nick: 'juliet' }))).code).toBe('network-down');
  await network.stop();
  await server.stop();
});

test('a server password and SASL are checked by signing in', async () => {
  const server = await startNgircd({ password: 'open' });
  const { network } = await startNetwork({ servers: { test: { host: server.host, port: server.port, tls: false } } });
  const signIn = (answers: Record<string, string>) =>
    network.signIn(
      { server: 'test', nick: 'romeo', ...answers },
      AbortSignal.timeout(5000),
      userId('romeo@example.org'),
    );
  expect(await signIn({ serverPassword: 'open' })).toMatchObject({
    kind: 'done',
    account: 'test',
    title: 'romeo (test)',
    settings: { server: 'test', nick: 'romeo', serverPassword: 'open' },
  });
  expect((await refusal(signIn({ serverPassword: 'shut' }))).code).toBe('bad-credentials');
  expect((await refusal(signIn({ nick: 'not a nick' }))).details.field).toBe('nick');
  expect((await refusal(signIn({ server: 'a b' }))).details.field).toBe('server');
  expect((await refusal(signIn({ server: 'elsewhere' }))).details.field).toBe('server');
  await network.stop();
  await server.stop();
});
