// Long runs of stanzas: a bit at a time, in turn, and never mixed up with what else a client gets.

import { expect, test } from 'vitest';
import { type CrowdLimits, RunWriter } from '../../src/xmpp/run-writer.ts';

const KIB = 1024;

/** A writer whose turns pass when the test says so. */
class Stage {
  readonly written: { readonly to: string; readonly xml: string }[] = [];
  /** Written and not read: the link is busy from so many on. */
  window = Infinity;
  unread = 0;
  readonly outlet = {
    write: (xml: string, to: string): void => {
      this.unread++;
      this.written.push({ to, xml });
    },
    congested: false,
    isBusy: (): boolean => this.unread >= this.window,
    get busy(): boolean {
      return this.isBusy();
    },
  };
  readonly tasks: { readonly task: () => void; readonly congested: boolean }[] = [];
  readonly crowds: boolean[] = [];
  readonly writer: RunWriter;

  constructor(crowd?: CrowdLimits) {
    this.writer = new RunWriter({
      outlet: this.outlet,
      later: (task, congested) => void this.tasks.push({ task, congested }),
      onCrowd: (crowded) => void this.crowds.push(crowded),
      ...(crowd !== undefined && { crowd }),
    });
  }

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

  /** The server has read all that was written. */
  read(): void {
    this.unread = 0;
    this.writer.ready();
    this.end();
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
    busy: false,
    write: (xml: string, to: string, _kind: string, confirmed?: () => void) => {
      stage.outlet.write(xml, to);
      confirmed?.();
    },
  };
  const later = (task: () => void): void => void stage.tasks.push({ task, congested: false });
  const confirming = new RunWriter({ outlet, later });
  let told = 0;
  confirming.writeRun('romeo', run('list', 3, 40 * KIB), 'room', () => {
    if (++told === 1) confirming.write('romeo', 'early', 'room');
  });
  stage.end();
  expect(stage.of('romeo')).toEqual(['list0', 'list1', 'list2', 'early']);
  expect(told).toBe(3);
});

test('what the server can not read yet waits in order, and a line for somebody else does not wait for it', () => {
  const stage = new Stage();
  stage.window = 100;
  for (const line of run('flood', 500, KIB / 4)) stage.writer.write('romeo', line, 'room');
  // Four more, as for everybody who has had nothing yet.
  expect(stage.of('romeo')).toEqual(names('flood', 104));
  expect(stage.tasks).toEqual([]);
  for (const line of names('hello', 5)) stage.writer.write('juliet', line, 'room');
  expect(stage.of('juliet')).toEqual(names('hello', 4));
  stage.read();
  expect(stage.of('juliet')).toEqual(names('hello', 5));
  expect(stage.unread).toBe(100);
  for (let reads = 0; reads < 5; reads++) stage.read();
  expect(stage.of('romeo')).toEqual(names('flood', 500));
});

test('ten floods at once get the same share of what the server reads', () => {
  const stage = new Stage();
  stage.window = 100;
  const clients = names('client', 10);
  for (const line of run('line', 200, KIB)) for (const to of clients) stage.writer.write(to, line, 'room');
  while (stage.written.length < 1_500) {
    stage.read();
    const counts = clients.map((client) => stage.of(client).length);
    expect(Math.max(...counts) - Math.min(...counts)).toBeLessThan(10);
  }
  while (stage.written.length < 2_000) stage.read();
  for (const client of clients) expect(stage.of(client)).toEqual(names('line', 200));
});

test('a run stops where the server has enough to read, and goes on when it has read it', () => {
  const stage = new Stage();
  stage.window = 5;
  stage.writer.writeRun('romeo', run('list', 12, KIB), 'room');
  stage.writer.write('romeo', 'after', 'room');
  stage.end();
  expect(stage.of('romeo')).toEqual(names('list', 5));
  stage.read();
  expect(stage.of('romeo')).toEqual(names('list', 10));
  stage.read();
  expect(stage.of('romeo')).toEqual([...names('list', 12), 'after']);
});

test('more waiting than there should be is told, and that it is not so any more', () => {
  const stage = new Stage({ stanzas: 2_000, units: Infinity });
  stage.window = 100;
  for (const line of names('flood', 2_105)) stage.writer.write('romeo', line, 'room');
  expect([stage.crowds, stage.writer.crowded]).toEqual([[true], true]);
  while (stage.of('romeo').length < 2_105) stage.read();
  expect([stage.crowds, stage.writer.crowded]).toEqual([[true, false], false]);
  expect(stage.of('romeo')).toEqual(names('flood', 2_105));
});

