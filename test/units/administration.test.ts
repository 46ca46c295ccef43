// What operators do with users: announcements a few at a time, sessions ended, users blocked.

import { expect, test } from 'vitest';
import { administrationOf, refusalOf } from '../../src/gateway-administration.ts';
import { BridgeError } from '../../src/model/errors.ts';
import { gatewayId, userId } from '../../src/model/ids.ts';
import { BlockRecords } from '../../src/store/block-records.ts';
import { openMemory } from '../../src/store/memory.ts';
import { el } from '../../src/xmpp/xml.ts';
import { NOBODY_TO_ADMINISTER } from '../support/administration.ts';
import { BridgeStage, HOME, ROMEO, ROOM } from '../support/bridge-stage.ts';
import { settled } from '../support/scripted-network.ts';
import { xmppSideOf } from '../support/xmpp-stage.ts';

const DOMAIN = 'irc.example.org';
const FROM = 'escalus@example.org/cell';
const NODE = 'http://jabber.org/protocol/admin#announce';
const COMMANDS = 'http://jabber.org/protocol/commands';

test('an announcement to many goes out a few at a time, to each of them once', async () => {
  const stage = new BridgeStage();
  const written: string[] = [];
  const online = Array.from({ length: 120 }, (_, i) => userId(`user${i}@example.org`));
  const side = xmppSideOf(stage, {
    domain: DOMAIN,
    forms: {
      get: () =>
        ({ user: userId('escalus@example.org'), resource: FROM, purpose: NODE, expires: Infinity, steps: [] }) as never,
      put: () => Promise.resolve(),
      delete: () => Promise.resolve(),
    },
    admins: ['escalus@example.org'],
    write: (xml) => void written.push(xml),
    doors: { administration: { ...NOBODY_TO_ADMINISTER, online: () => online } },
  });
  const form = el(
    'x',
    { xmlns: 'jabber:x:data', type: 'submit' },
    el('field', { var: 'announcement' }, el('value', {}, 'Peace!')),
  );
  const command = el('command', { xmlns: COMMANDS, node: NODE, sessionid: 's', action: 'complete' }, form);
  side.onStanza(el('iq', { from: FROM, to: DOMAIN, type: 'set', id: 'a' }, command));
  await settled();
  const headlines = (): readonly string[] => written.filter((xml) => xml.includes(`type='headline'`));
  expect(headlines()).toHaveLength(50);
  stage.clock.advance(999);
  expect(headlines()).toHaveLength(50);
  stage.clock.advance(1);
  expect(headlines()).toHaveLength(100);
  stage.clock.advance(5_000);
  expect(headlines()).toHaveLength(120);
  expect(new Set(headlines().map((xml) => / to='([^']*)'/.exec(xml)?.[1]))).toEqual(new Set(online));
});

test('ended sessions put their user out of the rooms, and she can come back', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  expect([stage.bridge.online(), stage.bridge.rooms(ROMEO)]).toEqual([[ROMEO], [ROOM]]);
  await stage.bridge.endSessions(ROMEO, new BridgeError('forbidden', 'Enough.'));
  expect(stage.presenter.heard()).toEqual(['closed ejected > home']);
  expect(session.closed).toEqual(['paused']);
  expect([stage.bridge.online(), stage.bridge.rooms(ROMEO)]).toEqual([[], []]);
  await stage.joined(HOME);
  expect(stage.bridge.online()).toEqual([ROMEO]);
});

test('who is blocked gets no session, not even one that stays, until she is unblocked', async () => {
  const blocks = await BlockRecords.load(openMemory(), gatewayId(DOMAIN));
  await blocks.set(ROMEO, true);
  const stage = new BridgeStage({}, (user) => refusalOf({ blocks }, user));
  await stage.withAccount({ stayConnected: true });
  stage.join(HOME, 'j1');
  await settled();
  expect(stage.presenter.heard()).toEqual(['forbidden > home j1']);
  expect(stage.network.openings).toEqual([]);
  expect(stage.bridge.online()).toEqual([]);
  const records = { blocks, deleteAllOf: () => Promise.resolve() };
  await administrationOf({ bridge: stage.bridge, records, deadLetters: undefined }).setBlocked(ROMEO, false);
  await settled();
  expect(stage.network.openings).toHaveLength(1);
});

test('blocks are kept for each gateway', async () => {
  const store = openMemory();
  const irc = gatewayId('irc.example.org');
  const blocks = await BlockRecords.load(store, irc);
  await blocks.set(ROMEO, true);
  await blocks.set(userId('juliet@example.org'), true);
  await blocks.set(userId('juliet@example.org'), false);
  const again = await BlockRecords.load(store, irc);
  expect([again.list(), again.has(ROMEO)]).toEqual([[ROMEO], true]);
  expect((await BlockRecords.load(store, gatewayId('irc.example.org.uk'))).list()).toEqual([]);
});

test('what is deleted of a user is all of it, and nothing of others', async () => {
  const stage = new BridgeStage();
  await stage.withAccount();
  await stage.joined(HOME);
  const letter = { what: 'command', reason: 'too late', at: 0, value: '' } as const;
  const letters = new Map(
    [ROMEO, userId('juliet@example.org')].map((user) => [user as string, { ...letter, id: user, user }]),
  );
  const deleted: string[] = [];
  const administration = administrationOf({
    bridge: stage.bridge,
    records: {
      blocks: await BlockRecords.load(openMemory(), gatewayId(DOMAIN)),
      deleteAllOf: async (user) => void deleted.push(user),
    },
    deadLetters: {
      list: () => Promise.resolve([...letters.values()]),
      get: (id) => Promise.resolve(letters.get(id)),
      replay: () => Promise.resolve(false),
      drop: async (id) => void letters.delete(id),
    },
  });
  await administration.deleteAll(ROMEO);
  expect(stage.presenter.heard()).toEqual(['closed ejected > home']);
  expect([administration.registered(), administration.online(), deleted]).toEqual([[], [], [ROMEO]]);
  expect([...letters.keys()]).toEqual(['juliet@example.org']);
});
