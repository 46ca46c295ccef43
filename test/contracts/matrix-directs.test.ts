// A direct chat on a real Synapse whose answers come late: what the other one says before the gateway knows the room is heard all the same.

import { createServer, request, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { MatrixNetwork } from '../../adapters/matrix/network.ts';
import { readSettings } from '../../adapters/matrix/settings.ts';
import type { AnyEvent } from '../../src/model/events.ts';
import { conversationId, userId } from '../../src/model/ids.ts';
import type { Account, Session } from '../../src/model/network.ts';
import type { MatrixPerson } from '../support/matrix-person.ts';
import { SYNAPSE } from '../support/programs-python.ts';
import { startSynapse, type SynapseServer } from '../support/server-synapse.ts';
import { KeepingHost, KEY } from './network-matrix-world.ts';

/** Stands before the homeserver and gives no answer to what `holds` names, though the homeserver performs it. */
class HoldingProxy {
  holds: RegExp | undefined;
  readonly #server: Server;

  constructor(port: number) {
    this.#server = createServer((from, to) => {
      const { url: path = '/', method, headers } = from;
      const isHeld = this.holds?.test(`${method} ${path}`) === true;
      const passed = request({ port, host: '127.0.0.1', path, method, headers }, (answer) => {
        if (isHeld) return void answer.resume();
        to.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(to);
      });
      passed.on('error', () => to.destroy());
      from.pipe(passed);
    });
  }
  async listen(): Promise<string> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.listen(0, '127.0.0.1', resolve);
    await promise;
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }
  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

const whyNot = await SYNAPSE.whyMissing();

describe.skipIf(whyNot !== undefined)(`direct chats on Synapse${whyNot === undefined ? '' : ` (${whyNot})`}`, () => {
  let synapse: SynapseServer;
  let proxy: HoldingProxy;
  let network: MatrixNetwork;
  let keeping: KeepingHost;
  let juliet: MatrixPerson;
  let nurse: MatrixPerson;
  let account: Account;
  let heard: string[] = [];
  let count = 0;

  beforeAll(async () => {
    synapse = await startSynapse();
  });
  afterAll(() => synapse.stop());

  beforeEach(async () => {
    count += 1;
    heard = [];
    juliet = await synapse.person(`juliet${count}`);
    nurse = await synapse.person(`nurse${count}`);
    proxy = new HoldingProxy(synapse.port);
    const homeserver = await proxy.listen();
    keeping = new KeepingHost();
    network = new MatrixNetwork(readSettings({ homeserver, serverName: synapse.name, pollMs: 1_000 }));
    await network.start(keeping.host);
    account = {
      user: userId('juliet@example.net'),
      key: KEY,
      settings: { user: juliet.id, token: juliet.token, acceptDirects: true },
      guest: false,
    };
  });
  afterEach(async () => {
    proxy.close();
    await network.stop();
  });

  const emit = (event: AnyEvent): void => {
    if (event.kind === 'said') heard.push(event.message.body.text);
  };
  const open = async (): Promise<Session> => {
    keeping.deliverTo(account, emit);
    return await network.openSession(account, emit, AbortSignal.timeout(20_000));
  };
  const hears = async (texts: readonly string[]): Promise<void> => {
    await expect.poll(() => heard, { timeout: 20_000 }).toEqual(texts);
  };
  const say = (session: Session): Promise<unknown> =>
    session.send({
      kind: 'say',
      conversation: conversationId(nurse.id.slice(1)),
      body: { kind: 'text', text: 'Nurse?' },
    });
  const invitedBy = (who: MatrixPerson): Promise<string> =>
    nurse.sync.until('an invitation', () => nurse.sync.invitedBy(who.id)[0], 20_000);

  test('she answers before it is known that the room was made', async () => {
    const session = await open();
    proxy.holds = /createRoom/;
    const saying = say(session).catch((error: unknown) => error);
    const room = await invitedBy(juliet);
    await nurse.join(room);
    await nurse.say(room, 'Anon, good nurse!');
    await hears(['Anon, good nurse!']);
    await session.close('shutdown');
    await saying;
  });

  test('the same, with a death in between and no second try', async () => {
    const session = await open();
    proxy.holds = /createRoom/;
    const saying = say(session).catch((error: unknown) => error);
    const room = await invitedBy(juliet);
    await session.close('shutdown');
    await saying;
    await nurse.join(room);
    await nurse.say(room, 'By and by');
    proxy.holds = undefined;
    const again = await open();
    await hears(['By and by']);
    await again.close('shutdown');
  });

  test('an invitation that was taken, with a death before that was known', async () => {
    const session = await open();
    proxy.holds = /\/join\/|account_data\/m\.direct/;
    const room = await nurse.createRoom({ direct: true, invite: [juliet.id] });
    await nurse.seesMember(room, juliet.id, 'join');
    await session.close('shutdown');
    await nurse.say(room, 'Madam!');
    proxy.holds = undefined;
    const again = await open();
    await hears(['Madam!']);
    await nurse.say(room, 'Juliet!');
    await hears(['Madam!', 'Juliet!']);
    await again.close('shutdown');
  });
});
