// Section 7: commands after signing in that hold a password.

import { expect } from 'vitest';
import { elementsOf, textOf, type XmlNode } from '../support/xml-tree.ts';
import { COMMANDS, error, GATEWAY, joinOf, REGISTER } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

const FORMS = 'jabber:x:data';
const LINES = ['MODE romeo +i', 'PRIVMSG NickServ :IDENTIFY hunter2'];
const SHOWN = ['MODE romeo +i', 'PRIVMSG NickServ :IDENTIFY ********'];

const submit = (lines: readonly string[], nick = 'romeo'): string => {
  const field = (name: string, values: readonly string[]): string =>
    `<field var='${name}'>${values.map((value) => `<value>${value}</value>`).join('')}</field>`;
  const fields = field('server', ['test']) + field('nick', [nick]) + field('onConnect', lines);
  return `<iq to='${GATEWAY}' type='set' id='set'><query xmlns='${REGISTER}'><x xmlns='${FORMS}' type='submit'>${fields}</x></query></iq>`;
};
const all = (node: XmlNode): XmlNode[] => [node, ...elementsOf(node).flatMap(all)];

async function shownIn(romeo: Client, request: string): Promise<string[]> {
  const form = await romeo.asks(request, `<iq type='result' id='form'/>`);
  const field = all(form).find(({ attrs }) => attrs['var'] === 'onConnect');
  return field === undefined
    ? []
    : elementsOf(field)
        .filter(({ name }) => name === 'value')
        .map(textOf);
}

conformance(
  {
    'REG-3': ['what is masked is shown', 'results are empty'],
    'REG-4': 'results are empty',
    '6.2.2': 'what is masked is shown',
  },
  'what holds a password is masked in every form and in the talk, comes back as it was, and is in no log',
  {},
  async ({ romeo, irc, log }) => {
    await romeo.asks(submit(LINES), `<iq type='result' id='set'/>`);
    const forms = [
      `<iq to='${GATEWAY}' type='get' id='form'><query xmlns='${REGISTER}'/></iq>`,
      `<iq to='${GATEWAY}' type='set' id='form'><command xmlns='${COMMANDS}' node='settings'/></iq>`,
    ];
    for (const form of forms) expect(await shownIn(romeo, form)).toEqual(SHOWN);
    await romeo.asks(submit([...SHOWN, 'MODE romeo +w'], 'montague'), `<iq type='result' id='set'/>`);
    for (const form of forms) expect(await shownIn(romeo, form)).toEqual([...SHOWN, 'MODE romeo +w']);
    romeo.sends(joinOf('whoever'));
    await irc.receives(/montague PRIVMSG NickServ :IDENTIFY hunter2/);
    romeo.sends(`<message to='${GATEWAY}' type='chat' id='t'><body>settings</body></message>`);
    const talk = await romeo.receives(`<message from='${GATEWAY}' type='chat'><body>*</body></message>`);
    expect(JSON.stringify(talk)).toContain(SHOWN[1]);
    expect(JSON.stringify(log.lines)).not.toContain('hunter2');
  },
);

conformance(
  { '7.1': ['silent errors', 'every error is internal'] },
  'what is masked and stands for nothing known is asked for once more',
  {},
  async ({ romeo }) =>
    void (await romeo.asks(submit(SHOWN), `<iq type='error' id='set'>${error('modify/not-acceptable')}</iq>`)),
);
