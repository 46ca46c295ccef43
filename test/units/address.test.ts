// Localparts of network ids: what they look like, and that they can be read back (conformance 4: ESC-1 to ESC-7, MAP-1, MAP-3 to MAP-5).

import { describe, expect, test } from 'vitest';
import { type ConversationId, conversationId } from '../../src/model/ids.ts';
import type { Log } from '../../src/model/ports.ts';
import type { Table } from '../../src/model/stores.ts';
import { Addresses, decodeLocalpart, encodeLocalpart, isCanonicalLocalpart } from '../../src/xmpp/address.ts';

const encode = (id: string): string | undefined => encodeLocalpart(conversationId(id));

describe('examples of every network', () => {
  test.each([
    ['#verona%libera', '#verona%libera'],
    ['benvolio%libera', 'benvolio%libera'],
    ['libera', 'libera'],
    ['##c', '##c'],
    ['#a/b&c:d%irc.example.org', '#a\\2fb\\26c\\3ad%irc.example.org'],
    ['#caf\udce9%libera', '#caf=e9%libera'],
    ['#café%libera', '#café%libera'],
    ['#CAFÉ%libera'.toLowerCase(), '#café%libera'],
    ['ni[ck]\\|^_`{}', 'ni[ck]\\|^_`{}'],
    ['ana:hs.example:8448', 'ana\\3ahs.example\\3a8448'],
    ['Ana=b:hs.example', '=41na=b\\3ahs.example'],
    ['!Xk:hs.example', '!=58k\\3ahs.example'],
    ['#room:hs.example', '#room\\3ahs.example'],
    ['u:[::1]:8448', 'u\\3a[\\3a\\3a1]\\3a8448'],
    ['+15551234567', '+15551234567'],
    ['33733;phone-context=us', '33733;phone-context=us'],
    ['AMAZON;sender', '=41=4d=41=5a=4f=4e;sender'],
    ['juliet@capulet.example', 'juliet\\40capulet.example'],
    ["d'artagnan@musketeers.example", 'd\\27artagnan\\40musketeers.example'],
    ['ıstanbul', 'ıstanbul'],
    ['İ', '=c4=b0'],
    ['straße', 'stra=c3=9fe'],
    ['ＡＢ', '=ef=bc=a1=ef=bc=a2'],
    ['e\u0301', 'e=cc=81'],
    ['😀', '=f0=9f=98=80'],
    ['שלום', '=d7=a9=d7=9c=d7=95=d7=9d'],
    ['ไทยก็', 'ไทยก็'],
    ['', ''],
  ])('%j is written %j and read back', (id, localpart) => {
    expect(encode(id)).toBe(localpart);
    expect(decodeLocalpart(localpart)).toBe(id);
  });
});

describe('XEP-0106', () => {
  test.each([
    ['space cadet', 'space\\20cadet'],
    ['call me "ishmael"', 'call\\20me\\20\\22ishmael\\22'],
    ['at&t guy', 'at\\26t\\20guy'],
    ['/.fanboy', '\\2f.fanboy'],
    ['::foo::', '\\3a\\3afoo\\3a\\3a'],
    ['<foo>', '\\3cfoo\\3e'],
    ['user@host', 'user\\40host'],
    ['c:\\net', 'c\\3a\\net'],
    ['c:\\\\net', 'c\\3a\\\\net'],
    ['c:\\cool stuff', 'c\\3a\\cool\\20stuff'],
    ['c:\\5commas', 'c\\3a\\5c5commas'],
    ['\\3and\\2is\\5cool', '\\5c3and\\2is\\5c5cool'],
    ['\\5c40', '\\5c5c40'],
  ])('ESC-1: the example %j', (id, localpart) => {
    expect(encode(id)).toBe(localpart);
    expect(decodeLocalpart(localpart)).toBe(id);
  });

  test('ESC-3: an escaped space never begins or ends a localpart', () => {
    expect(encode('  a  ')).toBe('=20\\20a\\20=20');
    expect(encode(' ')).toBe('=20');
    expect(decodeLocalpart('=20\\20a\\20=20')).toBe('  a  ');
  });

  test('ESC-4: one pass, known codes only', () => {
    expect(decodeLocalpart('\\5c40')).toBe('\\40');
    expect(decodeLocalpart('\\5c5c40')).toBe('\\5c40');
    expect(decodeLocalpart('\\41\\zz\\2')).toBe('\\41\\zz\\2');
    expect(decodeLocalpart('=5c40')).toBe('\\40');
    expect(decodeLocalpart('\\5c=34=30')).toBe('\\40');
    expect(decodeLocalpart('=3d41')).toBe('=41');
  });

  test('ESC-7: upper case that a server would fold into a code is never left standing', () => {
    expect(encode('\\3A')).toBe('\\3=41');
    expect(encode('\\2F')).toBe('\\2=46');
    expect(encode('\\5C40')).toBe('\\5=4340');
    expect(encode('=4D')).toBe('=4=44');
    expect(encode('=3D')).toBe('=3=44');
  });
});

