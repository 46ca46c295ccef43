// Nicks of occupants: fit for a resource (MAP-6), and never two alike in a room (MAP-8).

import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ParticipantId, participantId } from '../../src/model/ids.ts';
import { OccupantNames, occupantNick } from '../../src/xmpp/occupant-nick.ts';
import { displayNames, matrixUsers } from '../support/foreign-names.ts';
import { isOpaqueString } from '../support/precis.ts';
import { ProsodyPrep } from '../support/prosody-prep.ts';

let prosody: ProsodyPrep;
beforeAll(async () => {
  prosody = await ProsodyPrep.start();
}, 900_000);
afterAll(() => prosody?.stop());

const romeo = participantId('@romeo:hs');
const juliet = participantId('@juliet:hs');
const tybalt = participantId('@tybalt:hs');

/** What nobody may share: the nick without regard to case, form and spaces. */
const seen = (nick: string): string => nick.normalize('NFKC').toUpperCase().toLowerCase().replace(/\s+/g, ' ').trim();

describe('occupantNick', () => {
  test.each([
    ['Juliet', 'Juliet'],
    ['[m]_`^{}|\\', '[m]_`^{}|\\'],
    ['', 'nameless'],
    ['\u200b\ufe0f', 'nameless'],
    ['\u0002Ro\u202emeo ', 'Romeo'],
    ['x'.repeat(61), 'x'.repeat(60)],
    ['x'.repeat(59) + 'e\u0301', `${'x'.repeat(59)}é`],
    ['x'.repeat(59) + 'q\u0301', 'x'.repeat(59)],
    ['x'.repeat(59) + '👍🏽', 'x'.repeat(59)],
    [`${'x'.repeat(59)} y`, 'x'.repeat(59)],
    ['😀'.repeat(500), '😀'.repeat(60)],
    [`q${'\u0301\u0323'.repeat(1000)}`, undefined],
    [`${'א'.repeat(59)}1`, 'א'.repeat(59)],
    ['x'.repeat(1_000_000), 'x'.repeat(60)],
  ])('example %#', (display, nick) => {
    const made = occupantNick(display);
    if (nick !== undefined) expect(made).toBe(nick);
    expect(Array.from(made).length).toBeLessThanOrEqual(60);
  });

  test('3,000 names of any kind are visible, short, and left as they are by a server', {
    timeout: 60_000,
  }, async () => {
    const name = fc.asyncProperty(displayNames, async (display) => {
      const nick = occupantNick(display);
      expect(await prosody.prepare('resourceprep', false, [nick])).toEqual([nick]);
      expect(isOpaqueString(nick)).toBe(true);
      expect(Array.from(nick).length).toBeGreaterThan(0);
      expect(Array.from(nick).length).toBeLessThanOrEqual(60);
      expect(occupantNick(nick)).toBe(nick);
    });
    await fc.assert(name, { numRuns: 3_000 });
  });
});

