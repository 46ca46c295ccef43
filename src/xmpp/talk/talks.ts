// Talking with the gateway's own address: every command, its questions asked one at a time, for clients that have no forms. It goes on after
// a restart as command sessions do.

import { randomUUID } from 'node:crypto';
import { BridgeError } from '../../model/errors.ts';
import { resourceId, type UserId } from '../../model/ids.ts';
import { joined, type Text, words } from '../../model/words.ts';
import { type CommandStage, CommandSessions, type CommandTurn, SESSION_MS } from '../command-sessions.ts';
import type { CommandDefinition, FeatureHost, Inbound } from '../feature.ts';
import { submittedForm, withField } from '../forms.ts';
import { freshId } from '../stanza.ts';
import { type Element, el } from '../xml.ts';
import { OpenTalks, type Talk } from './open-talks.ts';
import { answerTo, askedAs, isSecret, type Question, questionsOf, shownValue } from './questions.ts';
import { resultText } from './result-text.ts';
import { BACK, CANCEL, commandIn, DONE, HELP, isOneOf, offered } from './vocabulary.ts';

export { resultText } from './result-text.ts';
export { HELP, helpText, REGISTER } from './vocabulary.ts';

type Asked = Extract<CommandStage, { kind: 'asked' }>;
/** What she is in the middle of. */
interface Now extends CommandTurn {
  readonly talk: Talk;
  readonly form: Element;
  readonly questions: readonly Question[];
}

const CHOOSING = -1;
const ENDINGS = [DONE, words`exit`, words`no`, 'ok', 'quit', '0'];
/** Who does not understand and is not understood might be a machine as well. */
const MOST_UNKNOWN = 3;
const UNKNOWN_WITHIN_MS = 60_000;

export class Talks {
  readonly #host: FeatureHost;
  readonly #sessions: CommandSessions;
  readonly #open: OpenTalks;
  readonly #turns = new Map<UserId, Promise<void>>();
  readonly #unknown = new Map<UserId, number>();

  constructor(host: FeatureHost) {
    this.#host = host;
    this.#sessions = new CommandSessions(host);
    this.#open = new OpenTalks(host.forms);
  }