/** Every text over the alphabet with up to `length` letters is read back, and no two are written alike, in any case. @returns how many. */
function exhaustive(alphabet: readonly string[], length: number): number {
  const owners = new Map<string, string>();
  let shorter = [''];
  for (let size = 1; size <= length; size++) {
    shorter = shorter.flatMap((start) => alphabet.map((letter) => start + letter));
    for (const id of shorter) {
      const localpart = encode(id);
      if (localpart === undefined) continue;
      if (decodeLocalpart(localpart) !== id || owners.has(localpart.toLowerCase())) {
        expect.fail(`${JSON.stringify(id)} is written ${localpart}`);
      }
      owners.set(localpart.toLowerCase(), id);
    }
  }
  return owners.size;
}

describe('MAP-1, ESC-7: exhaustively over short texts', () => {
  test('escapes of XEP-0106', () => {
    expect(exhaustive(['\\', '2', '0', '5', 'c', 'C', ' ', 'f'], 6)).toBe(
      8 + 8 ** 2 + 8 ** 3 + 8 ** 4 + 8 ** 5 + 8 ** 6,
    );
  });

  test('escapes of bytes, with those of XEP-0106', () => {
    expect(exhaustive(['=', '\\', '3', 'd', 'D', 'a', ':'], 6)).toBe(7 + 7 ** 2 + 7 ** 3 + 7 ** 4 + 7 ** 5 + 7 ** 6);
  });

  test('letters that melt, bytes that are not UTF-8, spaces', () => {
    const alphabet = ['=', 'e', '9', ' ', '\\', 'é', 'É', '\u0301', '\u0307', '\u0323', '\udce9', '\u0e47', 'א', '@'];
    expect(exhaustive(alphabet, 4)).toBe(14 + 14 ** 2 + 14 ** 3 + 14 ** 4);
  });
});

describe('MAP-3: readable, but not the canonical way', () => {
  test.each([
    ['=61', 'a'],
    ['a\\40a\\3ab', 'a@a:b'],
    ['a\\5cb', 'a\\b'],
    ['\\20a', ' a'],
    ['=c3=a9', 'é'],
    ['#😀', '#😀'],
    ['=3dx', '=x'],
  ])('%j stands for %j', (localpart, id) => {
    expect(decodeLocalpart(localpart)).toBe(id);
    expect(isCanonicalLocalpart(localpart)).toBe(encode(id) === localpart);
  });

  test('what a server has not prepared yet is prepared first', () => {
    expect(decodeLocalpart('#Verona%LIBERA')).toBe('#verona%libera');
    expect(decodeLocalpart('ＡＢ')).toBe('ab');
    expect(decodeLocalpart('a\u200bb')).toBe('ab');
    expect(isCanonicalLocalpart('#Verona%libera')).toBe(false);
    expect(isCanonicalLocalpart('#verona%libera')).toBe(true);
  });
});

describe('MAP-5: what stands for nothing', () => {
  test.each([
    'a b',
    'a"b',
    'a&b',
    "a'b",
    'a/b',
    'a:b',
    'a<b',
    'a>b',
    'a@b',
    'a\u0000b',
    '\ud800',
    '\u200b',
    '\u00a0',
    '\ue000',
  ])('%j', (localpart) => expect(decodeLocalpart(localpart)).toBeUndefined());

  test('more than 1023 bytes', () => {
    expect(decodeLocalpart('a'.repeat(1023))).toBe('a'.repeat(1023));
    expect(decodeLocalpart('a'.repeat(1024))).toBeUndefined();
    expect(decodeLocalpart('é'.repeat(512))).toBeUndefined();
  });

  test('an alias without its row', () => {
    expect(decodeLocalpart(`h-${'a'.repeat(52)}`)).toBeUndefined();
  });
});

class MemoryTable implements Table {
  readonly rows = new Map<string, string>();
  refuse = 0;
  async get(key: string): Promise<string | undefined> {
    return this.rows.get(key);
  }
  async put(key: string, value: string): Promise<void> {
    if (this.refuse-- > 0) throw new Error('disk full');
    this.rows.set(key, value);
  }
  async delete(key: string): Promise<void> {
    this.rows.delete(key);
  }
  async list(prefix: string): Promise<readonly (readonly [string, string])[]> {
    return [...this.rows].filter(([key]) => key.startsWith(prefix));
  }
}

