// The link on real servers: gets in, is told apart when it can't, and comes back whatever happens to the server.

import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { SystemClock } from '../../src/observe/clock.ts';
import { LINK_LIMITS, Link, type LinkOptions, type LinkState } from '../../src/xmpp/link.ts';
import { type Element, el } from '../../src/xmpp/xml.ts';
import { LogRecorder } from '../support/log-recorder.ts';
import { until } from '../support/processes.ts';
import { XmppClient } from '../support/xmpp-client.ts';
import { startEjabberd, startProsody, type XmppServer, type XmppServerOptions } from '../support/servers.ts';

const DOMAIN = 'irc.localhost';
const OTHER = 'sms.localhost';
const SECRET = 's3crét🌹';
const PING = 'urn:xmpp:ping';
const QUICK = {
  ...LINK_LIMITS,
  retry: { minMs: 50, maxMs: 500, misconfiguredMs: 200, conflictMs: 100, steadyMs: 1_000 },
};

class LiveLink {
  readonly link: Link;
  readonly log = new LogRecorder();
  readonly stanzas: Element[] = [];
  readonly downs: string[] = [];

  constructor(server: XmppServer, options: Partial<LinkOptions> = {}) {
    this.link = new Link(
      {
        domain: DOMAIN,
        secret: SECRET,
        host: server.host,
        port: server.componentPort,
        serverDomain: server.domain,
        log: this.log,
        clock: new SystemClock(),
        limits: QUICK,
        strict: true,
        ...options,
      },
      {
        onStanza: (stanza) => this.#onStanza(stanza),
        onUp: () => undefined,
        onDown: ({ kind }) => this.downs.push(kind),
        onPressure: () => undefined,
      },
    );
    onTestFinished(() => this.link.stop());
    this.link.start();
  }

  async reaches(state: LinkState['state'], deadlineMs = 10_000): Promise<LinkState> {
    await until(`link ${state}`, () => this.link.state().state === state, { everyMs: 10, deadlineMs });
    return this.link.state();
  }

  /** The first refusal or failure. */
  async error(): Promise<NonNullable<LinkState['error']>> {
    await until('an error', () => this.link.state().error !== undefined, { everyMs: 10 });
    const { error } = this.link.state();
    if (error === undefined) throw new Error('no error');
    return error;
  }

  async has(id: string): Promise<Element> {
    const find = (): Element | undefined => this.stanzas.find(({ attrs }) => attrs['id'] === id);
    await until(`stanza ${id}`, () => find() !== undefined, { everyMs: 5 });
    return find() ?? el('none');
  }

  ping(to: string): Promise<Element> {
    return this.link.request(el('iq', { type: 'get', from: `${DOMAIN}/x`, to }, el('ping', { xmlns: PING })), 10_000);
  }

  #onStanza(stanza: Element): void {
    this.stanzas.push(stanza);
    const { type, id, from, to } = stanza.attrs;
    if (type === 'get') this.link.send(el('iq', { type: 'result', id, from: to, to: from }));
  }
}

const SERVERS = [
  { name: 'Prosody', start: startProsody },
  { name: 'ejabberd', start: startEjabberd },
] as const;

