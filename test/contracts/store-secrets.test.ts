// Sealing: what is sealed opens again with its key and at its place only; keys are made, parsed, required and rotated.

import { randomBytes } from 'node:crypto';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openSecrets } from '../../src/store/open.ts';
import { parseKeys, secretsWith } from '../../src/store/secrets.ts';
import { privateFolder } from '../support/processes.ts';

const key = (fill: number): Buffer => Buffer.alloc(32, fill);
const PLACE = 'irc.example.org/romeo@example.org/libera';

test('opens what it sealed, and never shows it', () => {
  const secrets = secretsWith([key(1)]);
  for (const text of ['', 'sw0rdfish', '\u0000\ud83d\ude00'.repeat(10_000), '\udc80 alone']) {
    const sealed = secrets.seal(text, PLACE);
    expect(sealed).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]+$/);
    if (text !== '') expect(sealed).not.toContain(text);
    expect(secrets.open(sealed, PLACE)).toBe(text);
  }
  expect(secrets.seal('same', PLACE)).not.toBe(secrets.seal('same', PLACE));
});

test('refuses what was changed, cut, or belongs elsewhere', () => {
  const secrets = secretsWith([key(1)]);
  const sealed = secrets.seal('sw0rdfish', PLACE);
  expect(() => secrets.open(sealed, 'irc.example.org/juliet@example.org/libera')).toThrow(/copied from another place/);
  const [version = '', id = '', body = ''] = sealed.split('.');
  for (let at = 0; at < body.length; at++) {
    const other = body[at] === 'A' ? 'B' : 'A';
    const changed = `${version}.${id}.${body.slice(0, at)}${other}${body.slice(at + 1)}`;
    // The last character holds bits that are no part of the bytes.
    if (Buffer.from(changed.split('.')[2] ?? '', 'base64url').equals(Buffer.from(body, 'base64url'))) continue;
    expect(() => secrets.open(changed, PLACE)).toThrow(/damaged/);
  }
  for (const length of [1, 12, 27]) {
    const cut = Buffer.from(body, 'base64url').subarray(0, length).toString('base64url');
    expect(() => secrets.open(`${version}.${id}.${cut}`, PLACE)).toThrow(/can't be read/);
  }
  for (const noise of ['', 'v1', 'v1..', `v2.${id}.${body}`, 'sw0rdfish']) {
    expect(() => secrets.open(noise, PLACE)).toThrow(/can't be read/);
    expect(secrets.keyOf(noise)).toBe('unknown');
  }
});

test('a new key in front seals, the old one behind it still opens', () => {
  const old = secretsWith([key(1)]).seal('sw0rdfish', PLACE);
  const rotated = secretsWith([key(2), key(1)]);
  expect(rotated.open(old, PLACE)).toBe('sw0rdfish');
  expect(rotated.keyOf(old)).toBe('older');
  const fresh = rotated.seal('sw0rdfish', PLACE);
  expect(rotated.keyOf(fresh)).toBe('current');
  const retired = secretsWith([key(2)]);
  expect(retired.open(fresh, PLACE)).toBe('sw0rdfish');
  expect(retired.keyOf(old)).toBe('unknown');
  expect(() => retired.open(old, PLACE)).toThrow(/is not configured/);
});

test('takes keys as openssl prints them, one or several', () => {
  const bytes = randomBytes(32);
  for (const text of [bytes.toString('hex'), bytes.toString('base64'), ` ${bytes.toString('base64url')}\n`]) {
    expect(parseKeys(text)).toEqual([bytes]);
  }
  expect(parseKeys(`${key(1).toString('base64')}, ${key(2).toString('hex')}\n${key(3).toString('base64')}`)).toEqual([
    key(1),
    key(2),
    key(3),
  ]);
});

test('refuses a key of another size or alphabet without repeating it', () => {
  for (const text of [
    'sw0rdfish',
    randomBytes(16).toString('hex'),
    randomBytes(33).toString('base64'),
    '?'.repeat(44),
  ]) {
    expect(() => parseKeys(text)).toThrow(/32 bytes in base64 or hex/);
    expect(() => parseKeys(text)).not.toThrow(text);
  }
});

test('with Redis a key is required', () => {
  expect(() => openSecrets('redis://127.0.0.1:1/0', undefined)).toThrow(/`secretsKey` must be set/);
  expect(() => openSecrets(['redis://127.0.0.1:1'], undefined)).toThrow(/`secretsKey` must be set/);
  expect(() => openSecrets('redis://127.0.0.1:1/0', ' ')).toThrow(/`secretsKey` is empty/);
  const secrets = openSecrets('redis://127.0.0.1:1/0', key(7).toString('base64'));
  expect(secrets.open(secretsWith([key(7)]).seal('x', PLACE), PLACE)).toBe('x');
});

test('an embedded store has its key beside it, made once and private', () => {
  const folder = privateFolder('key');
  onTestFinished(() => folder.remove());
  const address = `file:${join(folder.path, 'data', 'viaduct.db')}`;
  const sealed = openSecrets(address, undefined).seal('sw0rdfish', PLACE);
  expect(openSecrets(address, undefined).open(sealed, PLACE)).toBe('sw0rdfish');
  const file = join(folder.path, 'data', 'viaduct.db.key');
  expect(statSync(file).mode & 0o777).toBe(0o600);

  const old = readFileSync(file, 'utf8');
  writeFileSync(file, `${key(9).toString('base64')}\n${old}`);
  expect(openSecrets(address, undefined).keyOf(sealed)).toBe('older');
  writeFileSync(file, 'sw0rdfish');
  expect(() => openSecrets(address, undefined)).toThrow(/viaduct\.db\.key, can't be used: A secrets key is 32 bytes/);
  writeFileSync(file, '');
  expect(() => openSecrets(address, undefined)).toThrow(/viaduct\.db\.key is empty/);
});
