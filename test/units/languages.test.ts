// Every text that people read is in every catalogue; and what is looked up is what is meant.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createVirtualFileSystem } from 'typescript/unstable/fs';
import { describe, expect, test } from 'vitest';
import { fromTaggedJson, toTaggedJson } from '../../src/bridge/tagged-json.ts';
import { readCatalogues } from '../../src/languages/catalogues.ts';
import { BridgeError } from '../../src/model/errors.ts';
import { userId } from '../../src/model/ids.ts';
import { type Catalogue, inEnglish, isText, joined, plural, rendered, words } from '../../src/model/words.ts';
import { Languages } from '../../src/xmpp/languages.ts';
import { complaints } from '../support/catalogue.ts';
import { type EnglishText, type Texts, textsIn } from '../support/texts.ts';
import { textsOfPeople } from '../support/texts-of-people.ts';

const GERMAN: Catalogue = new Map<string, string | Partial<Record<Intl.LDMLPluralRule, string>>>([
  ['{0} is in {1}.', 'In {1} ist {0}.'],
  ['{0} rooms', { one: 'ein Raum', other: '{0} Räume' }],
  ['a room', 'ein Raum'],
]);

describe('words', () => {
  const rooms = (count: number) => plural(count, words`${count} room`, words`${count} rooms`);

  test('are English as they stand, with their arguments in place', () => {
    expect(inEnglish(words`${'Romeo'} is in ${'Verona'}.`)).toBe('Romeo is in Verona.');
    expect([rooms(0), rooms(1), rooms(2)].map(inEnglish)).toEqual(['0 rooms', '1 room', '2 rooms']);
    expect(inEnglish(words`${rooms(2)}, ${7}`)).toBe('2 rooms, 7');
    expect(inEnglish(joined(['{0}', words`a room`, '$&'], '; '))).toBe('{0}; a room; $&');
  });

  test('are read in another language, their own order and forms, and English where that lacks them', () => {
    const german = (text: Parameters<typeof rendered>[0]): string => rendered(text, GERMAN, 'de');
    expect(german(words`${'Romeo'} is in ${words`a room`}.`)).toBe('In ein Raum ist Romeo.');
    expect([rooms(0), rooms(1), rooms(2)].map(german)).toEqual(['0 Räume', 'ein Raum', '2 Räume']);
    expect(german(words`unheard of ${1}`)).toBe('unheard of 1');
    expect(german('{0} rooms')).toBe('{0} rooms');
  });

  test('have every form that their language has', () => {
    const polish: Catalogue = new Map([
      ['{0} rooms', { one: '{0} pokój', few: '{0} pokoje', many: '{0} pokoi', other: '{0} pokoju' }],
    ]);
    expect([1, 2, 5, 22].map((count) => rendered(rooms(count), polish, 'pl'))).toEqual([
      '1 pokój',
      '2 pokoje',
      '5 pokoi',
      '22 pokoje',
    ]);
  });

  test('are plain data, kept and read again', () => {
    const kept: unknown = JSON.parse(JSON.stringify(words`${rooms(1)} in ${'Verona'}`));
    expect(isText(kept) && inEnglish(kept)).toBe('1 room in Verona');
    const error = fromTaggedJson(toTaggedJson({ error: new BridgeError('gone', words`${rooms(2)} are gone`) }));
    expect(error).toMatchObject({ error: { message: '2 rooms are gone', text: words`${rooms(2)} are gone` } });
    expect([{ en: 'x' }, null, 1, ['x']].map(isText)).toEqual([false, false, false, false]);
  });
});

