// Which addresses a name typed by a stranger may lead to.

import { expect, test } from 'vitest';
import { isPrivateAddress, publicAddresses } from '../../src/http/host-guard.ts';
import { BridgeError } from '../../src/model/errors.ts';

test.each([
  '127.0.0.1',
  '127.255.1.1',
  '10.1.2.3',
  '172.16.0.1',
  '172.31.255.255',
  '192.168.1.1',
  '169.254.169.254',
  '100.64.0.1',
  '0.0.0.0',
  '224.0.0.1',
  '255.255.255.255',
  '198.18.0.1',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:a00:1',
  '64:ff9b::7f00:1',
  '64:ff9b::a00:1',
  '64:ff9b:1::1',
  'fe80::1',
  'fd00::1',
  'ff02::1',
  '2001:db8::1',
  '2002:7f00:1::',
  'not an address',
])('%s is private', (address) => {
  expect(isPrivateAddress(address)).toBe(true);
});

test.each(['1.1.1.1', '172.15.0.1', '172.32.0.1', '100.128.0.1', '2a00:1450::1', '::ffff:1.1.1.1', '64:ff9b::101:101'])(
  '%s is public',
  (address) => {
    expect(isPrivateAddress(address)).toBe(false);
  },
);

test('a name is refused for one private address among its own', async () => {
  for (const host of ['localhost', '127.0.0.1', '[::1]', '[::ffff:10.0.0.1]']) {
    const error: unknown = await publicAddresses(host).catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(BridgeError);
    expect(error).toMatchObject({ code: 'host-unknown' });
  }
  expect(await publicAddresses('1.1.1.1')).toEqual(['1.1.1.1']);
});
