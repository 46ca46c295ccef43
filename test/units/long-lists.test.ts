// CORE-12: answers that grow with what a gateway has, each in bytes as it is written.

import { expect, test, vi } from 'vitest';
import { conversationId, userId } from '../../src/model/ids.ts';
import { type Element, el } from '../../src/xmpp/xml.ts';
import type { BridgeDoors } from '../../src/xmpp/xmpp-side.ts';
import { NOBODY_TO_ADMINISTER } from '../support/administration.ts';
import { BridgeStage, HOME, ROMEO, ROOM } from '../support/bridge-stage.ts';
import { xmppSideOf } from '../support/xmpp-stage.ts';

const DOMAIN = 'irc.example.org';
const COMMANDS = 'http://jabber.org/protocol/commands';
const BOUND = 60 * 1024;
const count = (xml: string, what: RegExp): number => xml.match(what)?.length ?? 0;

/** All that is written, once the answer is. */
async function answersTo(stage: BridgeStage, payload: Element, doors: Partial<BridgeDoors> = {}): Promise<string[]> {
  const written: string[] = [];
  const write = (xml: string): void => void written.push(xml);
  const side = xmppSideOf(stage, { domain: DOMAIN, write, admins: [ROMEO], doors });
  const type = payload.name === 'command' ? 'set' : 'get';
  side.onStanza(el('iq', { from: HOME, to: DOMAIN, type, id: 'q1' }, payload));
  await vi.waitFor(() => expect(written.filter((xml) => xml.includes(" id='q1'"))).toHaveLength(1));
  for (const xml of written) expect(Buffer.byteLength(xml)).toBeLessThan(BOUND);
  return written;
}
const command = (node: string): Element => el('command', { xmlns: COMMANDS, node });

test('of very many users as many are listed as fit, and the rest is counted', async () => {
  const users = Array.from({ length: 3_000 }, (_, i) => userId(`${'愛'.repeat(30)}${i}@example.org`));
  const administration = { ...NOBODY_TO_ADMINISTER, registered: () => users };
  const node = 'http://jabber.org/protocol/admin#get-registered-users-list';
  const [answer = ''] = await answersTo(new BridgeStage(), command(node), { administration });
  const shown = count(answer, /<value>愛/g);
  expect(shown).toBeGreaterThan(300);
  expect(answer).toContain(`Registered users: 3000, of which the first ${shown} are shown`);
});

test('what is kept of somebody comes in as many messages as it takes', async () => {
  const letters = Array.from({ length: 1_000 }, (_, i) => ({
    id: String(i),
    user: ROMEO,
    at: 0,
    what: 'command' as const,
    value: '',
    reason: '"'.repeat(60),
  }));
  const deadLetters = {
    list: () => Promise.resolve(letters),
    get: () => Promise.resolve(undefined),
    replay: () => Promise.resolve(false),
    drop: () => Promise.resolve(),
  };
  const administration = { ...NOBODY_TO_ADMINISTER, rooms: () => [ROOM] };
  const doors = { administration, deadLetters };
  const [, ...messages] = await answersTo(new BridgeStage(), command('export-data'), doors);
  expect(messages.length).toBeGreaterThan(2);
  expect(count(messages.join(''), /reason/g)).toBe(letters.length);
});

test('names of rooms are cut where networks make them longer than a list can bear', async () => {
  const stage = new BridgeStage();
  const session = await stage.joined(HOME);
  const entries = Array.from({ length: 100 }, (_, i) => ({
    conversation: conversationId(`#room${i}`),
    name: `${i} ${'愛'.repeat(1_000)}`,
  }));
  session.answer = () => Promise.resolve({ entries, total: 100 });
  const set = el('set', { xmlns: 'http://jabber.org/protocol/rsm' }, el('max', {}, '100'));
  const query = el('query', { xmlns: 'http://jabber.org/protocol/disco#items' }, set);
  const [answer = ''] = await answersTo(stage, query);
  expect(count(answer, /<item /g)).toBe(100);
  expect(answer).toContain(`name='7 愛愛`);
});
