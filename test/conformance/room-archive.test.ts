// Section 19.9: the archive of a room, in pages, on a network that has none of its own and on one that has.

import { expect } from 'vitest';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { error, ROOM, say } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

const MAM = 'urn:xmpp:mam:2';
const RSM = 'http://jabber.org/protocol/rsm';
const GARDEN = '#garden@irc.localhost';

interface Item {
  readonly id: string;
  readonly from: string;
  readonly body: string;
  readonly message: XmlNode;
}
interface Page {
  readonly items: readonly Item[];
  readonly complete: boolean;
  readonly first: string;
  readonly last: string;
  readonly count: string;
}

let asked = 0;
const fields = (given: Readonly<Record<string, string | readonly string[]>>): string =>
  `<x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>${MAM}</value></field>${Object.entries(given)
    .map(([name, value]) => `<field var='${name}'><value>${[value].flat().join('</value><value>')}</value></field>`)
    .join('')}</x>`;
const query = (inside: string, id: string, room: string): string =>
  `<iq to='${room}' type='set' id='${id}'><query xmlns='${MAM}' queryid='q'>${inside}</query></iq>`;
const set = (inside: string): string => `<set xmlns='${RSM}'>${inside}</set>`;

/** One page, its messages before its end. */
async function page(client: Client, inside = '', room = ROOM): Promise<Page> {
  const id = `mam${++asked}`;
  client.sends(query(inside, id, room));
  const items: Item[] = [];
  for (;;) {
    const stanza = await client.receives(`<* from='${room}'/>`);
    if (stanza.name === 'iq' && stanza.attrs['id'] === id) return { items, ...finOf(stanza) };
    const result = elementsOf(stanza).find(({ name, ns }) => name === 'result' && ns === MAM);
    if (result !== undefined) items.push(itemOf(result));
  }
}

function itemOf(result: XmlNode): Item {
  const [forwarded] = elementsOf(result);
  const parts = forwarded === undefined ? [] : elementsOf(forwarded);
  const [stamp, message] = parts;
  expect(result.attrs['queryid']).toBe('q');
  expect(stamp).toMatchObject({ name: 'delay', ns: 'urn:xmpp:delay' });
  if (message === undefined) throw new Error('nothing is forwarded');
  expect(message.attrs).toMatchObject({ type: 'groupchat' });
  expect(message.attrs['to']).toBeUndefined();
  const body = elementsOf(message).find(({ name }) => name === 'body');
  return {
    id: result.attrs['id'] ?? '',
    from: message.attrs['from']?.split('/')[1] ?? '',
    body: body === undefined ? '' : textOf(body),
    message,
  };
}

function finOf(iq: XmlNode): Omit<Page, 'items'> {
  expect(iq.attrs['type']).toBe('result');
  const fin = elementsOf(iq)[0];
  expect(fin).toMatchObject({ name: 'fin', ns: MAM });
  const place = fin === undefined ? [] : elementsOf(fin).flatMap(elementsOf);
  const text = (name: string): string => {
    const found = place.find((one) => one.name === name);
    return found === undefined ? '' : textOf(found);
  };
  const complete = fin?.attrs['complete'] === 'true';
  return { complete, first: text('first'), last: text('last'), count: text('count') };
}

const bodies = ({ items }: Page): readonly string[] => items.map(({ body }) => body);
const idOf = (stanza: XmlNode): string =>
  elementsOf(stanza).find(({ name }) => name === 'stanza-id')?.attrs['id'] ?? '';
const heard = (body: string, room = ROOM): string =>
  `<message from='*' type='groupchat'><body>${body}</body><stanza-id xmlns='urn:xmpp:sid:0' by='${room}' id='*'/></message>`;