describe.each(SERVERS)('$name', ({ name, start }) => {
  let server: XmppServer;
  const components: XmppServerOptions['components'] = [
    { domain: DOMAIN, secret: SECRET },
    { domain: OTHER, secret: SECRET },
  ];
  beforeAll(async () => {
    server = await start({ components, users: [{ name: 'mallory', password: 'pw' }] });
  });
  afterAll(async () => {
    await server?.stop();
  });

  test('gets in with a secret beyond Latin-1, asks, is asked, and sends as much as one stanza may hold', async () => {
    const irc = new LiveLink(server);
    const sms = new LiveLink(server, { domain: OTHER });
    await Promise.all([irc.reaches('online'), sms.reaches('online')]);
    expect((await irc.ping(server.domain)).attrs['type']).toBe('result');
    expect((await irc.ping(`+15551234567@${OTHER}`)).attrs['type']).toBe('result');
    await expect(irc.ping(`nobody@${server.domain}/nowhere`)).rejects.toMatchObject({ name: 'StanzaError' });
    const body = `grüße 🌹 ${'x'.repeat(250_000)}`;
    irc.link.send(el('message', { from: `#verona@${DOMAIN}`, to: `a@${OTHER}`, id: 'long' }, el('body', {}, body)));
    expect((await sms.has('long')).childText('body')).toBe(body);
    expect([irc.downs, sms.downs]).toEqual([[], []]);
  });

  test('2,000 stanzas come through in order', async () => {
    const irc = new LiveLink(server);
    const sms = new LiveLink(server, { domain: OTHER });
    await Promise.all([irc.reaches('online'), sms.reaches('online')]);
    for (let i = 0; i < 2_000; i++) irc.link.send(el('message', { from: DOMAIN, to: `a@${OTHER}`, id: `m${i}` }));
    await sms.has('m1999');
    expect(sms.stanzas.map(({ attrs }) => attrs['id'])).toEqual(Array.from({ length: 2_000 }, (_, i) => `m${i}`));
  });

  test('a wrong secret is said to be one, and tried again only slowly', async () => {
    const { link, log, ...rest } = new LiveLink(server, { secret: 'wrong' });
    await until('an error', () => link.state().error !== undefined, { everyMs: 10 });
    expect(link.state()).toMatchObject({
      state: 'refused',
      error: { kind: 'bad-secret', condition: 'not-authorized' },
    });
    expect(log.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    expect(JSON.stringify(log.lines)).not.toContain('wrong"');
    expect(rest.downs).toEqual([]);
  });

  test('a name that is a host of the server itself', async () => {
    const error = await new LiveLink(server, { domain: server.domain }).error();
    expect(error.kind).toBe(name === 'Prosody' ? 'unknown-domain' : 'conflict');
  });

  test('stopping frees the name at once', async () => {
    const first = new LiveLink(server);
    await first.reaches('online');
    await first.link.stop();
    const second = new LiveLink(server);
    await second.reaches('online');
    expect(second.log.lines.filter(({ level }) => level !== 'info')).toEqual([]);
  });

  test('comes back after a restart, and after a kill', async () => {
    const irc = new LiveLink(server);
    await irc.reaches('online');
    await server.restart();
    await irc.reaches('online', 30_000);
    expect(irc.downs.length).toBeGreaterThan(0);
    expect((await irc.ping(server.domain)).attrs['type']).toBe('result');
    await server.kill();
    await until('the loss is seen', () => irc.link.state().state !== 'online');
    await server.restart();
    await irc.reaches('online', 30_000);
    expect((await irc.ping(server.domain)).attrs['type']).toBe('result');
  });

  test('a server that stands still is a dead link', async () => {
    const irc = new LiveLink(server, { limits: { ...QUICK, idleMs: 200, answerMs: 1_000 } });
    await irc.reaches('online');
    server.signal('SIGSTOP');
    try {
      await until('the link is dead', () => irc.downs.includes('dead'));
    } finally {
      server.signal('SIGCONT');
    }
    await irc.reaches('online', 30_000);
  });

  test('an idle link is pinged and stays', async () => {
    const irc = new LiveLink(server, { limits: { ...QUICK, idleMs: 100, answerMs: 5_000 } });
    await irc.reaches('online');
    irc.link.send(el('message', { from: DOMAIN, to: server.domain, type: 'headline' }));
    await until('a confirmation', () => irc.link.counters().confirmed >= 1);
    expect(irc.downs).toEqual([]);
    expect(irc.stanzas.filter(({ name: kind }) => kind === 'iq')).toEqual([]);
  });

  test('what a person can have the server write to us is refused to her, and nobody else notices', async () => {
    const irc = new LiveLink(server);
    await irc.reaches('online');
    const mallory = await XmppClient.connect({
      port: server.c2sPort,
      name: 'mallory',
      password: 'pw',
      resource: 'lair',
    });
    onTestFinished(() => mallory.close());
    const to = `#verona@${DOMAIN}/tybalt`;
    const contents = [
      '<a>'.repeat(100) + '</a>'.repeat(100),
      `<a xmlns='urn:x' ${Array.from({ length: 300 }, (_, i) => `a${i}=''`).join(' ')}/>`,
      `<body>${"'".repeat(200_000)}</body>`,
    ];
    for (const [index, content] of contents.entries()) {
      mallory.sends(`<message to='${to}' id='big${index}'>${content}</message>`);
      await mallory.receives(
        `<message from='${to}' id='big${index}' type='error'><error type='modify'><policy-violation xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>`,
      );
    }
    mallory.sends(`<message to='${to}' id='small'><x:a xmlns:x='urn:x' x:b='c'><x:d/><e/></x:a></message>`);
    expect((await irc.has('small')).child('a', 'urn:x')?.child('d', 'urn:x')).toBeDefined();
    expect(irc.downs).toEqual([]);
  });

  test('a ping to its own domain comes home where the configured one does not exist', async () => {
    const irc = new LiveLink(server, {
      serverDomain: OTHER,
      limits: { ...QUICK, idleMs: 100, answerMs: 2_000 },
    });
    const deaf = new LiveLink(server, { domain: OTHER });
    deaf.link.send = () => false;
    await Promise.all([irc.reaches('online'), deaf.reaches('online')]);
    await until('a confirmation', () => irc.link.counters().confirmed > 0);
    expect(irc.downs).toEqual([]);
    expect(irc.log.lines.filter(({ level }) => level === 'warn')).toHaveLength(1);
  });
});

describe('Prosody', () => {
  let server: XmppServer;
  beforeAll(async () => {
    server = await startProsody({ components: [{ domain: DOMAIN, secret: SECRET }] });
  });
  afterAll(async () => {
    await server?.stop();
  });

  test('an unknown domain', async () => {
    const { kind, condition, message } = await new LiveLink(server, { domain: 'nobody.localhost' }).error();
    expect([kind, condition]).toEqual(['unknown-domain', 'host-unknown']);
    expect(message).toContain('no component of this domain');
  });

  test('a second link is a conflict, leaves the first alone, and gets in when that one is gone', async () => {
    const first = new LiveLink(server);
    await first.reaches('online');
    const second = new LiveLink(server);
    expect((await second.error()).kind).toBe('conflict');
    expect((await first.ping(server.domain)).attrs['type']).toBe('result');
    expect(first.downs).toEqual([]);
    await first.link.stop();
    await second.reaches('online');
  });

  test('the port for clients', async () => {
    const error = await new LiveLink(server, { port: server.c2sPort }).error();
    expect(error.kind).toBe('protocol');
    expect(error.message).toContain('component port');
  });
});

describe('ejabberd with one name on the listener', () => {
  let server: XmppServer;
  beforeAll(async () => {
    server = await startEjabberd({ components: [{ domain: DOMAIN, secret: SECRET }] });
  });
  afterAll(async () => {
    await server?.stop();
  });

  test('an unknown domain looks like a wrong secret there, and the text says so', async () => {
    const { kind, message } = await new LiveLink(server, { domain: 'nobody.localhost' }).error();
    expect(kind).toBe('bad-secret');
    expect(message).toContain('ejabberd');
  });

  test('the port for clients', async () => {
    const error = await new LiveLink(server, { port: server.c2sPort }).error();
    expect(error.kind).toBe('protocol');
  });
});