  /** One after the other for each user. */
  hear(request: Inbound, text: string): void {
    const { user } = request;
    const before = this.#turns.get(user) ?? Promise.resolve();
    const turn = before
      .then(() => this.#hear(request, text))
      .then(undefined, (error: unknown) => this.#failed(request, error));
    this.#turns.set(user, turn);
    void turn.then(() => {
      if (this.#turns.get(user) === turn) this.#turns.delete(user);
    });
  }

  say(request: Pick<Inbound, 'user' | 'lang' | 'type' | 'stanza'>, text: Text, isPrivate = false): void {
    const translate = this.#host.translator(request);
    const type = request.type === 'normal' ? 'normal' : 'chat';
    const thread = request.stanza.childText('thread');
    this.#host.send(
      el(
        'message',
        { from: this.#host.gateway.domain, to: request.user, type, id: freshId(), 'xml:lang': translate.language },
        el('body', {}, translate(text)),
        thread === undefined ? undefined : el('thread', {}, thread),
        isPrivate ? el('no-store', { xmlns: 'urn:xmpp:hints' }) : undefined,
      ),
      'spooled',
    );
  }

  async #hear(request: Inbound, text: string): Promise<void> {
    const { user } = request;
    const talk = this.#open.of(user);
    if (talk !== undefined && talk.expires >= this.#host.clock.now()) return this.#goOn(request, talk, text);
    if (talk !== undefined) {
      await this.#open.end(user);
      this.say(request, words`That took too long, so it has ended.`);
    }
    const found = commandIn(offered(this.#host.commands, request), text, this.#host.translator(request));
    if (found === undefined) return this.#notUnderstood(request);
    this.#unknown.delete(user);
    await this.#begin(found.command, request, found.rest);
  }

  async #begin(command: CommandDefinition, request: Inbound, rest: string): Promise<void> {
    const turn = { command, request, id: randomUUID() };
    const stage = await this.#sessions.begin(turn, resourceId(request.user));
    const now = stage.kind === 'asked' && rest !== '' ? this.#stateOf(turn, stage) : undefined;
    const question = now?.questions[now.talk.at];
    if (now === undefined || question === undefined || isSecret(question)) return this.#follow(turn, stage, {});
    await this.#answer(now, rest);
  }

  async #goOn(request: Inbound, talk: Talk, text: string): Promise<void> {
    const command = this.#host.commands.find(({ node }) => node === talk.node);
    const session = this.#sessions.of(talk.session, talk.node, resourceId(request.user));
    if (command?.available(request) !== true || session === undefined) {
      await this.#open.end(request.user);
      return this.#hear(request, text);
    }
    const turn = { command, request, id: talk.session };
    const known = this.#open.formOf(request.user);
    const stage = known === undefined ? await this.#sessions.now(turn, session) : undefined;
    const form = known ?? (stage?.kind === 'asked' ? stage.question.ask : undefined);
    if (form === undefined) {
      const first = { ...turn, id: randomUUID() };
      this.say(request, words`I was restarted meanwhile, so this begins once more.`);
      return this.#follow(first, await this.#sessions.begin(first, resourceId(request.user)), {});
    }
    // What was asked by the process before can't be answered where the question itself was made anew.
    if (stage !== undefined && session.steps.length > 0 && command.cancelled !== undefined) {
      return this.#follow(turn, stage, {}, words`I was restarted meanwhile, so I have to ask again.`);
    }
    await this.#take({ ...turn, talk, form, questions: questionsOf(form) }, text);
  }

  async #take(now: Now, text: string): Promise<void> {
    const word = text.trim().toLowerCase();
    const means = (...meant: readonly Text[]): boolean => isOneOf(word, meant, this.#host.translator(now.request));
    const hasMenu = isMenu(now.command, now.questions);
    if (means(CANCEL, words`stop`)) {
      const saved = words`Cancelled. What was saved before stays saved.`;
      return this.#leave(now, hasMenu ? saved : words`Cancelled: nothing was changed.`);
    }
    if (hasMenu && means(DONE)) return this.#leave(now, words`Done.`);
    if (means(BACK)) return this.#back(now);
    if (means(HELP, '?')) return this.#ask(now, words`Answer the question, or send “${BACK}” or “${CANCEL}”.`);
    if (now.talk.at === CHOOSING) return this.#choose(now, word);
    await this.#answer(now, text);
  }

  async #back(now: Now): Promise<void> {
    const { talk, request, questions } = now;
    const hasMenu = isMenu(now.command, questions);
    if (hasMenu && talk.at !== CHOOSING) return this.#ask(at(now, CHOOSING));
    const before = hasMenu ? -1 : this.#asked(now).findLast((one) => one < talk.at);
    if (before !== undefined && before >= 0) return this.#ask(at(now, before));
    const session = this.#sessions.of(talk.session, talk.node, resourceId(request.user));
    const stage = session && (await this.#sessions.back(now, session));
    if (stage === undefined) return this.#ask(now, words`This is where it begins.`);
    await this.#follow(now, stage, {});
  }

  async #leave(now: Now, text: Text): Promise<void> {
    await this.#open.end(now.request.user);
    await this.#sessions.cancel(now);
    this.say(now.request, text);
  }

  async #choose(now: Now, word: string): Promise<void> {
    const { questions, request } = now;
    if (isOneOf(word, ENDINGS, this.#host.translator(request))) return this.#leave(now, words`Done.`);
    const chosen = /^\d+$/.test(word)
      ? Number(word) - 1
      : questions.findIndex(({ label }) => label.toLowerCase() === word);
    if (questions[chosen] === undefined)
      return this.#ask(now, words`Send a number from 1 to ${questions.length}, or “${DONE}”.`);
    await this.#ask(at(now, chosen));
  }

  async #answer(now: Now, text: string): Promise<void> {
    const { talk, questions } = now;
    const question = questions[talk.at];
    if (question === undefined) return this.#submit(now);
    let answer: readonly string[];
    try {
      answer = answerTo(question, text, isKnown(question, talk), this.#host.translator(now.request));
      this.#check(now, question, answer);
    } catch (thrown) {
      if (thrown instanceof BridgeError) return this.#ask(now, joined([thrown.text, words`“${CANCEL}” ends it.`], ' '));
      throw thrown;
    }
    // What was typed before is still what it is where a secret is left as it is.
    const isLeft = isSecret(question) && answer.join('') === '';
    const typed = isLeft ? talk.typed : { ...talk.typed, [question.name]: answer };
    const answered = { ...now, talk: { ...talk, typed } };
    if (isMenu(now.command, questions)) return this.#submit(answered);
    const next = this.#asked(now).find((one) => one > talk.at && typed[questions[one]?.name ?? ''] === undefined);
    await (next === undefined ? this.#submit(answered) : this.#ask(at(answered, next)));
  }

  /** Where that can be told at once. @throws BridgeError */
  #check(now: Now, { name, value }: Question, answer: readonly string[]): void {
    const written = answer.join('\n');
    if (written === '' || written === value.join('\n') || !this.#isFirst(now)) return;
    const problem = now.command.talk?.problem?.(name, written);
    if (problem !== undefined) throw new BridgeError('malformed', problem, { field: name });
  }

  async #submit(now: Now): Promise<void> {
    const { talk, request, command } = now;
    const session = this.#sessions.of(talk.session, talk.node, resourceId(request.user));
    if (session === undefined) return this.#follow(now, await this.#sessions.begin(now, resourceId(request.user)), {});
    const stage = await this.#sessions.submit(now, session, submittedForm(talk.typed));
    if (stage.kind !== 'done' || !isMenu(command, now.questions)) return this.#follow(now, stage, talk.typed);
    stage.result.after?.();
    // The list once more, with what has changed.
    const again = { command, request, id: randomUUID() };
    let next = await this.#sessions.begin(again, resourceId(request.user));
    for (const step of session.steps) {
      const opened = this.#sessions.of(again.id, command.node, resourceId(request.user));
      if (opened !== undefined) next = await this.#sessions.submit(again, opened, submittedForm(step));
    }
    await this.#follow(again, next, {}, stage.result.note);
  }

  async #follow(turn: CommandTurn, stage: CommandStage, typed: Talk['typed'], before?: Text): Promise<void> {
    const { request } = turn;
    if (stage.kind === 'asked') {
      const said = [before, stage.question.note].filter((one) => one !== undefined);
      const isSame = stage.question.still === true || stage.question.tone === 'warn';
      const now = this.#stateOf(turn, stage, isSame ? typed : {});
      return this.#ask(now, said.length === 0 ? undefined : joined(said, '\n'), !isSame);
    }
    await this.#open.end(request.user);
    if (stage.kind === 'failed') return this.say(request, stage.error.text);
    const text = resultText(stage.result.form);
    this.say(request, text === '' ? stage.result.note : joined([stage.result.note, text], '\n'));
    stage.result.after?.();
  }

  #stateOf(turn: CommandTurn, { question, wrong }: Asked, typed: Talk['typed'] = {}): Now {
    // Nobody wants to leave it as it was wrong.
    const form = wrong === undefined ? question.ask : withField(question.ask, wrong);
    const questions = questionsOf(form);
    const talk = { node: turn.command.node, session: turn.id, at: 0, typed };
    const now = { ...turn, talk, form, questions };
    const again = questions.findIndex(({ name }) => name === wrong?.attrs['var']);
    if (again >= 0) return at(now, again);
    return at(now, isMenu(turn.command, questions) ? CHOOSING : (this.#asked(now)[0] ?? 0));
  }

  /** Asks what there is to be asked now. `isNew`: with what the form says of itself. */
  async #ask(now: Now, before?: Text, isNew = false): Promise<void> {
    const { talk, form, questions, request } = now;
    await this.#open.put(request.user, talk, form, this.#host.clock.now() + SESSION_MS);
    const question = questions[talk.at];
    const head = [before, isNew || question === undefined ? form.childText('instructions') : undefined];
    const body = question === undefined ? listText(now) : askedAs(question, isKnown(question, talk));
    const texts = [...head, body].filter((one): one is Text => one !== undefined && one !== '');
    this.say(request, joined(texts, '\n'), question !== undefined && isSecret(question));
  }

  /** Places of the questions that are asked in turn. */
  #asked(now: Now): readonly number[] {
    const { command, request, questions } = now;
    const names = this.#isFirst(now) ? command.talk?.asks?.(request) : undefined;
    return questions.flatMap(({ name }, place) => (names === undefined || names.has(name) ? [place] : []));
  }

  /** It is about the command's first form. */
  #isFirst({ command, request, id }: Now): boolean {
    return this.#sessions.of(id, command.node, resourceId(request.user))?.steps.length === 0;
  }

