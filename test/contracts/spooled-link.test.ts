// What survives a cut link: everything for people, in order, the tail that nobody knows about with a stamp (design: checkpoints).

import { expect, onTestFinished, test } from 'vitest';
import { SystemClock } from '../../src/observe/clock.ts';
import { SpooledLink, type SpooledLinkOptions } from '../../src/xmpp/spooled-link.ts';
import { type ComponentPeer, ComponentServer } from '../support/component-server.ts';
import { DOMAIN, SECRET } from '../support/link-rig.ts';
import { LogRecorder } from '../support/log-recorder.ts';
import { until } from '../support/processes.ts';
import { elementsOf, type XmlNode } from '../support/xml-tree.ts';

interface Rig {
  readonly server: ComponentServer;
  readonly link: SpooledLink;
  readonly lost: string[];
  readonly confirmed: string[];
  /** Does this in the moment in which the link is lost, before it can be up again. */
  readonly whenLost: (task: () => void) => Promise<void>;
  readonly say: (id: string, kind?: 'spooled' | 'room' | 'state') => void;
}

async function rig(options: Partial<SpooledLinkOptions> = {}): Promise<Rig> {
  const server = await ComponentServer.listen({ secret: SECRET });
  const lost: string[] = [];
  const confirmed: string[] = [];
  let onLoss = (): void => {};
  const link = new SpooledLink(
    {
      domain: DOMAIN,
      secret: SECRET,
      host: server.host,
      port: server.port,
      serverDomain: 'localhost',
      log: new LogRecorder(),
      clock: new SystemClock(),
      limits: { retry: { minMs: 20, maxMs: 50, misconfiguredMs: 50, conflictMs: 50, steadyMs: 60_000 } },
      ...options,
    },
    {
      onStanza: () => undefined,
      onUp: () => undefined,
      onDown: () => onLoss(),
      onPressure: () => undefined,
      onReady: () => undefined,
      onLost: (to, room) => lost.push(`${to} ${room}`),
    },
  );
  onTestFinished(async () => {
    await link.stop();
    await server.close();
  });
  const say = (id: string, kind: 'spooled' | 'room' | 'state' = 'spooled'): void =>
    link.write(
      `<message to='romeo@localhost' from='#verona@${DOMAIN}/tybalt' id='${id}'><body>${id}</body></message>`,
      'romeo@localhost',
      kind,
      () => confirmed.push(id),
    );
  const whenLost = (task: () => void): Promise<void> =>
    new Promise((done) => {
      onLoss = () => {
        task();
        done();
      };
    });
  link.start();
  return { server, link, lost, confirmed, whenLost, say };
}

/** Says that it is a server of that name, which tells how far its word goes. */
function introduce(peer: ComponentPeer, name: string): Promise<void> {
  return peer.receives(`<iq type='get' to='localhost'><query xmlns='jabber:iq:version'/></iq>`).then(({ attrs }) => {
    peer.send(
      `<iq type='result' id='${attrs['id']}' from='localhost' to='${attrs['from']}'><query xmlns='jabber:iq:version'><name>${name}</name></query></iq>`,
    );
  });
}

const messages = (peer: ComponentPeer): XmlNode[] => peer.all().filter(({ name }) => name === 'message');
const idsOf = (peer: ComponentPeer): string[] => messages(peer).map(({ attrs }) => attrs['id'] ?? '');
const stamped = (peer: ComponentPeer): string[] =>
  messages(peer)
    .filter((one) => elementsOf(one).some(({ ns }) => ns === 'urn:xmpp:delay'))
    .map(({ attrs }) => attrs['id'] ?? '');

test('what a server has answered for is not sent again; what it has not is, stamped, before what is new', async () => {
  const { server, say, confirmed, whenLost, link } = await rig();
  const first = await server.accepted(DOMAIN);
  await introduce(first, 'Prosody');
  say('safe');
  await until('a checkpoint', () => confirmed.includes('safe'));
  first.pauseReading();
  say('tail-1');
  say('tail-2', 'room');
  say('typing', 'state');
  const isLost = whenLost(() => {
    say('new');
    say('typing again', 'state');
  });
  first.reset();
  await isLost;
  const second = await server.accepted(DOMAIN);
  await until('the rest', () => idsOf(second).length >= 3);
  expect(idsOf(second)).toEqual(['tail-1', 'tail-2', 'new']);
  expect(stamped(second)).toEqual(['tail-1', 'tail-2']);
  await introduce(second, 'Prosody');
  await until('all is confirmed', () => confirmed.includes('new'));
  expect(link.depth().stanzas).toBe(0);
});

test('a server that writes behind is given again what it had answered for a moment ago', async () => {
  const { server, say, link } = await rig();
  const first = await server.accepted(DOMAIN);
  await introduce(first, 'ejabberd');
  say('answered');
  await until('a checkpoint', () => link.depth().stanzas === 0);
  first.reset();
  const second = await server.accepted(DOMAIN);
  await until('it comes again', () => idsOf(second).includes('answered'));
  expect(stamped(second)).toEqual(['answered']);
});

test('an absence longer than the spool tells which client is out of step with which room', async () => {
  const { server, lost, whenLost, link } = await rig({ spool: { maxStanzas: 2 } });
  const first = await server.accepted(DOMAIN);
  const isLost = whenLost(() => {
    for (const id of ['a', 'b', 'c'])
      link.write(
        `<message to='romeo@localhost' from='#verona@${DOMAIN}/tybalt' id='${id}'/>`,
        'romeo@localhost',
        'room',
      );
  });
  first.end();
  await server.close();
  await isLost;
  expect(lost).toEqual([`romeo@localhost #verona@${DOMAIN}`]);
});
