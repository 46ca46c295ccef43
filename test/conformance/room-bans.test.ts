// Sections 19.6, 19.7 and 23: who is banned on IRC, and what is told as a ban.

import { expect } from 'vitest';
import { elementsOf } from '../support/xml-tree.ts';
import { error, MUC_ADMIN, MUC_USER, ROOM, status } from './patterns.ts';
import { conformance } from './proves.ts';
import type { Client } from './world.ts';

const SECOND = '#second%test@irc.localhost';
const set = (item: string): string =>
  `<iq to='${ROOM}' type='set' id='set'><query xmlns='${MUC_ADMIN}'>${item}</query></iq>`;
const outcast = (jid: string): string => set(`<item jid='${jid}' affiliation='outcast'/>`);
const DONE = `<iq type='result' id='set' from='${ROOM}'/>`;
const refused = (what: Parameters<typeof error>[0]): string =>
  `<iq type='error' id='set' from='${ROOM}'>${error(what)}</iq>`;

async function banned(person: Client): Promise<readonly (string | undefined)[]> {
  const got = await person.asks(
    `<iq to='${ROOM}' type='get' id='list'><query xmlns='${MUC_ADMIN}'><item affiliation='outcast'/></query></iq>`,
    `<iq type='result' id='list'/>`,
  );
  return elementsOf(got)
    .flatMap(elementsOf)
    .map(({ attrs }) => attrs['jid']);
}

conformance(
  { '19.6.3': ['nobody is kicked', 'every kick is a ban'], '23.1.27': 'nobody is banned' },
  'a kick is told as a ban only behind one that stands and is about them',
  {},
  async ({ romeo, irc }) => {
    irc.channel('#second', { nicks: ['@tybalt', 'mercutio', 'benvolio', 'sampson'] });
    await romeo.joins(SECOND, 'romeo');
    const kicked = async (nick: string, how: string): Promise<void> => {
      irc.kicks('tybalt', nick, '#second', 'a plague');
      await romeo.receives(
        `<presence from='${SECOND}/${nick}' type='unavailable'><x xmlns='${MUC_USER}'>${how}</x></presence>`,
      );
    };
    irc.modes('tybalt', '#second', '+b mercutio!*@*');
    irc.modes('tybalt', '#second', '-b+b mercutio!*@* sampson!*@*');
    await kicked('mercutio', `<item affiliation='none' role='none'/>${status(307)}<!status code='301'/>`);
    await kicked('benvolio', `<item affiliation='none' role='none'/>${status(307)}<!status code='301'/>`);
    await kicked('sampson', `<item affiliation='outcast' role='none'/>${status(301)}<!status code='307'/>`);
  },
);

conformance(
  {
    '19.6.11': ['no confirmations', 'room administration is out', 'silent errors', 'bans are not set'],
    '23.1.27': ['room administration is out', 'bans are not set'],
  },
  'somebody who is not there is banned by nick, all of a kind by a mask; again is no trouble; and let in again; nothing else',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    const paris = '*!*\\40paris.test@irc.localhost';
    const nurse = 'nurse!*\\40*@irc.localhost';
    const mercutio = 'mercutio!*\\40*@irc.localhost';
    await romeo.asks(outcast(nurse), DONE);
    await irc.receives(/^romeo MODE #verona \+b nurse!\*@\*$/);
    await romeo.asks(outcast('mercutio%test@irc.localhost'), DONE);
    await irc.receives(/^romeo MODE #verona \+b mercutio!\*@\*$/);
    for (const jid of [paris, 'nurse!*\\40*%test@irc.localhost', 'mercutio%test@irc.localhost'])
      await romeo.asks(outcast(jid), DONE);
    expect(await banned(romeo)).toEqual([paris, nurse, mercutio]);
    await romeo.asks(set(`<item jid='${nurse}' affiliation='admin'/>`), refused('cancel/not-allowed'));
    for (const jid of [
      'mercutio%other@irc.localhost',
      'a\\20b!*\\40*@irc.localhost',
      '#second%test@irc.localhost',
      'm@localhost',
    ])
      await romeo.asks(outcast(jid), refused('cancel/item-not-found'));
    expect(await banned(romeo)).toEqual([paris, nurse, mercutio]);
    await romeo.asks(set(`<item jid='mercutio%test@irc.localhost' affiliation='none'/>`), DONE);
    await romeo.asks(set(`<item jid='${nurse}' affiliation='none'/>`), DONE);
    await romeo.asks(set(`<item jid='${nurse}' affiliation='none'/>`), refused('cancel/item-not-found'));
    expect(await banned(romeo)).toEqual([paris]);
    expect(irc.lines.filter((line) => /MODE #verona [+-]b/.test(line))).toHaveLength(4);
    irc.refuse('MODE #verona', '482 %n #verona :You are not a channel operator');
    await romeo.asks(outcast(nurse), refused('auth/forbidden'));
  },
);

conformance(
  { '23.1.27': ['nobody is banned', 'room administration is out'] },
  'who is banned already and has got in all the same is put out as banned',
  {},
  async ({ romeo, irc }) => {
    await romeo.joins(ROOM, 'romeo');
    await romeo.asks(outcast('mercutio%test@irc.localhost'), DONE);
    irc.joins('mercutio', '#verona');
    await romeo.receives(`<presence from='${ROOM}/mercutio' !type/>`);
    await romeo.asks(set(`<item nick='mercutio' affiliation='outcast'/>`), DONE);
    await romeo.receives(
      `<presence from='${ROOM}/mercutio' type='unavailable'><x xmlns='${MUC_USER}'><item affiliation='outcast'/>${status(301)}</x></presence>`,
    );
  },
);
