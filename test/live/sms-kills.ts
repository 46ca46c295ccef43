// SMS while the gateway is killed, or away: by Twilio's journal nothing goes out twice or not at all, and every text in arrives.

import { expect } from 'vitest';
import type { GatewayProcess } from '../support/gateway-process.ts';
import { until } from '../support/processes.ts';
import { bodyOf, SMS, type SmsCast, signsOff, signsUp, type Texter } from '../support/twilio-world.ts';
import type { XmlNode } from '../support/xml-tree.ts';

type Play = (what: string, act: (cast: SmsCast) => Promise<void>) => void;

const BURST = 12;
const RECEIPTS = 'urn:xmpp:receipts';

export function smsKills(play: Play): void {
  play('the gateway is killed while texts go both ways: each went out once, each that came arrives', async (cast) => {
    const juliet = await cast.texter('juliet');
    const { gateway, twilio } = cast.world;
    const flow = new Flow(juliet, cast);
    // Killed with the first text to each phone on its way and the rest behind it; taken by Twilio the second time, the first time not.
    for (const fault of ['hang-before', 'hang-after']) {
      const before = unanswered(cast);
      await twilio.fault(fault, { forMs: 60_000 });
      await flow.next(BURST);
      await until('all are kept', async () => (await kept(gateway)) === BURST);
      await until('the first are on their way', () => unanswered(cast) >= before + flow.phones.length);
      await gateway.crash();
      await twilio.order('clear');
      await flow.next(BURST);
      await flow.isOver();
    }
    for (const phone of flow.phones) {
      const wanted = flow.sent.filter(({ to }) => to === phone).map(({ body }) => body);
      expect(twilio.sentTo(phone).map(({ body }) => body)).toEqual(wanted);
    }
  });

  play('what becomes of a long text is told, though the gateway is killed before the last word', async (cast) => {
    const { client, phone, contact } = await cast.texter('juliet');
    const { gateway, twilio } = cast.world;
    const other = cast.world.newPhone();
    const long = `${'word '.repeat(330)}and the end`;
    for (const to of [phone, other]) {
      await twilio.script([{ status: 'queued' }, { status: 'sent', afterMs: 50 }], { to, times: 2 });
      const inside = `<body>${long}</body><request xmlns='${RECEIPTS}'/>`;
      client.sends(`<message to='${to}@${SMS}' type='chat' id='long-${to}'>${inside}</message>`);
    }
    for (const to of [phone, other]) await until('both parts', () => twilio.sentTo(to).length === 2);
    const [one, two] = twilio.sentTo(phone);
    await told(cast, one?.sid ?? '', [{ status: 'delivered' }]);
    await gateway.crash();
    await told(cast, two?.sid ?? '', [{ status: 'delivered' }]);
    const receipt = `<received xmlns='${RECEIPTS}' id='long-${phone}'/>`;
    await client.finds(`<message from='${contact}'>${receipt}</message>`, 30_000);
    const [part] = twilio.sentTo(other);
    await told(cast, part?.sid ?? '', [{ status: 'undelivered', code: 30_005 }]);
    const words = await client.finds(`<message from='${other}@${SMS}' type='chat'><body>*</body></message>`, 30_000);
    expect(bodyOf(words)).toContain('Not delivered');
    await client.forgets(({ name, attrs }) => name === 'presence' || attrs['type'] === 'error');
  });

  play('what came to a number before it was hers is not hers, also after a restart', async (cast) => {
    const juliet = await cast.texter('juliet');
    const { gateway, twilio } = cast.world;
    await twilio.text(juliet.phone, juliet.number, 'for Juliet alone');
    await juliet.client.finds(`<message from='${juliet.contact}'><body>for Juliet alone</body></message>`);
    await signsOff(juliet.client);
    const romeo = await cast.person('romeo');
    await signsUp(romeo, { number: juliet.number });
    const before = looks(cast, juliet.number);
    await gateway.restart();
    const looked = (): boolean => looks(cast, juliet.number) > before;
    // A session that was not there before the restart has nothing to look for until its second look.
    await until('missed texts were looked for', looked, { deadlineMs: 40_000 });
    await twilio.text(juliet.phone, juliet.number, 'for Romeo');
    const first = await romeo.finds("<message type='chat'><body>*</body></message>", 30_000);
    expect(bodyOf(first)).toBe('for Romeo');
    for (const client of [juliet.client, romeo]) await client.forgets(({ name }) => name === 'presence');
  });

  play('texts that come while the gateway is away arrive when it is back', async (cast) => {
    const { client, number, phone, contact } = await cast.texter('juliet');
    const { gateway, twilio } = cast.world;
    const first = await twilio.text(phone, number, 'before');
    await client.finds(`<message from='${contact}'><body>before</body></message>`);
    // Twilio's times are whole seconds: in the first one, nobody knows whose the number was.
    const since = Date.now();
    await until('a second is over', () => Date.now() - since > 1_000);
    await gateway.stop();
    await client.forgets(({ name }) => name === 'presence');
    // The first is not even tried again; the second still is when the gateway is back.
    await twilio.fault('drop', { on: 'text' });
    const missed = await twilio.text(phone, number, 'nobody was told');
    await until('it is in the list', () => Date.now() - sentAt(cast, missed) > 2_500);
    await twilio.text(phone, number, 'tried again');
    await gateway.restart();
    for (const body of ['nobody was told', 'tried again']) {
      await client.finds(`<message from='${contact}' type='chat'><body>${body}</body></message>`, 30_000);
    }
    // A text of the last seconds may come a second time, as the same message.
    await client.forgets(({ name, attrs }) => name === 'presence' || attrs['id'] === first);
  });
}

