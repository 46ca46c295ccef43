// Section 23.1.15: another host, account or real name of somebody is data: used where it counts, and shown to nobody as news.

import { expect } from 'vitest';
import { elementsOf, type XmlNode } from '../support/xml-tree.ts';
import { BENVOLIO, gone, here, MUC_ADMIN, ROOM } from './patterns.ts';
import { conformance } from './proves.ts';

const identityIn = (node: XmlNode): string =>
  elementsOf(node).find(({ name }) => name === 'occupant-id')?.attrs['id'] ?? '';
const card = (name: string): string =>
  `<iq type='result' id='v' from='${BENVOLIO}'><vCard xmlns='vcard-temp'><FN>${name}</FN></vCard></iq>`;

conformance(
  {
    '23.1.15': [
      'vcards are out',
      'bans are of another host',
      'occupants are known by their nick',
      'occupants have no id',
      'presence is told twice',
      'nobody is asked about',
    ],
  },
  'bans are of the new host, the vCard has the new name, who comes back with the account is the same; none of it is a presence',
  {},
  async ({ romeo, irc, clock }) => {
    irc.caps = ['multi-prefix', 'chghost', 'setname', 'account-notify', 'extended-join'];
    const ask = `<iq to='${BENVOLIO}' type='get' id='v'><vCard xmlns='vcard-temp'/></iq>`;
    const joined = await romeo.joins(ROOM, 'romeo');
    const before = joined.find(({ attrs }) => attrs['from'] === `${ROOM}/benvolio`);
    await romeo.asks(ask, card('benvolio of Verona'));
    for (const change of ['CHGHOST benvolio mantua.test', 'SETNAME :Ben of Mantua', 'ACCOUNT montague'])
      irc.tell('romeo', `:benvolio!benvolio@host.test ${change}`);
    await irc.flush('romeo');
    expect((await romeo.unread()).filter(({ name }) => name !== 'iq')).toEqual([]);

    romeo.sends(
      `<iq to='${ROOM}' type='set' id='b'><query xmlns='${MUC_ADMIN}'><item nick='benvolio' affiliation='outcast'/></query></iq>`,
    );
    await irc.receives(/MODE #verona \+b \*!\*@mantua\.test$/);
    irc.refuse(
      'WHOIS benvolio',
      '311 %n benvolio benvolio mantua.test * :Ben of Mantua\r\n:irc.test 318 %n benvolio :End of /WHOIS list.',
    );
    // What was answered before is believed for a while.
    clock.speed = 100;
    await clock.passed(130_000);
    clock.speed = 1;
    await romeo.asks(ask, card('Ben of Mantua'));

    await romeo.receives(gone('benvolio'));
    irc.tell('romeo', ':ben!ben@mantua.test JOIN #verona montague :Ben of Mantua');
    const now = await romeo.receives(here('ben'));
    expect(identityIn(now)).not.toBe('');
    expect(before && identityIn(before)).toBe(identityIn(now));
    expect((await romeo.unread()).filter(({ name }) => name === 'presence')).toEqual([]);
  },
);
