// Linking an account: by form, by the old fields, by command; changing it, keeping it over a restart, and taking all of it back
// (XEP-0077, XEP-0050, XEP-0100 4).

import { expect } from 'vitest';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { error, FORMS, REGISTER } from '../support/openings.ts';
import { GATEWAY, type Person, scenario, SERVER } from '../support/scenario.ts';

const COMMANDS = 'http://jabber.org/protocol/commands';

const form = (answers: Readonly<Record<string, string>>): string =>
  `<x xmlns='${FORMS}' type='submit'><field var='FORM_TYPE'><value>${REGISTER}</value></field>${Object.entries(answers)
    .map(([name, value]) => `<field var='${name}'><value>${value}</value></field>`)
    .join('')}</x>`;

const register = (inside: string): string => `<query xmlns='${REGISTER}'>${inside}</query>`;
const state = (client: Person): Promise<XmlNode> => client.asks('get', GATEWAY, register(''));

/** Values of the form in an answer. */
function valuesIn(answer: XmlNode): Record<string, string> {
  const found = elementsOf(answer)
    .flatMap(elementsOf)
    .find(({ name, ns }) => name === 'x' && ns === FORMS);
  const fields = elementsOf(found ?? answer).filter(({ name }) => name === 'field');
  return Object.fromEntries(
    fields.map((field) => [
      field.attrs['var'] ?? '',
      elementsOf(field)
        .filter(({ name }) => name === 'value')
        .map(textOf)
        .join('|'),
    ]),
  );
}

/** Registers, and lets the gateway see her presence as it asks to. */
async function signsUp(client: Person, nick: string): Promise<void> {
  await client.asksAndGets('set', GATEWAY, register(form({ server: SERVER, nick })), "<iq type='result'/>");
  await client.receives(`<presence from='${GATEWAY}' type='subscribe'/>`);
  client.sends(`<presence to='${GATEWAY}' type='subscribed'/>`);
  await client.settles();
}

scenario('a stranger is offered a form and the old fields', async ({ romeo }) => {
  await romeo.asksAndGets(
    'get',
    GATEWAY,
    register(''),
    `<iq type='result' from='${GATEWAY}'><query xmlns='${REGISTER}'><!registered/><instructions/><nick/><username/><password/>
       <x xmlns='${FORMS}' type='form'><field var='FORM_TYPE' type='hidden'><value>${REGISTER}</value></field>
         <field var='nick' type='text-single'><required/></field>
         <field var='password' type='text-private'/>
         <field var='stayConnected' type='boolean'/></x></query></iq>`,
  );
});

scenario('romeo registers by form: the result first, then the gateway asks for his presence', async ({ romeo }) => {
  romeo.sends(`<iq type='set' id='r1' to='${GATEWAY}'>${register(form({ server: SERVER, nick: 'romeo' }))}</iq>`);
  await romeo.receives(`<iq type='result' id='r1' from='${GATEWAY}'/>`);
  await romeo.receives(`<presence from='${GATEWAY}' type='subscribe'/>`);
  const answer = await state(romeo);
  expect(valuesIn(answer)).toMatchObject({ nick: 'romeo', server: SERVER });
  await romeo.asksAndGets(
    'get',
    GATEWAY,
    register(''),
    `<iq type='result'><query xmlns='${REGISTER}'><registered/></query></iq>`,
  );
});

scenario('romeo registers by the old fields', async ({ romeo }) => {
  await romeo.asksAndGets('set', GATEWAY, register('<nick>romeo</nick>'), "<iq type='result'/>");
  await romeo.receives(`<presence from='${GATEWAY}' type='subscribe'/>`);
  expect(valuesIn(await state(romeo))).toMatchObject({ nick: 'romeo' });
});

scenario('a form without a nick is sent back with a word about it', async ({ romeo }) => {
  await romeo.asksAndGets(
    'set',
    GATEWAY,
    register(form({ server: SERVER })),
    `<iq type='error'>${error('modify', 'not-acceptable')}</iq>`,
  );
  const answer = await romeo.asks('set', GATEWAY, register(form({ server: SERVER, nick: 'not a nick' })));
  const text = elementsOf(answer)
    .flatMap(elementsOf)
    .find(({ name }) => name === 'text');
  expect(textOf(text ?? answer)).toContain('nick');
  await romeo.asksAndGets(
    'get',
    GATEWAY,
    register(''),
    `<iq type='result'><query xmlns='${REGISTER}'><!registered/></query></iq>`,
  );
});

scenario('romeo changes his account; what he leaves out stays', async ({ romeo }) => {
  await signsUp(romeo, 'romeo');
  const change = form({ server: SERVER, nick: 'montague', stayConnected: '0' });
  await romeo.asksAndGets('set', GATEWAY, register(change), "<iq type='result'/>");
  const after = await state(romeo);
  expect(valuesIn(after)).toMatchObject({ nick: 'montague', server: SERVER });
});