conformance(
  {
    '19.9.1': [
      'archives are out',
      'archives have other ids',
      'archives never end',
      'archives are empty',
      'archives say all twice',
      'archives have no times',
    ],
  },
  'a room’s archive on IRC: announced, in pages both ways, by time, person and id; with the ids of then; also after a restart',
  {},
  async (world) => {
    const { romeo, irc, client } = world;
    await romeo.joins(ROOM, 'romeo');
    await romeo.asks(
      `<iq to='${ROOM}' type='get' id='info'><query xmlns='http://jabber.org/protocol/disco#info'/></iq>`,
      `<iq type='result' id='info'><query xmlns='http://jabber.org/protocol/disco#info'><feature var='${MAM}'/><feature var='${MAM}#extended'/></query></iq>`,
    );
    const ids: string[] = [];
    for (let line = 1; line <= 5; line++) {
      irc.says(line % 2 === 0 ? 'tybalt' : 'benvolio', '#verona', `line ${line}`);
      ids.push(idOf(await romeo.receives(heard(`line ${line}`))));
    }
    romeo.sends(say('my own', 'mine'));
    ids.push(idOf(await romeo.receives(`<message id='mine' type='groupchat'/>`)));
    const all = await page(romeo);
    expect(all.items.map(({ id }) => id)).toEqual(ids);
    expect(bodies(all)).toEqual(['line 1', 'line 2', 'line 3', 'line 4', 'line 5', 'my own']);
    expect(all).toMatchObject({ complete: true, count: '6', first: ids[0], last: ids[5] });
    expect(all.items[5]?.message.attrs['id']).toBe('mine');
    expect(all.items.map(({ from }) => from)).toEqual([
      'benvolio',
      'tybalt',
      'benvolio',
      'tybalt',
      'benvolio',
      'romeo',
    ]);

    await world.stop();
    await world.start();
    await romeo.receives(`<presence type='unavailable' from='${ROOM}/romeo'/>`);
    const phone = client('romeo@localhost/phone');
    const first = await page(phone, set('<max>4</max>'));
    expect([bodies(first), first.complete]).toEqual([['line 1', 'line 2', 'line 3', 'line 4'], false]);
    const second = await page(phone, set(`<max>4</max><after>${first.last}</after>`));
    expect([bodies(second), second.complete]).toEqual([['line 5', 'my own'], true]);
    const newest = await page(phone, set('<max>2</max><before/>'));
    expect([bodies(newest), newest.complete]).toEqual([['line 5', 'my own'], false]);
    expect(bodies(await page(phone, set(`<max>2</max><before>${newest.first}</before>`)))).toEqual([
      'line 3',
      'line 4',
    ]);
    expect(bodies(await page(phone, `${fields({ with: `${ROOM}/tybalt` })}`))).toEqual(['line 2', 'line 4']);
    expect(bodies(await page(phone, `${fields({ with: 'benvolio%test@irc.localhost' })}`))).toHaveLength(3);
    const bounds = { 'after-id': ids[0] ?? '', 'before-id': ids[3] ?? '' };
    expect(bodies(await page(phone, fields(bounds)))).toEqual(['line 2', 'line 3']);
    expect(bodies(await page(phone, fields({ ids: ids[2] ?? '' })))).toEqual(['line 3']);
    const named = fields({ ids: [...ids, ...ids.slice(0, 3)] });
    const few = await page(phone, `${named}${set('<max>4</max>')}`);
    expect([few.items.length, few.complete, few.count]).toEqual([4, false, '6']);
    const left = await page(phone, `${named}${set(`<max>4</max><after>${few.last}</after>`)}`);
    expect([bodies(left), left.complete]).toEqual([['line 5', 'my own'], true]);
    const end = await page(phone, `${named}${set('<max>1</max><before/>')}`);
    expect([bodies(end), end.complete]).toEqual([['my own'], false]);
    expect(bodies(await page(phone, `${named}${set(`<max>1</max><before>${end.first}</before>`)}`))).toEqual([
      'line 5',
    ]);
    expect(bodies(await page(phone, `${fields({ start: '2099-01-01T00:00:00Z' })}`))).toEqual([]);
    expect(bodies(await page(phone, `${fields({ start: '2020-01-01T00:00:00Z' })}${set('<max>1</max>')}`))).toEqual([
      'line 1',
    ]);
    const flipped = await page(phone, `${set('<max>2</max><before/>')}<flip-page/>`);
    expect(bodies(flipped)).toEqual(['my own', 'line 5']);
    expect(await page(phone, set('<max>0</max>'))).toMatchObject({ items: [], count: '6', first: '' });
    await phone.asks(
      `<iq to='${ROOM}' type='get' id='meta'><metadata xmlns='${MAM}'/></iq>`,
      `<iq type='result' id='meta'><metadata xmlns='${MAM}'><start id='${ids[0]}' timestamp='*'/><end id='${ids[5]}' timestamp='*'/></metadata></iq>`,
    );
  },
);

