// Long runs of stanzas: a bit at a time, in turn, and never mixed up with what else a client gets.

import { expect, test } from 'vitest';
import { RunWriter } from '../../src/xmpp/run-writer.ts';

const KIB = 1024;

/** A writer whose turns pass when the test says so. */
class Stage {
  readonly written: { readonly to: string; readonly xml: string }[] = [];
  readonly outlet = { write: (xml: string, to: string) => void this.written.push({ to, xml }), congested: false };
  readonly tasks: { readonly task: () => void; readonly congested: boolean }[] = [];
  readonly writer = new RunWriter(this.outlet, (task, congested) => void this.tasks.push({ task, congested }));

  /** One turn of the event loop. @returns what was written in it. */
  turn(): readonly { readonly to: string; readonly xml: string }[] {
    const before = this.written.length;
    this.tasks.shift()?.task();
    return this.written.slice(before);
  }

  /** All turns there are. */
  end(): void {
    while (this.tasks.length > 0) this.turn();
  }

  /** What one client got, by the first word of each stanza. */
  of(client: string): string[] {
    return this.written.flatMap(({ to, xml }) => (to === client ? [xml.split(' ', 1)[0] ?? ''] : []));
  }
}

const run = (name: string, count: number, chars: number): string[] =>
  Array.from({ length: count }, (_, i) => `${name}${i} ${'x'.repeat(chars)}`);
const names = (name: string, count: number): string[] => Array.from({ length: count }, (_, i) => `${name}${i}`);

test('what is for the same client waits behind its run, what is for others does not', () => {
  const stage = new Stage();
  stage.writer.writeRun('romeo', run('list', 3, 40 * KIB), 'room');
  stage.writer.write('romeo', 'after', 'room');
  stage.writer.write('juliet', 'other', 'room');
  expect(stage.of('romeo')).toEqual(['list0']);
  expect(stage.of('juliet')).toEqual(['other']);
  stage.end();
  expect(stage.of('romeo')).toEqual(['list0', 'list1', 'list2', 'after']);
});

test('a run behind a run, and what is between them, come in order', () => {
  const stage = new Stage();
  stage.writer.writeRun('romeo', run('one', 4, 20 * KIB), 'room');
  stage.writer.write('romeo', 'between', 'room');
  stage.writer.writeRun('romeo', run('two', 4, 20 * KIB), 'room');
  stage.writer.write('romeo', 'behind', 'room');
  stage.end();
  expect(stage.of('romeo')).toEqual([...names('one', 4), 'between', ...names('two', 4), 'behind']);
});

test('a hundred runs share what one turn allows, each gets its part in turn, and all come to their end in order', () => {
  const stage = new Stage();
  const clients = names('client', 100);
  for (const client of clients) stage.writer.writeRun(client, run('list', 40, KIB), 'room');
  const sizes: number[] = [];
  while (stage.tasks.length > 0) sizes.push(stage.turn().reduce((sum, { xml }) => sum + xml.length, 0));
  expect(Math.max(...sizes)).toBeLessThan(96 * KIB);
  for (const client of clients) expect(stage.of(client)).toEqual(names('list', 40));
  // Nobody is through before everybody has begun.
  const firstEnd = stage.written.findIndex(({ xml }) => xml.startsWith('list39 '));
  expect(new Set(stage.written.slice(0, firstEnd).map(({ to }) => to)).size).toBe(100);
});

test('while the link is full nothing of a run is written, and its turns are far apart', () => {
  const stage = new Stage();
  stage.outlet.congested = true;
  stage.writer.writeRun('romeo', run('list', 3, KIB), 'room');
  stage.writer.write('romeo', 'after', 'room');
  expect(stage.tasks.map(({ congested }) => congested)).toEqual([true]);
  expect(stage.turn()).toEqual([]);
  stage.outlet.congested = false;
  stage.end();
  expect(stage.of('romeo')).toEqual(['list0', 'list1', 'list2', 'after']);
});

test('what is written because a stanza of the run was confirmed comes behind the run', () => {
  const stage = new Stage();
  const outlet = {
    congested: false,
    write: (xml: string, to: string, _kind: string, confirmed?: () => void) => {
      stage.outlet.write(xml, to);
      confirmed?.();
    },
  };
  const confirming = new RunWriter(outlet, (task) => void stage.tasks.push({ task, congested: false }));
  let told = 0;
  confirming.writeRun('romeo', run('list', 3, 40 * KIB), 'room', () => {
    if (++told === 1) confirming.write('romeo', 'early', 'room');
  });
  stage.end();
  expect(stage.of('romeo')).toEqual(['list0', 'list1', 'list2', 'early']);
  expect(told).toBe(3);
});
