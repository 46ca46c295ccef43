// Where the name of a host that people type may lead: to public addresses only (RFC 6890).

import { lookup } from 'node:dns/promises';
import { BlockList, isIP } from 'node:net';
import { BridgeError } from '../model/errors.ts';
import { words } from '../model/words.ts';

// RFC 6890 and its registry: everything that is not the public internet.
const PRIVATE_4 = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const;
// ::ffff:0:0/96 is left out: a mapped address is judged by what it maps.
const PRIVATE_6 = [
  ['::', 127],
  ['64:ff9b:1::', 48],
  ['100::', 64],
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['fc00::', 7],
  ['fe80::', 10],
  ['fec0::', 10],
  ['ff00::', 8],
] as const;

const privateAddresses = new BlockList();
for (const [net, bits] of PRIVATE_4) privateAddresses.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of PRIVATE_6) privateAddresses.addSubnet(net, bits, 'ipv6');

/** Addresses that a stranger's name must not lead to; also those that embed one. */
export function isPrivateAddress(address: string): boolean {
  const family = isIP(address);
  if (family === 0) return true;
  if (family === 4) return privateAddresses.check(address, 'ipv4');
  return privateAddresses.check(address, 'ipv6') || embedsPrivate(address);
}

// NAT64 (RFC 6052): the last 32 bits are an IPv4 address.
function embedsPrivate(address: string): boolean {
  const match = /^64:ff9b::(?:([0-9a-f]{1,4}):)?([0-9a-f]{1,4})$/i.exec(address);
  if (!match) return false;
  const [high, low] = [Number.parseInt(match[1] ?? '0', 16), Number.parseInt(match[2] ?? '0', 16)];
  return privateAddresses.check(`${high >> 8}.${high & 255}.${low >> 8}.${low & 255}`, 'ipv4');
}

/**
 * The addresses of a host that a person typed: resolved once, so that they can't change behind the check.
 * @throws BridgeError `host-unknown` when it does not resolve or leads to a private network.
 */
export async function publicAddresses(host: string): Promise<readonly string[]> {
  const found = await resolve(host);
  if (found.length === 0) throw new BridgeError('host-unknown', words`There is no server named ${host}.`);
  if (found.some(isPrivateAddress))
    throw new BridgeError(
      'host-unknown',
      words`${host} is in a private network, which this gateway does not connect to.`,
    );
  return found;
}

async function resolve(host: string): Promise<string[]> {
  const bare = host.replace(/^\[(.*)\]$/, '$1');
  if (isIP(bare) !== 0) return [bare];
  try {
    return (await lookup(bare, { all: true })).map((entry) => entry.address);
  } catch (cause) {
    const gone = cause instanceof Error && 'code' in cause && cause.code === 'ENOTFOUND';
    if (gone) throw new BridgeError('host-unknown', words`There is no server named ${host}.`, { cause });
    throw new BridgeError('network-down', words`The name ${host} can't be looked up now.`, { cause });
  }
}