describe('OccupantNames', () => {
  test('tells namesakes apart by their ids, and keeps what it gave', () => {
    const names = new OccupantNames();
    expect(names.name(romeo, 'Bob')).toBe('Bob');
    expect(names.name(juliet, 'bob')).toBe('bob (@juliet:hs)');
    expect(names.name(tybalt, ' ＢＯＢ\u200b')).toBe('BOB (@tybalt:hs)');
    expect(names.name(romeo, 'something else')).toBe('Bob');
    names.remove(romeo);
    expect(names.name(juliet, 'bob')).toBe('bob (@juliet:hs)');
    expect(names.name(romeo, 'Bob')).toBe('Bob');
  });

  test('counts where the id is taken, too, or can not stand there', () => {
    const names = new OccupantNames();
    names.name(romeo, 'Bob');
    expect(names.name(juliet, 'Bob (@tybalt:hs)')).toBe('Bob (@tybalt:hs)');
    expect(names.name(tybalt, 'Bob')).toBe('Bob (2)');
    names.name(participantId('1'), 'דוד');
    expect(names.name(participantId('@d:hs'), 'דוד')).toBe('דוד 2־');
    expect(names.name(participantId('\u200b'), 'bob')).toBe('bob (3)');
  });

  test('finds the holder in any case', () => {
    const names = new OccupantNames();
    names.name(romeo, 'Straße');
    expect(names.holder('STRASSE')).toBe(romeo);
    expect(names.holder(' straße ')).toBe(romeo);
    expect(names.holder('juliet')).toBeUndefined();
    names.remove(romeo);
    expect(names.holder('Straße')).toBeUndefined();
  });

  test('renames: own case, a taken nick, the one just given up', () => {
    const names = new OccupantNames();
    names.name(romeo, 'Romeo');
    names.name(juliet, 'Juliet');
    expect(names.rename(romeo, 'ROMEO')).toBe('ROMEO');
    expect(names.rename(romeo, 'juliet')).toBe('juliet (@romeo:hs)');
    expect(names.rename(juliet, 'Romeo')).toBe('Romeo');
    expect(names.rename(romeo, 'Juliet')).toBe('Juliet');
    expect(names.holder('juliet (@romeo:hs)')).toBeUndefined();
  });

  test('a swap is told in an order in which no two are alike', () => {
    const names = new OccupantNames();
    names.name(romeo, 'Romeo');
    names.name(juliet, 'Juliet');
    names.name(tybalt, 'Tybalt');
    const steps = names.renameAll([
      [romeo, 'Juliet'],
      [juliet, 'Romeo'],
      [tybalt, 'Tybalt'],
    ]);
    expect(steps).toEqual([
      { id: juliet, from: 'Juliet', to: 'Romeo (@juliet:hs)' },
      { id: romeo, from: 'Romeo', to: 'Juliet' },
      { id: juliet, from: 'Romeo (@juliet:hs)', to: 'Romeo' },
    ]);
    expect(names.name(tybalt, '')).toBe('Tybalt');
  });

  test('the same people get the same nicks, in whatever order they are named', () => {
    const people: [ParticipantId, string][] = [
      [tybalt, 'Bob'],
      [romeo, 'bob'],
      [juliet, 'BOB'],
    ];
    const nicks = [people, people.toReversed()].map((order) => {
      const names = new OccupantNames();
      names.nameAll(order);
      return people.map(([id]) => names.name(id, ''));
    });
    expect(nicks[0]).toEqual(nicks[1]);
  });

  test('2,000 namesakes without useful ids', () => {
    const names = new OccupantNames();
    const nicks = Array.from({ length: 2_000 }, (_, index) =>
      names.name(participantId('\u200b'.repeat(index)), 'guest'),
    );
    expect(new Set(nicks.map(seen)).size).toBe(2_000);
    expect(nicks[1_999]).toBe('guest (2000)');
  });

  test('whatever happens in a room, no two people are ever called alike', { timeout: 60_000 }, async () => {
    const id = fc.oneof(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h'), matrixUsers).map(participantId);
    const person = fc.tuple(id, displayNames);
    const happening = fc.oneof(
      fc.record({ what: fc.constantFrom('name' as const, 'rename' as const, 'remove' as const), who: person }),
      fc.record({
        what: fc.constant('renameAll' as const),
        who: fc.uniqueArray(person, { selector: ([who]) => who, maxLength: 8 }),
      }),
    );
    const room = fc.asyncProperty(fc.array(happening, { maxLength: 40 }), async (happenings) => {
      const names = new OccupantNames();
      const shown = new Map<ParticipantId, string>();
      const all = new Set<string>();
      const show = (who: ParticipantId, nick: string): void => {
        shown.set(who, nick);
        all.add(nick);
        expect(new Set([...shown.values()].map(seen)).size).toBe(shown.size);
      };
      for (const { what, who } of happenings) {
        if (what === 'renameAll') {
          for (const step of names.renameAll(who)) {
            expect(step.from).toBe(shown.get(step.id));
            expect(step.to).not.toBe(step.from);
            show(step.id, step.to);
          }
        } else if (what === 'remove') {
          names.remove(who[0]);
          shown.delete(who[0]);
        } else if (what === 'rename') show(who[0], names.rename(...who));
        else show(who[0], names.name(...who));
        for (const [known, nick] of shown) expect(names.name(known, '')).toBe(nick);
      }
      const nicks = [...all];
      if (nicks.length > 0) expect(await prosody.prepare('resourceprep', false, nicks)).toEqual(nicks);
    });
    await fc.assert(room, { numRuns: 400 });
  });
});
