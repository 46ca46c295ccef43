// Ad-hoc commands (XEP-0050) by forms: their list and their stages. What they do comes from the features that offer them.

import { randomUUID } from 'node:crypto';
import type { OpenForm } from '../../model/ports.ts';
import { joined, type Text, words } from '../../model/words.ts';
import { actionOf, CommandSessions, type CommandStage, type CommandTurn } from '../command-sessions.ts';
import {
  type CommandDefinition,
  type Feature,
  type FeatureHost,
  type IqReply,
  type IqRequest,
  StanzaError,
  type Translator,
  type Where,
} from '../feature.ts';
import { FORMS, introducedForm, isSubmitted, submittedForm } from '../forms.ts';
import { freshId } from '../stanza.ts';
import { resultText } from '../talk/talks.ts';
import { type Element, el } from '../xml.ts';

const NS = 'http://jabber.org/protocol/commands';
/** So long one waits before a form. */
const LONG_MS = 10_000;

const isAt = ({ where = ['gateway'] }: CommandDefinition, place: Where): boolean => where.includes(place);

export const commands: Feature = {
  specs: ['XEP-0050'],
  register(host) {
    const desk = new CommandDesk(host);
    const where: readonly Where[] =
      host.gateway.network.roomService === undefined ? ['gateway', 'contact'] : ['gateway', 'contact', 'room'];
    host.advertise(NS, where);
    host.disco(where, {
      items: (request, node) =>
        node === NS
          ? host.commands
              .filter((command) => isAt(command, request.to.where) && command.available(request))
              .map(({ node: own, name }) => ({ jid: request.to.bare, node: own, name }))
          : [],
      node(request, node) {
        if (node === NS)
          return {
            identities: [{ category: 'automation', type: 'command-list', name: words`Commands` }],
            features: [],
          };
        const command = host.commands.find((one) => one.node === node && isAt(one, request.to.where));
        if (command?.available(request) !== true) return undefined;
        const identity = { category: 'automation', type: 'command-node', name: command.name };
        return { identities: [identity], features: [NS, FORMS] };
      },
    });
    host.onIq('set', NS, 'command', where, (request) => desk.handle(request));
  },
};

class CommandDesk {
  readonly #host: FeatureHost;
  readonly #sessions: CommandSessions;
  /** Steps that are being worked on. */
  readonly #running = new Set<string>();

  constructor(host: FeatureHost) {
    this.#host = host;
    this.#sessions = new CommandSessions(host);
  }

  async handle(request: IqRequest): Promise<IqReply> {
    const { node = '', action = 'execute', sessionid } = request.payload.attrs;
    const command = this.#host.commands.find((one) => one.node === node && isAt(one, request.to.where));
    if (command === undefined) throw new StanzaError('cancel/item-not-found', words`There is no such command.`);
    if (!command.available(request))
      throw new StanzaError('auth/forbidden', command.needs ?? words`You may not use this command.`);
    if (!['execute', 'complete', 'cancel', 'next', 'prev'].includes(action)) throw malformed('malformed-action');
    const turn = { command, request, id: sessionid ?? randomUUID() };
    if (sessionid === undefined) {
      if (action !== 'execute') throw malformed('bad-action');
      return this.#alone(turn, () => this.#sessions.begin(turn, request.from));
    }
    const session = this.#sessionOf(sessionid, node, request);
    const form = request.payload.child('x', FORMS);
    if (action === 'cancel' || form?.attrs['type'] === 'cancel') {
      await this.#sessions.cancel(turn);
      return { payload: answer(turn, 'canceled') };
    }
    if (action === 'prev')
      return this.#replyTo(turn, (await this.#sessions.back(turn, session)) ?? refuse('bad-action'));
    if (action !== 'execute' && session.action !== undefined && action !== session.action)
      throw malformed('bad-action');
    const answers = form ?? (session.isBlank === true ? submittedForm({}) : refuse('bad-payload'));
    if (!isSubmitted(answers)) throw malformed('bad-payload');
    return this.#alone(turn, () => this.#sessions.submit(turn, session, answers));
  }

  /** One step at a time of a session; and of a user, where something is under way that another session of it would end. */
  async #alone(turn: CommandTurn, run: () => Promise<CommandStage>): Promise<IqReply> {
    const { command, request, id } = turn;
    const key = command.cancelled === undefined ? id : `${request.user} ${command.node}`;
    if (this.#running.has(key))
      throw new StanzaError(
        'cancel/not-allowed',
        words`Your last answers are still being checked; try again in a moment.`,
      );
    this.#running.add(key);
    return this.#inTime(
      turn,
      run().finally(() => this.#running.delete(key)),
    );
  }

