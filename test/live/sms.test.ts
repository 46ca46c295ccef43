// SMS through the gateway as people meet it: XMPP clients on Prosody and on ejabberd, phones on a fake of Twilio, whose journal is the judge.
// All that goes to Twilio's API and back passes a proxy that knows how Twilio describes it.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { error } from '../support/openings.ts';
import { until } from '../support/processes.ts';
import {
  asksToSignUp,
  bodyOf,
  isQuiet,
  numbersOffered,
  SMS,
  SmsCast,
  SmsWorld,
  signsUp,
} from '../support/twilio-world.ts';
import { whyNoWire } from '../support/twilio-wire.ts';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import type { XmppClient } from '../support/xmpp-client.ts';
import { smsKills } from './sms-kills.ts';

const RECEIPTS = 'urn:xmpp:receipts';
const GATEWAY = 'jabber:iq:gateway';

const say = (to: string, id: string, body: string): string =>
  `<message to='${to}' type='chat' id='${id}'><body>${body}</body><request xmlns='${RECEIPTS}'/></message>`;
const chat = (from: string, body: string): string =>
  `<message from='${from}' type='chat'><body>${body}</body></message>`;
const receipt = (from: string, id: string): string =>
  `<message from='${from}' type='chat'><received xmlns='${RECEIPTS}' id='${id}'/></message>`;
const notDelivered = (from: string, why: string): string => chat(from, `Not delivered: ${why}`);

type Play = (what: string, act: (cast: SmsCast) => Promise<void>) => void;

describe.each(['prosody', 'ejabberd'] as const)('on %s', (kind) => {
  let world: SmsWorld;
  beforeAll(async () => {
    world = await SmsWorld.open(kind);
  });
  afterAll(() => world.close());

  const play: Play = (what, act) =>
    test(what, async () => {
      const cast = new SmsCast(world);
      try {
        await act(cast);
        await isQuiet(world);
        await cast.nothingIsLeft();
      } catch (thrown) {
        console.error(cast.transcript);
        throw thrown;
      } finally {
        await world.twilio.order('clear');
        await cast.leave();
      }
    });

  numbers(play);
  textsOut(play);
  failures(play);
  textsIn(play);
  unknownOutcomes(play);
  smsKills(play);

  test('nothing of it broke the description of the API', ({ skip }) => {
    skip(whyNoWire !== undefined, whyNoWire);
    expect(world.wire?.violations()).toEqual([]);
    expect(world.twilio.journal().filter(({ t }) => t === 'asked').length).toBeGreaterThan(50);
  });
});