describe('the language of an answer', () => {
  const romeo = userId('romeo@example.org');
  const juliet = userId('juliet@example.org');
  const languages = (preferred: Readonly<Record<string, string>> = {}, byDefault = 'en'): Languages =>
    new Languages({
      catalogues: new Map([
        ['de', GERMAN],
        ['pt-BR', new Map()],
      ]),
      byDefault,
      preferred: (user) => preferred[user],
    });
  const chosen = (one: Languages, lang?: string): string => one.translator({ user: romeo, lang }).language;

  test('is what she has set, else what she is answered in, else what her clients said last, else the operator’s', () => {
    const one = languages({ [romeo]: 'de' });
    expect(chosen(one, 'en')).toBe('de');
    const other = languages({}, 'de');
    expect(chosen(other)).toBe('de');
    other.hear(romeo, 'en');
    other.hear(juliet, 'de');
    other.hear(romeo, '');
    expect([chosen(other), chosen(other, '')]).toEqual(['en', 'en']);
    expect(chosen(other, 'de')).toBe('de');
    expect(other.textFor(romeo, words`a room`)).toBe('a room');
    expect(other.textFor(juliet, words`a room`)).toBe('ein Raum');
  });

  test('is found by its first parts, in any case; one that there is not is English', () => {
    expect(
      ['de-AT', 'DE', 'de-Latn-AT', 'pt-br', 'pt', 'fr', 'd', '-'].map((lang) => chosen(languages(), lang)),
    ).toEqual(['de', 'de', 'de', 'pt-BR', 'en', 'en', 'en', 'en']);
  });
});