  /** CMD-5: nobody waits for long; what comes of it then is told in a message. */
  async #inTime(turn: CommandTurn, running: Promise<CommandStage>): Promise<IqReply> {
    const { promise: late, resolve } = Promise.withResolvers<undefined>();
    const stopTimer = this.#host.clock.after(LONG_MS, () => resolve(undefined));
    const stage = await Promise.race([running, late]).finally(stopTimer);
    if (stage !== undefined) return this.#replyTo(turn, stage);
    running.then(
      (outcome) => this.#tellLate(turn, outcome),
      (error: unknown) => {
        this.#host.log.error('a command failed late', { error });
        this.#message(turn, words`Something went wrong here. Please try again.`);
      },
    );
    const note = this.#host.translator(turn.request)(
      words`This takes a while: it goes on, and you will get a message.`,
    );
    return { payload: answer(turn, 'completed', el('note', { type: 'info' }, note)) };
  }

  #replyTo(turn: CommandTurn, stage: CommandStage): IqReply {
    return replyTo(turn, stage, this.#host.translator(turn.request));
  }

  #tellLate(turn: CommandTurn, stage: CommandStage): void {
    if (stage.kind === 'failed') this.#message(turn, stage.error.text);
    else if (stage.kind === 'done') {
      const text = resultText(stage.result.form);
      this.#message(turn, joined([stage.result.note, ...(text === '' ? [] : [text])], '\n'));
      stage.result.after?.();
    } else {
      // Her client has closed the form that this would be the next one of.
      void this.#sessions.cancel(turn);
      const { note = '', ask } = stage.question;
      const more = note === '' ? words`There is more to answer: ${ask.childText('instructions') ?? ''}` : note;
      this.#message(turn, words`${more} Please begin once more.`);
    }
  }

  #message({ request }: CommandTurn, text: Text): void {
    const translate = this.#host.translator(request);
    const attrs = { from: this.#host.gateway.domain, to: request.user, type: 'chat', id: freshId() };
    const body = el('body', {}, translate(text));
    this.#host.send(el('message', { ...attrs, 'xml:lang': translate.language }, body), 'spooled');
  }

  /** CMD-3: of one client only. */
  #sessionOf(id: string, node: string, { from }: IqRequest): OpenForm {
    const session = this.#sessions.of(id, node, from);
    if (session === undefined) throw malformed('bad-sessionid');
    if (!this.#sessions.isOver(session)) return session;
    const detail = el('session-expired', { xmlns: NS });
    throw new StanzaError('cancel/not-allowed', words`That took too long: please start again.`, detail);
  }
}

function replyTo(turn: CommandTurn, stage: CommandStage, translate: Translator): IqReply {
  switch (stage.kind) {
    case 'asked':
      return { payload: asked(turn, stage, translate) };
    case 'done': {
      const { note, form, after } = stage.result;
      const payload = answer(turn, 'completed', form, el('note', { type: 'info' }, translate(note)));
      return { payload, ...(after !== undefined && { after }) };
    }
    case 'failed':
      return { payload: answer(turn, 'completed', el('note', { type: 'error' }, translate(stage.error.text))) };
    default:
      return stage satisfies never;
  }
}

type Asked = Extract<CommandStage, { kind: 'asked' }>;

function asked(turn: CommandTurn, { question, canGoBack }: Asked, translate: Translator): Element {
  const { ask, note, tone } = question;
  const action = actionOf(question);
  const actions = el('actions', { execute: action }, canGoBack ? el('prev') : undefined, el(action));
  if (note === undefined) return answer(turn, 'executing', actions, ask);
  const said = translate(note);
  return answer(turn, 'executing', actions, introducedForm(ask, said), el('note', { type: tone ?? 'info' }, said));
}

function answer({ command, id }: CommandTurn, status: string, ...children: readonly (Element | undefined)[]): Element {
  return el('command', { xmlns: NS, node: command.node, sessionid: id, status }, ...children);
}

function refuse(condition: string): never {
  throw malformed(condition);
}

function malformed(condition: string): StanzaError {
  return new StanzaError('modify/bad-request', '', el(condition, { xmlns: NS }));
}