function numbers(play: Play): void {
  play('registering offers the numbers that are free; a taken one is refused; it can be changed', async (cast) => {
    const juliet = await cast.texter('juliet');
    const romeo = await cast.person('romeo');
    const offered = await numbersOffered(romeo);
    expect(offered).not.toContain(juliet.number);
    const refused = await asksToSignUp(romeo, { number: juliet.number });
    expect(refused.attrs['type']).toBe('error');
    expect((await asksToSignUp(romeo, { number: '+12025559999' })).attrs['type']).toBe('error');
    expect(await numbersOffered(juliet.client)).toContain(juliet.number);

    const [other = ''] = offered;
    await juliet.client.asks('set', SMS, form(other));
    await until('the old number is free', async () => (await numbersOffered(romeo)).includes(juliet.number));
    expect(await numbersOffered(romeo)).not.toContain(other);
    await cast.world.twilio.text(juliet.phone, other, 'to the new one');
    await juliet.client.finds(chat(juliet.contact, 'to the new one'));
    await signsUp(romeo, { number: juliet.number });
    await cast.world.twilio.text(juliet.phone, juliet.number, 'to whoever has it now');
    await romeo.finds(chat(juliet.contact, 'to whoever has it now'));
    await juliet.client.forgets(({ name }) => name === 'presence');
  });

  play('clients without forms register with the phone that they are offered', async (cast) => {
    const romeo = await cast.person('romeo');
    const register = (inside: string): string => `<query xmlns='jabber:iq:register'>${inside}</query>`;
    const blank = await romeo.asks('get', SMS, register(''));
    const [query] = elementsOf(blank);
    const phone = (query === undefined ? [] : elementsOf(query)).find(({ name }) => name === 'phone');
    const number = phone === undefined ? '' : textOf(phone);
    expect(await numbersOffered(romeo)).toContain(number);
    await romeo.asksAndGets('set', SMS, register(`<phone>${number}</phone>`), "<iq type='result'/>");
    expect(await numbersOffered(await cast.person('juliet'))).not.toContain(number);
    await romeo.forgets(({ name }) => name === 'presence');
  });

  play('a contact is found by any written form of the number, and added', async (cast) => {
    const { client, phone, contact } = await cast.texter('juliet');
    const [, area = '', middle = '', last = ''] = /^\+1(...)(...)(....)$/.exec(phone) ?? [];
    const forms = [
      phone,
      `+1 ${area} ${middle} ${last}`,
      `(${area}) ${middle}-${last}`,
      `${area}.${middle}.${last}`,
      `1-${area}-${middle}-${last}`,
      `001 ${area} ${middle} ${last}`,
      `tel:+1-${area}-${middle}-${last}`,
      `sms:+1${area}${middle}${last}`,
    ];
    for (const typed of forms) expect(await addressOf(client, typed), typed).toBe(contact);
    for (const typed of ['nurse', '+1', `${phone},${phone}`, '112']) {
      await client.asksAndGets('set', SMS, prompt(typed), "<iq type='error'/>");
    }
    client.sends(say(`${area}${middle}${last}@${SMS}`, 'home', 'as one writes it at home'));
    const refused = await client.finds(
      "<message type='error' id='home'><error type='modify'><jid-malformed xmlns='urn:ietf:params:xml:ns:xmpp-stanzas'/></error></message>",
    );
    expect(elementsOf(refused).flatMap(elementsOf).map(textOf).join('')).toContain(contact);
    client.sends(`<presence to='${contact}' type='subscribe'/>`);
    await client.finds(`<presence from='${contact}' type='subscribed'/>`);
    await client.finds(`<presence from='${contact}' !type/>`);
    await client.forgets(({ name, attrs }) => name === 'presence' && attrs['from'] === contact);
  });
}

const form = (number: string): string =>
  `<query xmlns='jabber:iq:register'><x xmlns='jabber:x:data' type='submit'><field var='FORM_TYPE'><value>jabber:iq:register</value></field><field var='number'><value>${number}</value></field></x></query>`;
const prompt = (typed: string): string => `<query xmlns='${GATEWAY}'><prompt>${typed}</prompt></query>`;

async function addressOf(client: XmppClient, typed: string): Promise<string> {
  const answer = await client.asks('set', SMS, prompt(typed));
  return elementsOf(answer).flatMap(elementsOf).map(textOf).join('');
}

/** In the order of the journal. */
function bodiesTo({ twilio }: SmsWorld, phone: string): readonly string[] {
  return twilio.sentTo(phone).map(({ body }) => body);
}

