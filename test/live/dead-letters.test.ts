// Dead letters while the gateway runs: an administrator lists them, looks at one, has it tried again, drops another; nobody else may.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DurableEcho, startDurableEcho } from '../support/durable-echo.ts';
import { DISCO_ITEMS, error, FORMS, REGISTER } from '../support/openings.ts';
import { startEjabberd, startProsody, type XmppServer } from '../support/servers.ts';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { XmppClient } from '../support/xmpp-client.ts';

const ECHO = 'echo.localhost';
const SECRET = 'a secret of the dead letters';
const COMMANDS = 'http://jabber.org/protocol/commands';
const NODE = "node='dead-letters'";

const all = (node: XmlNode): readonly XmlNode[] => [node, ...elementsOf(node).flatMap(all)];
const stage = (inside: string): string =>
  `<iq type='result'><command xmlns='${COMMANDS}' status='executing' sessionid='*'>${inside}</command></iq>`;
const done = (note: string): string =>
  `<iq type='result'><command xmlns='${COMMANDS}' status='completed'><note type='info'>${note}</note></command></iq>`;
const asks = (name: string): string =>
  stage(`<x xmlns='${FORMS}' type='form'><field var='${name}' type='list-single'/></x>`);
const form = (name: string, value: string): string =>
  `<x xmlns='${FORMS}' type='submit'><field var='${name}'><value>${value}</value></field></x>`;
const command = (attrs: string, inside = ''): string =>
  `<command xmlns='${COMMANDS}' ${NODE} ${attrs}>${inside}</command>`;

describe.each([
  ['Prosody', startProsody],
  ['ejabberd', startEjabberd],
] as const)('on %s', (_name, startServer) => {
  let xmpp: XmppServer;
  let echo: DurableEcho;
  beforeAll(async () => {
    xmpp = await startServer({ components: [{ domain: ECHO, secret: SECRET }] });
    const { componentPort } = xmpp;
    echo = await startDurableEcho({ domain: ECHO, secret: SECRET, componentPort, admins: ['friar@localhost'] });
  });
  afterAll(async () => {
    await echo?.stop();
    await xmpp?.stop();
  });

  async function person(name: string): Promise<XmppClient> {
    const login = { name, password: 'secret', port: xmpp.c2sPort, resource: 'cell', register: true };
    const client = await XmppClient.connect(login);
    await client.appears();
    return client;
  }

  /** @returns the session and what can be chosen. */
  async function lists(friar: XmppClient) {
    const answer = await friar.asksAndGets('set', ECHO, command(''), asks('letter'));
    const options = all(answer).filter(({ name }) => name === 'option');
    const letters = options.map((option) => ({
      id: elementsOf(option).map(textOf).join(''),
      label: option.attrs['label'] ?? '',
    }));
    const session = `sessionid='${elementsOf(answer)[0]?.attrs['sessionid']}'`;
    return { letters, session };
  }

  test('a message that was given up is tried again by an administrator, and another one is dropped', async () => {
    const [romeo, friar] = [await person('romeo'), await person('friar')];
    const account = '<username>romeo</username><password>x</password>';
    await romeo.asksAndGets('set', ECHO, `<query xmlns='${REGISTER}'>${account}</query>`, "<iq type='result'/>");
    await romeo.receives(`<presence type='subscribe'/>`);
    await friar.asksAndGets('set', ECHO, command(''), done('There are none.'));

    await echo.network.order('fault', { fault: 'refuse', forMs: 120_000, code: 'internal', text: 'Something broke.' });
    for (const [id, to] of [
      ['banished', 'mercutio'],
      ['farewell', 'benvolio'],
    ] as const)
      romeo.sends(`<message to='${to}@${ECHO}' type='chat' id='${id}'><body>${id}</body></message>`);
    await romeo.skips('both failures', ({ name }) => name === 'message', 60_000);
    await expect.poll(async () => (await lists(friar)).letters.length, { timeout: 60_000, interval: 250 }).toBe(2);
    await echo.network.order('fault', { fault: 'refuse', forMs: 0 });

    const { letters, session } = await lists(friar);
    for (const { label } of letters)
      expect(label).toMatch(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC romeo@localhost: Something broke\.$/);
    const contents: string[] = [];
    for (const { id } of letters) {
      const shown = await friar.asksAndGets(
        'set',
        ECHO,
        command((await lists(friar)).session, form('letter', id)),
        asks('action'),
      );
      contents.push(
        all(shown)
          .filter(({ name }) => name === 'instructions')
          .map(textOf)
          .join(''),
      );
    }
    expect(contents.join('\n')).toContain('banished');
    expect(contents.join('\n')).toContain('farewell');
    expect(contents.toSorted()[0]).toMatch(
      /^It was to be sent, and was given up\.\nTime: .* UTC\nUser: romeo@localhost\nTo: .*@echo\.localhost\nMessage: .*\nReason: Something broke\.$/,
    );
    const banished = letters[contents.findIndex((text) => text.includes('banished'))]?.id ?? '';
    const farewell = letters[contents.findIndex((text) => text.includes('farewell'))]?.id ?? '';

    // The administrator's form outlives the gateway, as every other.
    await friar.asksAndGets('set', ECHO, command(session, form('letter', banished)), asks('action'));
    await echo.gateway.crash();
    await friar.asksAndGets('set', ECHO, command(session, form('action', 'replay')), done('It is being tried again.'));
    await expect
      .poll(() => echo.network.journal().some((record) => JSON.stringify(record).includes('banished')), {
        timeout: 10_000,
      })
      .toBe(true);

    const second = await lists(friar);
    expect(second.letters.map(({ id }) => id)).toEqual([farewell]);
    await friar.asksAndGets(
      'set',
      ECHO,
      command(second.session, form('letter', banished)),
      stage(`<note type='warn'>That one is not there any more.</note><x xmlns='${FORMS}'><field var='letter'/></x>`),
    );
    await friar.asksAndGets('set', ECHO, command(second.session, form('letter', farewell)), asks('action'));
    await friar.asksAndGets('set', ECHO, command(second.session, form('action', 'drop')), done('It is dropped.'));
    await friar.asksAndGets('set', ECHO, command(''), done('There are none.'));
    expect(JSON.stringify(echo.network.journal())).not.toContain('farewell');
    await friar.close();
    await romeo.close();
  });

  test('nobody else sees the command or may use it', async () => {
    const mallory = await person('mallory');
    await mallory.asksAndGets(
      'get',
      ECHO,
      `<query xmlns='${DISCO_ITEMS}' node='${COMMANDS}'/>`,
      `<iq type='result'><query xmlns='${DISCO_ITEMS}'><!item node='dead-letters'/></query></iq>`,
    );
    await mallory.asksAndGets('set', ECHO, command(''), `<iq type='error'>${error('auth', 'forbidden')}</iq>`);
    await mallory.close();
  });
});