/** The answer to the provider's word of it, once it is given. */
async function told({ world }: SmsCast, sid: string, steps: readonly object[]): Promise<void> {
  const { twilio } = world;
  const before = twilio.posts(sid).length;
  await twilio.order('tell', { sid, steps });
  await until(
    'it is told',
    () =>
      twilio
        .posts(sid)
        .slice(before)
        .some(({ answer }) => answer === 200),
    { deadlineMs: 30_000 },
  );
}

/** How often the list of what came to that number was asked for. */
function looks({ world }: SmsCast, number: string): number {
  const name = encodeURIComponent(number);
  return world.twilio.journal().filter((one) => one.t === 'asked' && one.method === 'GET' && one.path.includes(name))
    .length;
}

/** Requests that were given no answer. */
function unanswered({ world }: SmsCast): number {
  return world.twilio.journal().filter((one) => one.t === 'asked' && one.answer === 0).length;
}

/** Commands in the outbox, as the metrics say. */
async function kept({ process }: GatewayProcess): Promise<number> {
  const [, port] = /"port":(\d+),"msg":"health and metrics are served"/.exec(process.logs()) ?? [];
  const page = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
  const [, count] = /^viaduct_queue_items\{[^}]*queue="outbox"[^}]*\} (\d+)$/m.exec(page) ?? [];
  return Number(count);
}

function sentAt({ world }: SmsCast, sid: string): number {
  return world.twilio.journal().find((one) => one.t === 'message' && one.sid === sid)?.at ?? Date.now();
}

/** Numbered texts between one person and three phones. */
class Flow {
  readonly phones: readonly string[];
  readonly sent: { readonly to: string; readonly body: string; readonly id: string }[] = [];
  readonly receipts = new Set<string>();
  readonly heard = new Set<string>();
  readonly #sids = new Set<string>();
  readonly #juliet: Texter;
  readonly #cast: SmsCast;

  constructor(juliet: Texter, cast: SmsCast) {
    this.#juliet = juliet;
    this.#cast = cast;
    this.phones = [juliet.phone, cast.world.newPhone(), cast.world.newPhone()];
  }

  /** So many more each way. */
  async next(count: number): Promise<void> {
    for (let n = 0; n < count; n += 1) await this.#one(this.sent.length);
  }

  async #one(n: number): Promise<void> {
    const { client, number } = this.#juliet;
    const phone = this.phones[n % this.phones.length] ?? '';
    const text = { to: phone, body: `out ${n}`, id: `out-${n}` };
    this.sent.push(text);
    const inside = `<body>${text.body}</body><request xmlns='${RECEIPTS}'/>`;
    client.sends(`<message to='${phone}@${SMS}' type='chat' id='${text.id}'>${inside}</message>`);
    this.#sids.add(await this.#cast.world.twilio.text(phone, number, `in ${n}`));
  }

  /** Every receipt and every text is there; what came twice is the same message. */
  async isOver(): Promise<void> {
    const { client } = this.#juliet;
    const { receipts, heard } = this;
    const isAll = (): boolean => receipts.size === this.sent.length && heard.size === this.#sids.size;
    const take = ({ name, attrs, children }: XmlNode): boolean => {
      if (name !== 'message' || attrs['type'] === 'error') return name === 'presence';
      for (const child of children) {
        if (typeof child === 'string') continue;
        if (child.name === 'received') receipts.add(child.attrs['id'] ?? '');
        if (child.name === 'body') heard.add(attrs['id'] ?? '');
      }
      return true;
    };
    await until(
      'everything has arrived',
      async () => {
        await client.forgets(take);
        return isAll();
      },
      { deadlineMs: 90_000, everyMs: 200 },
    ).catch((error: unknown) => {
      const missing = this.sent.filter(({ id }) => !receipts.has(id)).map(({ id }) => id);
      const silent = [...this.#sids].filter((sid) => !heard.has(sid));
      const strange = [...heard].filter((id) => !this.#sids.has(id));
      const what = `no receipt: ${missing.join()}; never came: ${silent.join()}; not of this: ${strange.join()}`;
      throw new Error(what, { cause: error });
    });
    expect(heard).toEqual(this.#sids);
    expect(client.unread.flatMap((raw) => (raw.includes("type='error'") ? [raw] : []))).toEqual([]);
  }
}