function textsOut(play: Play): void {
  play('a text goes out from her number, and the receipt comes with the delivery, no sooner', async (cast) => {
    const { client, number, phone, contact } = await cast.texter('juliet');
    const { twilio } = cast.world;
    await twilio.script([{ status: 'queued' }, { status: 'sending' }, { status: 'sent' }]);
    client.sends(say(contact, 'm1', 'Good night, good night ☾'));
    const { sid, from } = await twilio.untilSent(phone, 'Good night, good night ☾');
    expect(from).toBe(number);
    await isQuiet(cast.world);
    await cast.nothingIsLeft();
    await twilio.order('tell', { sid, steps: [{ status: 'delivered' }] });
    await client.receives(receipt(contact, 'm1'));
    expect(twilio.sentTo(phone)).toHaveLength(1);
  });

  play(
    'callbacks doubled, out of order and late, or before the answer: one receipt, and none taken back',
    async (cast) => {
      const { client, phone, contact } = await cast.texter('juliet');
      const { twilio } = cast.world;
      const disorder = ['delivered', 'sent', 'delivered', 'queued'] as const;
      await twilio.script(disorder.map((status) => ({ status, copies: 2 })));
      client.sends(say(contact, 'm1', 'one'));
      await client.receives(receipt(contact, 'm1'));
      const { sid } = await twilio.untilSent(phone, 'one');
      await isQuiet(cast.world);
      await twilio.order('tell', { sid, steps: [{ status: 'failed', code: 30008 }] });
      await twilio.script([{ status: 'delivered', copies: 2 }], { early: true });
      client.sends(say(contact, 'm2', 'two'));
      await client.receives(receipt(contact, 'm2'));
      await twilio.fault('reorder', { on: 'status', times: 2 });
      client.sends(say(contact, 'm3', 'three'));
      await client.receives(receipt(contact, 'm3'));
      expect(bodiesTo(cast.world, phone)).toEqual(['one', 'two', 'three']);
    },
  );

  play(
    'a long text goes in one piece while the network takes it, and then in parts; one receipt for all',
    async (cast) => {
      const { client, phone, contact } = await cast.texter('juliet');
      const words = (count: number): string => Array.from({ length: count }, (_, n) => `word${n}`).join(' ');
      const [long, longer] = [words(150), words(600)];
      client.sends(say(contact, 'm1', long));
      await client.receives(receipt(contact, 'm1'));
      expect(bodiesTo(cast.world, phone)).toEqual([long]);
      client.sends(say(contact, 'm2', longer));
      await client.receives(receipt(contact, 'm2'), 20_000);
      const parts = bodiesTo(cast.world, phone).slice(1);
      expect(parts.length).toBeGreaterThan(2);
      expect(Math.max(...parts.map(({ length }) => length))).toBeLessThanOrEqual(1_600);
      expect(parts.join(' ').match(/word\d+/g)).toEqual(longer.split(' '));
    },
  );

  play('texts to one phone keep their order', async (cast) => {
    const { client, phone, contact } = await cast.texter('juliet');
    const bodies = Array.from({ length: 20 }, (_, n) => `line ${n}`);
    for (const [n, body] of bodies.entries()) client.sends(say(contact, `m${n}`, body));
    await client.receivesInAnyOrder(...bodies.map((_, n) => receipt(contact, `m${n}`)));
    expect(bodiesTo(cast.world, phone)).toEqual(bodies);
  });
}

/** By what a phone or a carrier can be the reason of; the classes are those of Twilio's error table. */
const REFUSED: readonly (readonly [code: number, type: string, condition: string])[] = [
  [21211, 'cancel', 'item-not-found'],
  [21614, 'cancel', 'item-not-found'],
  [21635, 'cancel', 'item-not-found'],
  [21610, 'auth', 'forbidden'],
  [21602, 'modify', 'not-acceptable'],
  [21617, 'modify', 'policy-violation'],
];
const LATE = [
  30002, 30001, 30022, 30023, 30027, 63018, 30003, 30017, 30410, 30008, 30004, 30005, 30006, 30007, 30011, 30019, 30024,
  30032, 30034, 30035, 30036, 30450, 63003, 63005, 63016, 63024, 63033, 39_999,
];

