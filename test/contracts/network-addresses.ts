// The contract of networks, first part: what is pure.

import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BridgeError } from '../../src/model/errors.ts';
import { conversationId } from '../../src/model/ids.ts';
import type { NetworkDriver } from './network-driver.ts';
import type { Scenes } from './network-scenes.ts';

export function addressContract(driver: NetworkDriver, scenes: Scenes): void {
  test.each(driver.written)('$typed is $id', ({ typed, id, kind }) => {
    const pure = driver.create();
    const place = pure.parse(typed);
    expect(place).toMatchObject({ conversation: id, kind });
    expect(pure.placeOf(place.conversation)).toEqual(place);
    expect(pure.parse(place.uri)).toEqual(place);
    expect(pure.parse(typed)).toEqual(place);
  });

  test.each(driver.malformed)('%j is malformed, with words that help', (typed) => {
    const parse = (): unknown => driver.create().parse(typed);
    expect(parse).toThrow(BridgeError);
    expect(parse).toThrow(expect.objectContaining({ code: 'malformed', message: expect.stringMatching(/\S \S/) }));
  });

  test.each(driver.impossible)('%j is no place', (id) => {
    expect(driver.create().placeOf(conversationId(id))).toBeUndefined();
  });

  test('whatever is typed is either a place that comes back as itself, or malformed', () => {
    const pure = driver.create();
    const typed = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: 'grapheme' }),
      fc.string({ unit: 'grapheme' }).map((name) => `#${name}`),
    );
    fc.assert(
      fc.property(typed, (text) => {
        try {
          const place = pure.parse(text);
          expect(pure.placeOf(place.conversation)).toEqual(place);
          expect(pure.parse(place.uri)).toEqual(place);
          expect(pure.accountOf(place.conversation)).toBe(pure.accountOf(place.conversation));
        } catch (error) {
          if (!(error instanceof BridgeError)) throw error;
          expect(error.code).toBe('malformed');
        }
      }),
      { numRuns: 2_000 },
    );
  });

  test('lanes and accounts are the same whenever they are asked for', async () => {
    const pure = driver.create();
    const { room } = await scenes.scene(false);
    const say = { kind: 'say', conversation: room, body: { kind: 'text', text: 'x' } } as const;
    expect(pure.laneOf(say)).toBe(scenes.world.network.laneOf({ ...say }));
    expect(pure.accountOf(room)).toBe(scenes.world.account('x').key);
  });
}