scenario('a password that the server can not check is refused, and nothing is kept of it', async ({ romeo }) => {
  const answer = await romeo.asks(
    'set',
    GATEWAY,
    register(form({ server: SERVER, nick: 'romeo', password: 'wherefore' })),
  );
  expect(answer.attrs['type']).toBe('error');
  const texts = elementsOf(answer).flatMap(elementsOf).map(textOf).join('');
  expect(texts).toContain("can't check account passwords");
  expect(texts).not.toContain('wherefore');
  await romeo.asksAndGets(
    'get',
    GATEWAY,
    register(''),
    `<iq type='result'><query xmlns='${REGISTER}'><!registered/></query></iq>`,
  );
});

scenario('his account is there after a restart of the gateway', async ({ romeo, world }) => {
  await signsUp(romeo, 'romeo');
  await world.gateway.restart();
  expect(valuesIn(await state(romeo))).toMatchObject({ nick: 'romeo', server: SERVER });
});

scenario('romeo takes his account back: the result first, then nothing of the gateway is left', async ({ romeo }) => {
  await signsUp(romeo, 'romeo');
  romeo.sends(`<iq type='set' id='r2' to='${GATEWAY}'>${register('<remove/>')}</iq>`);
  await romeo.receives(`<iq type='result' id='r2' from='${GATEWAY}'/>`);
  await romeo.finds(`<presence from='${GATEWAY}' type='unavailable'/>`);
  await romeo.skips('the end of the subscription', ({ attrs }) => /^unsubscribed?$/.test(attrs['type'] ?? ''));
  await romeo.asksAndGets(
    'get',
    GATEWAY,
    register(''),
    `<iq type='result'><query xmlns='${REGISTER}'><!registered/></query></iq>`,
  );
});

scenario('there is nothing to take back without an account, and a removal stands alone', async ({ romeo }) => {
  await romeo.asksAndGets(
    'set',
    GATEWAY,
    register('<remove/>'),
    `<iq type='error'>${error('auth', 'registration-required')}</iq>`,
  );
  await signsUp(romeo, 'romeo');
  await romeo.asksAndGets(
    'set',
    GATEWAY,
    register('<remove/><nick>x</nick>'),
    `<iq type='error'>${error('modify', 'bad-request')}</iq>`,
  );
});

scenario('romeo registers by command', async ({ romeo }) => {
  const first = await romeo.asksAndGets(
    'set',
    GATEWAY,
    `<command xmlns='${COMMANDS}' node='${REGISTER}' action='execute'/>`,
    `<iq type='result'><command xmlns='${COMMANDS}' node='${REGISTER}' status='executing' sessionid='*'>
       <actions execute='*'/><x xmlns='${FORMS}' type='form'/></command></iq>`,
  );
  const session = elementsOf(first)[0]?.attrs['sessionid'] ?? '';
  const submit = (answers: Readonly<Record<string, string>>): string =>
    `<command xmlns='${COMMANDS}' node='${REGISTER}' action='complete' sessionid='${session}'>${form(answers)}</command>`;
  await romeo.asksAndGets(
    'set',
    GATEWAY,
    submit({ server: SERVER, nick: 'not a nick' }),
    `<iq type='result'><command xmlns='${COMMANDS}' status='executing' sessionid='${session}'><note type='warn'/></command></iq>`,
  );
  romeo.sends(`<iq type='set' id='c9' to='${GATEWAY}'>${submit({ server: SERVER, nick: 'romeo' })}</iq>`);
  await romeo.receives(
    `<iq type='result' id='c9'><command xmlns='${COMMANDS}' status='completed'><note type='info'/></command></iq>`,
  );
  await romeo.receives(`<presence from='${GATEWAY}' type='subscribe'/>`);
  expect(valuesIn(await state(romeo))).toMatchObject({ nick: 'romeo' });
});

scenario('a command that is not there, and a session that is not hers', async ({ romeo, juliet }) => {
  const command = (attrs: string): string => `<command xmlns='${COMMANDS}' ${attrs}/>`;
  await romeo.asksAndGets(
    'set',
    GATEWAY,
    command("node='elope'"),
    `<iq type='error'>${error('cancel', 'item-not-found')}</iq>`,
  );
  const first = await romeo.asks('set', GATEWAY, command(`node='${REGISTER}'`));
  const session = elementsOf(first)[0]?.attrs['sessionid'] ?? '';
  await juliet.asksAndGets(
    'set',
    GATEWAY,
    command(`node='${REGISTER}' action='cancel' sessionid='${session}'`),
    `<iq type='error'>${error('modify', 'bad-request').replace('</error>', `<bad-sessionid xmlns='${COMMANDS}'/></error>`)}</iq>`,
  );
  await romeo.asksAndGets(
    'set',
    GATEWAY,
    command(`node='${REGISTER}' action='cancel' sessionid='${session}'`),
    `<iq type='result'><command xmlns='${COMMANDS}' status='canceled'/></iq>`,
  );
});

scenario('one who has an account joins under its nick', async ({ romeo, irc }) => {
  await irc.channel('#verona', { nicks: ['@tybalt'] });
  await signsUp(romeo, 'montague');
  romeo.sends(
    `<presence to='#verona%${SERVER}@${GATEWAY}/romeo'><x xmlns='http://jabber.org/protocol/muc'/></presence>`,
  );
  await irc.receives('montague JOIN #verona');
  await romeo.finds("<message type='groupchat'><subject/></message>");
  await romeo.forgets(({ name }) => name === 'presence');
});