function failures(play: Play): void {
  play('what is refused is an error in words, with the number of Twilio', async (cast) => {
    const { client, contact } = await cast.texter('juliet');
    const { twilio } = cast.world;
    const codes = [...REFUSED.map(([code]) => code), 21408, 21612, 21608, 21620, 21623, 29_999];
    for (const code of codes) {
      // Each to a phone of its own: one refusal must not change the next.
      const phone = cast.world.newPhone();
      await twilio.fault('refuse', { code, phone });
      client.sends(say(`${phone}@${SMS}`, `m${code}`, 'hello'));
      const answer = await client.receives(
        `<message type='error' id='m${code}' from='${phone}@${SMS}'><error/></message>`,
      );
      const words = elementsOf(answer).flatMap(elementsOf).map(textOf).join('');
      expect(words).toMatch(/^[A-Z].{10,} \(Twilio \d+\)$/);
      expect(words).toContain(String(code));
      const row = REFUSED.find(([known]) => known === code);
      if (row !== undefined) expect([code, conditionOf(answer)]).toEqual([code, row.slice(1)]);
      expect(twilio.sentTo(phone)).toEqual([]);
    }
    client.sends(say(contact, 'm1', 'and on'));
    await client.receives(receipt(contact, 'm1'));
  });

  play("what is the operator's to put right is tried a few times, and then told", async (cast) => {
    const { client } = await cast.texter('juliet');
    const phones = [20003, 21212, 21606, 21659].map((code) => ({ code, phone: cast.world.newPhone() }));
    for (const { code, phone } of phones) {
      const status = code === 20003 ? 401 : 400;
      await cast.world.twilio.fault('refuse', { code, status, phone, times: 100 });
      client.sends(say(`${phone}@${SMS}`, `m${code}`, 'hello'));
    }
    // By then nobody waits for an error stanza.
    for (const { code, phone } of phones) {
      const told = await client.finds(chat(`${phone}@${SMS}`, '*'), 60_000);
      expect(bodyOf(told)).toMatch(new RegExp(String.raw`^Not delivered: .*\b${code}\b`));
      expect(cast.world.twilio.sentTo(phone)).toEqual([]);
    }
  });

  play('what fails later is told in words that anybody sees, with the number of Twilio', async (cast) => {
    const { client, contact } = await cast.texter('juliet');
    const { twilio } = cast.world;
    for (const code of LATE) {
      const phone = cast.world.newPhone();
      const status = code % 2 === 0 ? 'failed' : 'undelivered';
      await twilio.script([{ status: 'sent' }, { status, code, copies: 2 }], { to: phone });
      client.sends(say(`${phone}@${SMS}`, `m${code}`, 'hello'));
      const told = await client.receives(chat(`${phone}@${SMS}`, '*'));
      expect(bodyOf(told)).toMatch(new RegExp(String.raw`^Not delivered: [A-Z].*\b${code}\b`));
    }
    await twilio.script([{ status: 'canceled' }]);
    client.sends(say(contact, 'm1', 'hello'));
    await client.receives(notDelivered(contact, 'It was taken back before it was sent.'));
  });

  play('too many at once: waited for, sent once, in order', async (cast) => {
    const { client, phone, contact } = await cast.texter('juliet');
    await cast.world.twilio.fault('refuse', { code: 20429, status: 429, times: 3, phone });
    for (const n of [1, 2, 3]) client.sends(say(contact, `m${n}`, `text ${n}`));
    for (const n of [1, 2, 3]) await client.receives(receipt(contact, `m${n}`), 30_000);
    expect(bodiesTo(cast.world, phone)).toEqual(['text 1', 'text 2', 'text 3']);
  });
}

function conditionOf(answer: XmlNode): readonly (string | undefined)[] {
  const found = elementsOf(answer).find(({ name }) => name === 'error');
  return [found?.attrs['type'], found && elementsOf(found).find(({ name }) => name !== 'text')?.name];
}