describe('the catalogues', () => {
  const { texts, wrong } = textsOfPeople();

  test('every language has every text, its forms and nothing else (npm run docs lists them)', () => {
    const files = readCatalogues();
    expect([...files.keys()]).toEqual(expect.arrayContaining(['de', 'en']));
    expect(texts.size).toBeGreaterThan(250);
    for (const [language, file] of files) expect(complaints(language, file, texts), language).toEqual([]);
  });

  test('another language is one more file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'viaduct-languages-'));
    try {
      writeFileSync(join(folder, 'pt-BR.json'), '{ "names": [], "texts": { "Name": "Nome" } }');
      expect([...readCatalogues(folder)]).toEqual([['pt-BR', { names: [], texts: { Name: 'Nome' } }]]);
      writeFileSync(join(folder, 'nl.json'), '{ "Name": "Naam" }');
      expect(() => readCatalogues(folder)).toThrow('nl.json is no catalogue');
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('no text that people read is a plain string', () => {
    expect(wrong).toEqual([]);
  });
});

const ENGLISH: ReadonlyMap<string, EnglishText> = new Map<string, EnglishText>([
  ['Hello, {0}!', 'Hello, {0}!'],
  ['{0} rooms', { one: '{0} room', other: '{0} rooms' }],
  ['Name', 'Name'],
]);
const COMPLETE = { 'Hello, {0}!': 'Hallo, {0}!', '{0} rooms': { one: 'ein Raum', other: '{0} Räume' }, Name: 'Name' };

test.each([
  ['nothing', {}, undefined],
  ['a missing text', { 'Hello, {0}!': undefined }, 'is missing: Hello, {0}!'],
  ['one that is English', { 'Hello, {0}!': 'Hello, {0}!' }, 'is as in English, and no name: Hello, {0}!'],
  ['a lost argument', { 'Hello, {0}!': 'Hallo!' }, 'has other places for arguments: Hello, {0}!'],
  ['an invented one', { 'Hello, {0}!': 'Hallo, {0} und {1}!' }, 'has other places for arguments: Hello, {0}!'],
  ['a form too few', { '{0} rooms': { other: '{0} Räume' } }, 'has the forms other, and needs one, other: {0} rooms'],
  [
    'a form too many',
    { '{0} rooms': { one: '1', few: '{0}', other: '{0}' } },
    'has the forms few, one, other, and needs',
  ],
  ['no forms', { '{0} rooms': '{0} Räume' }, 'has no forms for one and for many: {0} rooms'],
  ['forms of what counts nothing', { Name: { one: 'Name', other: 'Namen' } }, 'has forms, and counts nothing: Name'],
  ['an argument lost in a form', { '{0} rooms': { one: 'ein Raum', other: 'Räume' } }, 'arguments in other: {0} rooms'],
  ['a text that is gone', { Bye: 'Tschüs' }, 'stands in no source: Bye'],
  ['a name that is translated', { Name: 'Bezeichnung' }, 'is listed as a name, and is none: Name'],
] as const)('in a catalogue is found: %s', (_, change, what) => {
  const file = JSON.parse(JSON.stringify({ names: ['Name'], texts: { ...COMPLETE, ...change } })) as Parameters<
    typeof complaints
  >[1];
  const found = complaints('de', file, ENGLISH).map((one) => one.replace(/: \{0\} rooms$/, ': {0} rooms'));
  if (what === undefined) expect(found).toEqual([]);
  else expect(found.join('\n')).toContain(what);
});

/** As the compiler sees it among the model's types. */
function read(code: string): Texts {
  const files = createVirtualFileSystem({
    '/p/tsconfig.json': JSON.stringify({
      compilerOptions: { strict: true, noLib: true, types: [] },
      files: ['lib.d.ts', 'words.ts', 'code.ts'],
    }),
    '/p/lib.d.ts': `interface Array<T> { length: number; [at: number]: T }
      interface ReadonlyArray<T> { readonly length: number; readonly [at: number]: T }
      interface TemplateStringsArray extends ReadonlyArray<string> {}
      interface String {} interface Number {} interface Boolean {} interface Object {} interface RegExp {}
      interface Function {} interface CallableFunction {} interface NewableFunction {} interface IArguments {}`,
    '/p/words.ts': `export interface Words { en: string }
      export type Text = string | Words;
      export declare function words(parts: TemplateStringsArray, ...args: (string | number | Words)[]): Words;
      export declare function plural(count: number, one: Words, other: Words): Words;
      export declare class BridgeError { constructor(code: string, text: Text); }
      export declare class Error { constructor(text: string); }
      export declare const log: { warn(text: string): void };
      export interface Field { name: string; label: Text; help?: Text }`,
    '/p/code.ts': `import { BridgeError, Error, type Field, log, plural, type Text, words } from './words.ts';\ndeclare const nick: string, count: number;\n${code}`,
  });
  return textsIn('/p/tsconfig.json', (path) => path.endsWith('/code.ts'), files);
}

test.each([
  ["new BridgeError('gone', 'No such room');", 'No such room'],
  ["new BridgeError('gone', `No ${nick} here`);", 'No {0} here'],
  ["new BridgeError('gone', count > 1 ? words`Many.` : 'one');", 'one'],
  ["const field: Field = { name: 'nick', label: 'Nick' };", 'Nick'],
  [
    "const fields = [{ name: 'nick', label: words`Nick`, help: 'How others see you' }] satisfies Field[];",
    'How others see you',
  ],
  ["class Places { readonly prompt = { help: words`Where to?`, label: 'Name, or #room' }; }", 'Name, or #room'],
  ["const text = 'There is no such room.'; new BridgeError('gone', text);", 'There is no such room.'],
  ["function reply(): Text { return 'not now'; }", 'not now'],
  ["words`Hello, ${'dear friend'}`;", 'dear friend'],
  ['const one = words`A room`; plural(count, one, words`${count} rooms`);', 'plural() takes its two texts'],
  [
    'words`${count} rooms`; plural(count, words`${count} room`, words`${count} rooms`);',
    'counts something in one place',
  ],
])('a plain text is found where people would read it: %s', (code, what) => {
  expect(read(code).wrong).toEqual([expect.stringContaining(what)]);
});

test('what is for machines, logs and programmers is left alone, and all words are found', () => {
  const { texts, wrong } = read(`
    new BridgeError('gone', words\`No \${nick} in \${words\`this room\`}.\`);
    const field: Field = { name: 'nick', label: nick };
    log.warn('The link is down.');
    throw new Error('This never happens.');
    const joined = words\`\${nick}: \${count}\`;
    const kind = 'groupchat';
    plural(count, words\`\${count} room\`, words\`\${count} rooms of \${words\`Verona\`}\`);`);
  expect(wrong).toEqual([]);
  expect(Object.fromEntries(texts)).toEqual({
    'No {0} in {1}.': 'No {0} in {1}.',
    'this room': 'this room',
    '{0} rooms of {1}': { one: '{0} room', other: '{0} rooms of {1}' },
    Verona: 'Verona',
  });
});