class WarningLog implements Log {
  readonly debugging = false;
  readonly warnings: string[] = [];
  debug(): void {}
  info(): void {}
  error(): void {}
  warn(text: string): void {
    this.warnings.push(text);
  }
  child(): Log {
    return this;
  }
}

const localOf = (jid: string): string => jid.slice(0, jid.indexOf('@'));
const LONG = conversationId(`#${'É'.repeat(400)}`);

describe('MAP-4: aliases', () => {
  const table = (): { rows: MemoryTable; log: WarningLog; addresses: Addresses } => {
    const [rows, log] = [new MemoryTable(), new WarningLog()];
    return { rows, log, addresses: new Addresses('irc.example.org', rows, log) };
  };

  test('an id that is too long gets one that outlives a restart', async () => {
    const { rows, log, addresses } = table();
    const jid = addresses.jidOf(LONG);
    expect(jid).toMatch(/^h-[a-z2-7]{52}@irc\.example\.org$/);
    expect(addresses.jidOf(LONG)).toBe(jid);
    expect(addresses.idOf(localOf(jid))).toBe(LONG);
    expect(addresses.isCanonical(localOf(jid))).toBe(true);
    await addresses.settled();
    const restarted = new Addresses('irc.example.org', rows, log);
    expect(restarted.idOf(localOf(jid))).toBeUndefined();
    await restarted.load();
    expect(restarted.idOf(localOf(jid))).toBe(LONG);
    expect(rows.rows.size).toBe(1);
    expect(log.warnings).toEqual([]);
  });

  test('is the SHA-256 of the id, in base32', () => {
    // base32(sha256('a' in UTF-16LE, 1024 times)), as Python's hashlib and base64 compute it.
    expect(localOf(table().addresses.jidOf(conversationId('a'.repeat(1024))))).toBe(
      'h-s7t5qvhumcxxegwkss6qybmhaewzua6v4jfe2ntlks7wewg76fka',
    );
  });

  test('1023 bytes still need none', () => {
    const { rows, addresses } = table();
    expect(localOf(addresses.jidOf(conversationId('a'.repeat(1023))))).toHaveLength(1023);
    expect(localOf(addresses.jidOf(conversationId('é'.repeat(511))))).toHaveLength(511);
    expect(localOf(addresses.jidOf(conversationId(`!${'X'.repeat(254)}`)))).toHaveLength(763);
    expect(rows.rows.size).toBe(0);
  });

  test('ill-formed ids have their own too', () => {
    const { addresses } = table();
    const ids = ['\ud800', '\udbff', '\udc00', '\udcc3\udca9', 'a\ud800', '\ufffd'].map(conversationId);
    const jids = ids.map((id) => addresses.jidOf(id));
    expect(new Set(jids).size).toBe(ids.length);
    expect(jids.map((jid) => addresses.idOf(localOf(jid)))).toEqual(ids);
  });

  test('an id that looks like one is told apart', () => {
    const { rows, addresses } = table();
    const alias = localOf(addresses.jidOf(LONG));
    const id = conversationId(alias);
    expect(localOf(addresses.jidOf(id))).toBe(`=68${alias.slice(1)}`);
    expect(addresses.idOf(`=68${alias.slice(1)}`)).toBe(id);
    expect(addresses.idOf(alias)).toBe(LONG);
    expect(rows.rows.size).toBe(1);
  });

  test('a store that refuses the row is asked again', async () => {
    const { rows, log, addresses } = table();
    rows.refuse = 1;
    const jid = addresses.jidOf(LONG);
    await addresses.settled();
    expect(log.warnings).toHaveLength(1);
    expect(rows.rows.size).toBe(0);
    expect(addresses.jidOf(LONG)).toBe(jid);
    await addresses.settled();
    expect(rows.rows.size).toBe(1);
  });

  test('a row that is not of its alias is left out', async () => {
    const { rows, log, addresses } = table();
    rows.rows.set(`h-${'a'.repeat(52)}`, Buffer.from('#x', 'utf16le').toString('base64'));
    await addresses.load();
    expect(log.warnings).toHaveLength(1);
    expect(addresses.idOf(`h-${'a'.repeat(52)}`)).toBeUndefined();
  });
});

test('the empty id is the bare domain', () => {
  const addresses = new Addresses('irc.example.org', new MemoryTable(), new WarningLog());
  expect(addresses.jidOf(conversationId(''))).toBe('irc.example.org');
  const id: ConversationId | undefined = addresses.idOf('');
  expect(id).toBe('');
});