function textsIn(play: Play): void {
  play('texts come from whoever writes, with the id of Twilio, and are read by nobody else', async (cast) => {
    const { client, number, phone, contact } = await cast.texter('juliet');
    await cast.texter('romeo');
    const { twilio } = cast.world;
    const sid = await twilio.text(phone, number, 'Ça va ? <& ☺ 🌹');
    await client.receives(
      `<message from='${contact}' type='chat' id='${sid}'><body>Ça va ? &lt;&amp; ☺ 🌹</body></message>`,
    );
    await twilio.text('AMAZON', number, 'Your parcel is here');
    await client.receives("<message type='chat'><body>Your parcel is here</body></message>");
    await twilio.text('33733', number, 'Your code');
    await client.receives("<message type='chat'><body>Your code</body></message>");
  });

  play('doubled and out of order: each once', async (cast) => {
    const { client, number, phone, contact } = await cast.texter('juliet');
    const { twilio } = cast.world;
    await twilio.fault('double', { on: 'text' });
    await twilio.text(phone, number, 'twice');
    await client.receives(chat(contact, 'twice'));
    await twilio.fault('reorder', { on: 'text' });
    const [first, second] = [await twilio.text(phone, number, 'first'), await twilio.text(phone, number, 'second')];
    for (const [id, body] of [
      [second, 'second'],
      [first, 'first'],
    ]) {
      await client.receives(`<message id='${id}'><body>${body}</body></message>`);
    }
  });

  play('posts that Twilio has not signed are refused and not shown', async (cast) => {
    const { client, number, phone, contact } = await cast.texter('juliet');
    const { twilio, webhook } = cast.world;
    const forged = { MessageSid: 'SM1', From: phone, To: number, Body: 'forged' };
    const post = async (headers: Readonly<Record<string, string>>): Promise<number> =>
      (await fetch(webhook, { method: 'POST', headers, body: new URLSearchParams(forged) })).status;
    expect(await post({})).toBe(400);
    expect(await post({ 'x-twilio-signature': 'RSOYDt4T1cUTdK1PDd93/VVr8B8=' })).toBe(403);
    await twilio.text(phone, number, 'genuine');
    await client.receives(chat(contact, 'genuine'));
  });

  play('STOP is shown, and nothing goes there until START', async (cast) => {
    const { client, number, phone, contact } = await cast.texter('juliet');
    const { twilio } = cast.world;
    await twilio.text(phone, number, 'Stop');
    await client.receives(chat(contact, 'Stop'));
    await client.receives(`<message from='${SMS}' type='chat'><body>*</body></message>`);
    const asked = (): number => twilio.journal().filter((one) => one.t === 'asked' && one.method === 'POST').length;
    const before = asked();
    client.sends(say(contact, 'm1', 'hello'));
    await client.receives(`<message type='error' id='m1'>${error('auth', 'forbidden')}</message>`);
    expect(asked()).toBe(before);
    await twilio.text(phone, number, 'START');
    await client.receives(chat(contact, 'START'));
    await client.receives(`<message from='${SMS}' type='chat'><body>*</body></message>`);
    client.sends(say(contact, 'm2', 'hello again'));
    await client.receives(receipt(contact, 'm2'));
    expect(bodiesTo(cast.world, phone)).toEqual(['hello again']);
  });
}

function unknownOutcomes(play: Play): void {
  play('nobody knows whether it was taken: it is looked for, and sent once', async (cast) => {
    const { client } = await cast.texter('juliet');
    const { twilio } = cast.world;
    const faults = ['cut-after', 'cut-before', 'hang-after', 'hang-before', 'refuse'] as const;
    const phones = await Promise.all(
      faults.map(async (name) => {
        const phone = cast.world.newPhone();
        await twilio.fault(name, { phone, ...(name === 'refuse' && { code: 20500, status: 500, plain: true }) });
        return phone;
      }),
    );
    for (const [n, phone] of phones.entries()) client.sends(say(`${phone}@${SMS}`, `m${n}`, 'Once only'));
    for (const phone of phones) client.sends(say(`${phone}@${SMS}`, `again-${phone}`, 'Once only'));
    const all = phones.flatMap((phone, n) => [`m${n}`, `again-${phone}`].map((id) => receipt(`${phone}@${SMS}`, id)));
    for (const one of all) await client.finds(one, 90_000);
    for (const phone of phones) expect(bodiesTo(cast.world, phone)).toEqual(['Once only', 'Once only']);
  });
}
