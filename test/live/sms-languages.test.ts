// What people are told of texts that did not go out, or not arrive, in German for whoever reads German: at once, and late.

import { afterAll, beforeAll, expect, test } from 'vitest';
import { bodyOf, SMS, SmsCast, SmsWorld } from '../support/twilio-world.ts';
import { elementsOf, textOf } from '../support/xml-tree.ts';

let world: SmsWorld;
beforeAll(async () => {
  world = await SmsWorld.open('prosody');
});
afterAll(() => world.close());

const say = (to: string, id: string, body: string): string =>
  `<message to='${to}' type='chat' id='${id}' xml:lang='de'><body>${body}</body></message>`;

test('why a text was refused, why it did not arrive, and what is said in the place of texts', async () => {
  const cast = new SmsCast(world);
  try {
    const { client, number, phone, contact } = await cast.texter('juliet');
    const { twilio } = world;
    const nowhere = world.newPhone();
    await twilio.fault('refuse', { code: 21211, phone: nowhere });
    client.sends(say(`${nowhere}@${SMS}`, 'm1', 'hallo'));
    const refused = await client.receives(`<message type='error' id='m1'><error/></message>`);
    expect(elementsOf(refused).flatMap(elementsOf).map(textOf).join('')).toBe(
      'Diese Nummer gibt es nicht. (Twilio 21211)',
    );

    await twilio.script([{ status: 'sent' }, { status: 'undelivered', code: 30003 }], { to: phone });
    client.sends(say(contact, 'm2', 'bist du da?'));
    expect(bodyOf(await client.receives(`<message from='${contact}' type='chat'><body>*</body></message>`))).toBe(
      'Nicht zugestellt: Das Telefon ist ausgeschaltet oder nicht erreichbar. (Twilio 30003)',
    );

    await twilio.text(phone, number, '');
    await client.receives(`<message from='${contact}' type='chat'><body>[leere SMS]</body></message>`);
    await twilio.text(phone, number, 'STOP');
    await client.receivesInAnyOrder(
      `<message from='${contact}' type='chat'><body>STOP</body></message>`,
      `<message from='${SMS}' type='chat' xml:lang='de'><body>*</body></message>`,
    );
    client.sends(say(contact, 'm3', 'und jetzt?'));
    const stopped = await client.receives(`<message type='error' id='m3'><error/></message>`);
    expect(elementsOf(stopped).flatMap(elementsOf).map(textOf).join('')).toMatch(/^Diese Person möchte keine SMS mehr/);
    await cast.nothingIsLeft();
  } catch (thrown) {
    console.error(cast.transcript);
    throw thrown;
  } finally {
    await cast.leave();
  }
});
