// Who is in a room, as each client is told where people may be called alike: a list stays what it was when it began, and every client and
// every user hears of a new nick as a change of the old one.

import { expect, test } from 'vitest';
import { type Conversation, ONLINE, type Participant } from '../../src/model/conversation.ts';
import type { AnyEvent } from '../../src/model/events.ts';
import { messageId, participantId, type ResourceId, type UserId, userId } from '../../src/model/ids.ts';
import type { Delivery } from '../../src/model/ports.ts';
import { BridgeStage, HOME, PHONE, ROMEO, ROOM } from '../support/bridge-stage.ts';
import { until } from '../support/processes.ts';
import { xmppSideOf } from '../support/xmpp-stage.ts';

const DOMAIN = 'irc.example.org';
const JULIET = userId('juliet@example.org');

interface View extends Conversation {
  readonly participants: Map<Participant['id'], Participant>;
}

const person = (id: string, nick: string): Participant => ({
  id: participantId(id),
  nick,
  rank: 'member',
  presence: ONLINE,
});

class Stage {
  /** `client: what`, in order: `+nick`, `-nick` (`-nick>new` where she goes on as somebody else), `nick: text`, `subject`. */
  readonly told: string[] = [];
  readonly #side = xmppSideOf(new BridgeStage(), {
    domain: DOMAIN,
    write: (xml, to) => void this.told.push(told(xml, to)),
  });

  room(self: Participant, ...others: readonly Participant[]): View {
    const participants = new Map([...others, self].map((one) => [one.id, one]));
    return { id: ROOM, kind: 'group', name: '#verona', self: self.id, participants };
  }

  present(user: UserId, event: AnyEvent, conversation: View, ...to: readonly ResourceId[]): void {
    const delivery: Delivery = { user, event, conversation, to };
    this.#side.presenter.present(delivery);
  }

  /** What one client was told since it was last looked at. */
  of(client: string): string[] {
    const mine = this.told.filter((one) => one.startsWith(`${client} `));
    for (const one of mine) this.told.splice(this.told.indexOf(one), 1);
    return mine.map((one) => one.slice(client.length + 1));
  }
}

function told(xml: string, to: string): string {
  const [, , nick = ''] = /^<[^>]*?from='([^'/]*)\/?([^']*)'/.exec(xml) ?? [];
  const next = /<item[^>]* nick='([^']*)'/.exec(xml)?.[1];
  const text = /<body>(.*)<\/body>/.exec(xml)?.[1];
  const what = xml.startsWith('<presence')
    ? `${xml.includes("type='unavailable'") ? '-' : '+'}${nick}${next === undefined ? '' : `>${next}`}`
    : text === undefined
      ? 'subject'
      : `${nick}: ${text}`;
  return `${to} ${what}`;
}

const romeo = person('@romeo', 'Romeo');
const opened = (snapshot: Conversation): AnyEvent => ({ kind: 'opened', conversation: ROOM, snapshot });

function rename(view: View, before: Participant, nick: string): AnyEvent {
  const now = { ...before, nick };
  view.participants.set(now.id, now);
  return { kind: 'changed', conversation: ROOM, before, now };
}

test('two people of one name have two, and each client hears of another one as a change of the old', () => {
  const stage = new Stage();
  const [ann, other] = [person('@ann', 'Anna'), person('@other', 'Anna')];
  const view = stage.room(romeo, ann, other);
  stage.present(ROMEO, opened(view), view, HOME);
  expect(stage.of(HOME)).toEqual(['+Anna', '+Anna (@other)', '+Romeo', 'subject']);
  stage.present(ROMEO, rename(view, other, 'Olga'), view, HOME, PHONE);
  expect(stage.of(HOME)).toEqual(['-Anna (@other)>Olga', '+Olga']);
  expect(stage.of(PHONE)).toEqual(['-Anna (@other)>Olga', '+Olga']);
});

test('one’s own new nick is the same change for all of one’s clients', () => {
  const stage = new Stage();
  const view = stage.room(romeo);
  stage.present(ROMEO, opened(view), view, HOME);
  stage.of(HOME);
  stage.present(ROMEO, rename(view, romeo, 'Montague'), view, HOME, PHONE);
  for (const client of [HOME, PHONE]) expect(stage.of(client)).toEqual(['-Romeo>Montague', '+Montague']);
});

test('the same event is told to each user with the names that she has seen', () => {
  const stage = new Stage();
  const [ann, other] = [person('@ann', 'Anna'), person('@other', 'Anna')];
  const juliet = person('@juliet', 'Juliet');
  const [his, hers] = [stage.room(romeo, ann, other), stage.room(juliet, other, ann)];
  stage.present(ROMEO, opened(his), his, HOME);
  stage.present(JULIET, opened(hers), hers, PHONE);
  expect(stage.of(PHONE)).toEqual(['+Anna', '+Anna (@ann)', '+Juliet', 'subject']);
  const event: AnyEvent = { kind: 'left', conversation: ROOM, who: other, why: 'left' };
  stage.of(HOME);
  stage.present(ROMEO, event, his, HOME);
  stage.present(JULIET, event, hers, PHONE);
  expect(stage.of(HOME)).toEqual(['-Anna (@other)']);
  expect(stage.of(PHONE)).toEqual(['-Anna']);
});

test('a long list is as it was when it began, whatever happens while it is written; that comes behind it', async () => {
  const stage = new Stage();
  const people = Array.from({ length: 1_000 }, (_, i) => person(`@p${i}`, `p${i}`));
  const [gone, renamed] = people.slice(-2) as [Participant, Participant];
  const view = stage.room(romeo, ...people);
  stage.present(ROMEO, opened(view), view, HOME);
  view.participants.delete(gone.id);
  stage.present(ROMEO, { kind: 'left', conversation: ROOM, who: gone, why: 'left' }, view, HOME);
  stage.present(ROMEO, rename(view, renamed, 'later'), view, HOME);
  const from = view.participants.get(renamed.id) ?? renamed;
  const message = { id: messageId('1'), from, own: false, body: { kind: 'text', text: 'here I am' } } as const;
  stage.present(ROMEO, { kind: 'said', conversation: ROOM, message }, view, HOME);
  expect(stage.told.length).toBeLessThan(1_000);
  await until('all of it', () => stage.told.length >= 1_006);
  expect(stage.of(HOME)).toEqual([
    ...people.map(({ nick }) => `+${nick}`),
    '+Romeo',
    'subject',
    `-${gone.nick}`,
    `-${renamed.nick}>later`,
    '+later',
    'later: here I am',
  ]);
});

test('a second list for a client that is still being told the first has what changed in between once', async () => {
  const stage = new Stage();
  const people = Array.from({ length: 600 }, (_, i) => person(`@p${i}`, `p${i}`));
  const view = stage.room(romeo, ...people);
  const late = person('@late', 'late');
  stage.present(ROMEO, opened(view), view, HOME);
  view.participants.set(late.id, late);
  stage.present(ROMEO, { kind: 'joined', conversation: ROOM, who: late }, view, HOME);
  stage.present(ROMEO, opened(view), view, HOME);
  view.participants.delete(late.id);
  stage.present(ROMEO, { kind: 'left', conversation: ROOM, who: late, why: 'left' }, view, HOME);
  const listed = people.map(({ nick }) => `+${nick}`);
  await until('all of it', () => stage.told.length >= 1_207);
  expect(stage.of(HOME)).toEqual([
    ...listed,
    '+Romeo',
    'subject',
    '+late',
    ...listed,
    '+late',
    '+Romeo',
    'subject',
    '-late',
  ]);
});
