// What is said, from Matrix's contents and into them.

import { describe, expect, test } from 'vitest';
import { bodyOf, relationOf } from '../../adapters/matrix/bodies-in.ts';
import { contentOf, editOf } from '../../adapters/matrix/bodies-out.ts';
import { type Fields, type RoomEvent, roomEvent } from '../../adapters/matrix/fields.ts';
import { bodyOfWords, type Span } from '../../src/model/conversation.ts';
import { words } from '../../src/model/words.ts';

const said = (content: Fields, type = 'm.room.message'): RoomEvent =>
  roomEvent({ type, event_id: '$1', sender: '@juliet:example.org', origin_server_ts: 1, content });

describe('in', () => {
  test.each([
    [
      { msgtype: 'm.text', body: 'hello' },
      { kind: 'text', text: 'hello' },
    ],
    [
      { msgtype: 'm.emote', body: 'sighs' },
      { kind: 'action', text: 'sighs' },
    ],
    [
      { msgtype: 'm.notice', body: 'beep' },
      { kind: 'notice', text: 'beep' },
    ],
    [
      { msgtype: 'm.location', body: 'here', geo_uri: 'geo:45.4,11.0' },
      { kind: 'text', text: 'geo:45.4,11.0' },
    ],
    [
      { msgtype: 'm.image', body: 'rose.jpg', info: { mimetype: 'image/jpeg', size: 120_000 } },
      { kind: 'text', text: '[rose.jpg, image/jpeg, 120 kB]' },
    ],
    [
      { msgtype: 'm.file', body: 'see this', filename: 'verse.txt', info: { size: 12 } },
      { kind: 'text', text: '[verse.txt, 12 B]\nsee this' },
    ],
    [
      { msgtype: 'm.video', body: '', info: { size: 2_500_000 } },
      { kind: 'text', text: '[a file, 2.5 MB]' },
    ],
    [
      { msgtype: 'org.example.odd', body: 'odd' },
      { kind: 'text', text: 'odd' },
    ],
    [{ msgtype: 'm.text', body: '  ' }, undefined],
    [{ msgtype: 'm.text', body: 5 }, undefined],
    [{ body: 'no type' }, undefined],
    [{}, undefined],
  ])('%j', (content, body) => {
    const { words: _words, ...read } = bodyOf(said(content)) ?? {};
    expect(read).toEqual(body ?? {});
  });

  test('a sticker has its words', () => {
    expect(bodyOf(said({ body: 'a rose' }, 'm.sticker'))).toEqual(bodyOfWords('text', words`[sticker: ${'a rose'}]`));
  });

  const answering = { 'm.relates_to': { 'm.in_reply_to': { event_id: '$0' } } };
  test.each([
    ['> <@romeo:example.org> my love\n> my life\n\nyes?', 'yes?', 'my love\nmy life'],
    ['> * <@romeo:example.org> sighs\n\nyes?', 'yes?', 'sighs'],
    ['> a quote of her own\nyes?', '> a quote of her own\nyes?', undefined],
    ['yes?', 'yes?', undefined],
  ])('an answer without its fallback: %j', (body, text, quote) => {
    const target = { by: 'network', ids: ['$0'] };
    expect(bodyOf(said({ msgtype: 'm.text', body, ...answering }))).toEqual({
      kind: 'text',
      text,
      replyTo: quote === undefined ? { target } : { target, quote },
    });
  });

  test('a message in a thread answers nobody', () => {
    const thread = { rel_type: 'm.thread', event_id: '$0', is_falling_back: true, 'm.in_reply_to': { event_id: '$0' } };
    expect(bodyOf(said({ msgtype: 'm.text', body: 'yes', 'm.relates_to': thread }))).toEqual({
      kind: 'text',
      text: 'yes',
    });
  });

  test('relations are read without trust', () => {
    expect(relationOf(said({ 'm.relates_to': 'odd' }))).toBeUndefined();
    expect(relationOf(said({ 'm.relates_to': { rel_type: 'm.annotation' } }))).toBeUndefined();
    const relates = { rel_type: 'm.annotation', event_id: '$0', key: '🌹' };
    expect(relationOf(said({ 'm.relates_to': relates }))).toEqual({ type: 'm.annotation', target: '$0', key: '🌹' });
  });
});

describe('out', () => {
  test.each([
    [
      { kind: 'text', text: 'hello' },
      { msgtype: 'm.text', body: 'hello' },
    ],
    [
      { kind: 'action', text: 'sighs' },
      { msgtype: 'm.emote', body: 'sighs' },
    ],
    [
      { kind: 'notice', text: 'beep' },
      { msgtype: 'm.notice', body: 'beep' },
    ],
    [
      { kind: 'text', text: 'nul\0 \ud800' },
      { msgtype: 'm.text', body: 'nul\uFFFD \uFFFD' },
    ],
  ] as const)('%j', (body, content) => {
    expect(contentOf(body)).toEqual(content);
  });

  const marked = (text: string, ...spans: readonly Span[]): unknown =>
    contentOf({ kind: 'text', text, spans })['formatted_body'];

  test('what is marked is marked in HTML, by code points', () => {
    expect(marked('🌹 good night', { style: 'strong', start: 2, end: 6 })).toBe('🌹 <strong>good</strong> night');
    expect(marked('a\n<b>&', { style: 'code', start: 0, end: 1 })).toBe('<code>a</code><br/>&lt;b&gt;&amp;');
    const link = { style: 'link', start: 0, end: 4, value: 'https://example.org/?a="b"&c' } as const;
    expect(marked('here', link)).toBe('<a href="https://example.org/?a=&quot;b&quot;&amp;c">here</a>');
  });

  test('marks that overlap are closed and opened in order', () => {
    const spans = [
      { style: 'strong', start: 0, end: 4 },
      { style: 'emphasis', start: 2, end: 6 },
    ] as const;
    expect(marked('abcdef', ...spans)).toBe('<strong>ab</strong><em><strong>cd</strong>ef</em>');
  });

  test('who is mentioned is told', () => {
    const content = contentOf({
      kind: 'text',
      text: 'romeo!',
      spans: [{ style: 'mention', start: 0, end: 5, value: '@romeo:example.org' }],
    });
    expect(content['m.mentions']).toEqual({ user_ids: ['@romeo:example.org'] });
    expect(content['formatted_body']).toBe('<a href="https://matrix.to/#/%40romeo%3Aexample.org">romeo</a>!');
  });

  test('an answer and an edit name their event', () => {
    const body = { kind: 'text', text: 'yes' } as const;
    expect(contentOf(body, '$0')['m.relates_to']).toEqual({ 'm.in_reply_to': { event_id: '$0' } });
    expect(editOf(body, '$0')).toEqual({
      msgtype: 'm.text',
      body: '* yes',
      'm.new_content': { msgtype: 'm.text', body: 'yes' },
      'm.relates_to': { rel_type: 'm.replace', event_id: '$0' },
    });
  });
});