test('few long stanzas that wait are too much as well, and a run has no length before it is written', () => {
  const stage = new Stage({ stanzas: 2_000, units: 100 * KIB });
  stage.window = 1;
  stage.writer.writeRun('juliet', run('list', 60, 2 * KIB), 'room');
  for (const line of run('long', 60, 2 * KIB)) stage.writer.write('romeo', line, 'room');
  expect(stage.crowds).toEqual([true]);
  while (stage.of('romeo').length < 60) stage.read();
  expect(stage.crowds).toEqual([true, false]);
  for (const line of names('short', 1_000)) stage.writer.write('romeo', line, 'room');
  expect(stage.crowds).toEqual([true, false]);
});

test('a flood of five thousand lines in a room of ten is not yet too much', () => {
  const stage = new Stage();
  stage.window = 100;
  const clients = names('client', 10);
  for (const line of run('line', 5_000, 600)) for (const to of clients) stage.writer.write(to, line, 'room');
  expect(stage.crowds).toEqual([]);
  for (const line of names('hello', 4)) stage.writer.write('juliet', line, 'room');
  expect(stage.of('juliet')).toEqual(names('hello', 4));
});

test('whoever gets little gets it at once again and again, also where nothing ever waits', () => {
  const stage = new Stage();
  stage.window = 1;
  for (let busy = 0; busy < 3; busy++) {
    stage.writer.write('nurse', 'knock', 'room');
    for (const line of names('hello', 4)) stage.writer.write('juliet', line, 'room');
    expect(stage.of('juliet').length).toBe((busy + 1) * 4);
    stage.read();
  }
});

test('however many they are who get little, what goes out at once has an end', () => {
  const stage = new Stage();
  stage.window = 100;
  const clients = names('client', 10_000);
  for (const to of clients) stage.writer.write(to, 'line', 'room');
  expect(stage.written.length).toBeLessThan(3_000);
  while (stage.written.length < 10_000) stage.read();
  expect(stage.written.map(({ to }) => to)).toEqual(clients);
});

test('before the link is closed all that waits goes out in turn, as fast as the server reads it', async () => {
  const stage = new Stage();
  stage.window = 40;
  const clients = names('client', 10);
  for (const line of run('line', 100, KIB / 2)) for (const to of clients) stage.writer.write(to, line, 'room');
  stage.writer.writeRun('juliet', run('list', 5, KIB), 'room');
  stage.writer.beginEnd();
  for (const to of [...clients, 'juliet']) stage.writer.write(to, 'goodbye', 'room');
  let isEmpty = false;
  void stage.writer.emptied().then(() => (isEmpty = true));
  while (stage.written.length < 10 * 101 + 6) {
    expect(isEmpty).toBe(false);
    expect(stage.unread).toBeLessThan(90);
    stage.read();
    await Promise.resolve();
  }
  expect([isEmpty, stage.writer.finish()]).toEqual([true, 0]);
  for (const client of clients) expect(stage.of(client)).toEqual([...names('line', 100), 'goodbye']);
  expect(stage.of('juliet')).toEqual([...names('list', 5), 'goodbye']);
  await new Stage().writer.emptied();
});

test('where the time is over everybody gets the goodbye, and what is not of a room', () => {
  const stage = new Stage();
  stage.window = 1;
  const clients = names('client', 10);
  for (const line of run('line', 100, KIB)) for (const to of clients) stage.writer.write(to, line, 'room');
  stage.writer.write('romeo', 'private', 'spooled');
  for (const to of clients) stage.writer.write(to, 'private', 'spooled');
  stage.writer.writeRun('romeo', run('list', 5, KIB), 'room');
  stage.writer.beginEnd();
  for (const to of [...clients, 'romeo']) stage.writer.write(to, 'goodbye', 'room');
  expect(stage.writer.finish()).toBe(10 * 100 - 41 + 1);
  for (const client of clients) expect(stage.of(client).slice(-2)).toEqual(['private', 'goodbye']);
  expect(stage.of('romeo')).toEqual(['private', 'goodbye']);
  for (const line of names('later', 9)) stage.writer.write('romeo', line, 'room');
  expect(stage.of('romeo').slice(2)).toEqual(names('later', 9));
});