  #notUnderstood(request: Inbound): void {
    const { user } = request;
    const times = (this.#unknown.get(user) ?? 0) + 1;
    this.#unknown.set(user, times);
    if (times === 1) this.#host.clock.after(UNKNOWN_WITHIN_MS, () => this.#unknown.delete(user));
    if (times <= MOST_UNKNOWN)
      this.say(request, words`I did not understand that. Send “${HELP}” to see what I can do.`);
  }

  #failed(request: Inbound, error: unknown): void {
    if (!(error instanceof BridgeError)) this.#host.log.error('a talk with the gateway failed', { error });
    const text = error instanceof BridgeError ? error.text : words`Something went wrong here. Please try again.`;
    void this.#open.end(request.user).then(() => this.say(request, text));
  }
}

const at = (now: Now, place: number): Now => ({ ...now, talk: { ...now.talk, at: place } });

/** A form that may be submitted with any one of its fields alone. */
const isMenu = (command: CommandDefinition, questions: readonly Question[]): boolean =>
  command.talk?.menu === true && questions.length > 1;

const isKnown = (question: Question, { typed }: Talk): boolean =>
  isSecret(question) && typed[question.name] !== undefined;

function listText({ command, form, questions }: Now): Text {
  if (!isMenu(command, questions)) return words`Send “${DONE}” when that is done.`;
  const title = form.childText('title');
  const lines = questions.map((question, place) => {
    const value = isSecret(question) ? words`(secret)` : shownValue(question);
    return words`${place + 1}. ${question.label}: ${value === '' ? '–' : value}`;
  });
  const head = title === undefined ? [] : [`${title}:`];
  return joined([...head, ...lines, words`Send a number to change it, or “${DONE}”.`], '\n');
}