conformance(
  { '19.9.2': ['silent errors', 'every error is internal', 'everybody reads archives'] },
  'whoever was there reads what she was shown, and nothing else; who was never there is refused; mistakes are told',
  {},
  async ({ romeo, irc, client }) => {
    const juliet = client('juliet@localhost/balcony');
    const refused = (one: Client, inside: string, kind: `${string}/${string}`, room = ROOM): Promise<XmlNode> => {
      const id = `mam${++asked}`;
      return one.asks(query(inside, id, room), `<iq type='error' id='${id}'>${error(kind)}</iq>`);
    };
    await romeo.joins(ROOM, 'romeo');
    irc.says('benvolio', '#verona', 'for romeo alone');
    await romeo.receives(heard('for romeo alone'));
    await refused(juliet, '', 'auth/forbidden');
    await juliet.joins(ROOM, 'juliet', `<history maxstanzas='0'/>`);
    irc.says('benvolio', '#verona', 'for both');
    const shared = idOf(await romeo.receives(heard('for both')));
    expect(idOf(await juliet.receives(heard('for both')))).toBe(shared);
    romeo.sends(say('from romeo', 'r1'));
    const own = idOf(await romeo.receives(`<message id='r1' type='groupchat'/>`));
    const others = idOf(await juliet.receives(heard('from romeo')));
    juliet.sends(`<presence to='${ROOM}/juliet' type='unavailable'/>`);
    await juliet.receives(`<presence type='unavailable' from='${ROOM}/juliet'/>`);
    irc.says('benvolio', '#verona', 'after juliet');
    await romeo.receives(heard('after juliet'));
    const his = await page(romeo);
    expect(bodies(his)).toEqual(['for romeo alone', 'for both', 'from romeo', 'after juliet']);
    expect(his.items[2]?.id).toBe(own);
    const hers = await page(juliet);
    expect(hers.items.map(({ id }) => id)).toEqual([shared, others]);
    await refused(juliet, fields({ ids: his.items[0]?.id ?? '' }), 'cancel/item-not-found');
    await refused(romeo, set('<after>nothing</after>'), 'cancel/item-not-found');
    await refused(
      romeo,
      fields({ ids: Array.from({ length: 101 }, (_, nth) => `x${nth}`) }),
      'cancel/policy-violation',
    );
    await refused(romeo, fields({ '{urn:x}y': '1' }), 'cancel/feature-not-implemented');
    await refused(romeo, fields({ start: 'yesterday' }), 'modify/bad-request');
    await refused(romeo, '', 'cancel/service-unavailable', 'benvolio%test@irc.localhost');
    romeo.sends(
      `<message to='${ROOM}' type='groupchat' id='r2'><body>off the record</body><no-store xmlns='urn:xmpp:hints'/></message>`,
    );
    await romeo.receives(`<message id='r2' type='groupchat'/>`);
    expect(bodies(await page(romeo))).not.toContain('off the record');
  },
);

conformance(
  { '19.9.1': ['archives are out', 'archives are empty', 'archives never end'] },
  'a network that keeps an archive itself is asked for it',
  { echo: '      people: 3' },
  async ({ romeo, client }) => {
    await romeo.joins(GARDEN, 'romeo');
    romeo.sends(say('!flood 130', 'f', GARDEN));
    await romeo.receives(heard('line 130 of 130', GARDEN));
    const late = client('romeo@localhost/late');
    const newest = await page(late, set('<max>2</max><before/>'), GARDEN);
    expect([bodies(newest), newest.complete]).toEqual([['line 129 of 130', 'line 130 of 130'], false]);
    const older = await page(late, set(`<max>100</max><before>${newest.first}</before>`), GARDEN);
    expect(older.items).toHaveLength(100);
    const first = await page(late, set('<max>100</max>'), GARDEN);
    expect([first.items[0]?.body, first.items.length, first.complete]).toEqual(['line 1 of 130', 100, false]);
    const rest = await page(late, set(`<max>100</max><after>${first.last}</after>`), GARDEN);
    expect([rest.items[0]?.body, rest.items.length, rest.complete]).toEqual(['line 101 of 130', 30, true]);
    expect(bodies(await page(late, fields({ ids: first.first }), GARDEN))).toEqual(['line 1 of 130']);
    expect(bodies(await page(late, fields({ start: '2099-01-01T00:00:00Z' }), GARDEN))).toEqual([]);
  },
);
