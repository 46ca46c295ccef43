// Talking with the gateway's own address: every command, its questions asked one at a time, for clients that have no forms. It goes on after
// a restart as command sessions do.

import { randomUUID } from 'node:crypto';
import { BridgeError } from '../../model/errors.ts';
import { resourceId } from '../../model/ids.ts';
import { joined, type Text, words } from '../../model/words.ts';
import { type CommandStage, CommandSessions, type CommandTurn, SESSION_MS } from '../command-sessions.ts';
import type { CommandDefinition, FeatureHost, Inbound } from '../feature.ts';
import { submittedForm, withField } from '../forms.ts';
import { at, commandMeant, isKnown, type Now } from './now.ts';
import { OpenTalks, type Talk } from './open-talks.ts';
import { CHOOSING, ENDINGS, isMenu, listText } from './menus.ts';
import { answerTo, askedAs, isRefusal, isSecret, type Question, questionsOf } from './questions.ts';
import { resultText } from './result-text.ts';
import { type Partner, sayTo } from './saying.ts';
import { Turns } from './turns.ts';
import { UnknownWords } from './unknown-words.ts';
import { BACK, CANCEL, commandIn, DONE, HELP, isOneOf, offered, STOP } from './vocabulary.ts';

export { resultText } from './result-text.ts';
export { sayTo } from './saying.ts';
export { HELP, helpText, REGISTER } from './vocabulary.ts';

type Asked = Extract<CommandStage, { kind: 'asked' }>;

/** Who hears nothing for so long is told why. */
const QUIET_MS = 3_000;
const ENDS_IT = words`“${CANCEL}” ends it.`;

const all = new WeakMap<FeatureHost, Talks>();

/** Those of one gateway. */
export function talksOf(host: FeatureHost): Talks {
  const known = all.get(host) ?? new Talks(host);
  all.set(host, known);
  return known;
}

class Talks {
  readonly #host: FeatureHost;
  readonly #sessions: CommandSessions;
  readonly #open: OpenTalks;
  readonly #turns = new Turns();
  readonly #unknown: UnknownWords;

  constructor(host: FeatureHost) {
    this.#host = host;
    this.#sessions = new CommandSessions(host);
    this.#open = new OpenTalks(host.forms);
    this.#unknown = new UnknownWords(host.clock);
  }

  /** One after the other for each user. */
  hear(request: Inbound, text: string): void {
    void this.#inTurn(request, () => this.#hear(request, text));
  }

  /** What she is in the middle of has ended by itself, and she is told. @returns false where that is something else. */
  async over(
    request: Partner,
    what: { readonly node: string; readonly session?: string },
    text: Text,
  ): Promise<boolean> {
    let isHers = false;
    await this.#inTurn(request, async () => {
      const talk = this.#open.of(request.user);
      isHers = talk?.node === what.node && (what.session ?? talk.session) === talk.session;
      if (talk === undefined || !isHers) return;
      await this.#open.end(request.user);
      await this.#host.forms.delete(talk.session);
      this.#say(request, text);
    });
    return isHers;
  }

  #inTurn(request: Partner, task: () => Promise<void>): Promise<void> {
    return this.#turns.take(request.user, task, (error) => this.#failed(request, error));
  }

  #say(request: Partner, text: Text, isPrivate = false): void {
    sayTo(this.#host, request, text, isPrivate);
  }

  async #hear(request: Inbound, text: string): Promise<void> {
    const { user } = request;
    const talk = this.#open.of(user);
    if (talk !== undefined && talk.expires >= this.#host.clock.now()) return this.#goOn(request, talk, text);
    if (talk !== undefined) {
      await this.#open.end(user);
      this.#say(request, words`That took too long, so it has ended.`);
    }
    const found = commandIn(offered(this.#host.commands, request), text, this.#host.translator(request));
    if (found === undefined) return this.#notUnderstood(request, text);
    this.#unknown.understood(user);
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
      this.#say(request, words`I was restarted meanwhile, so this begins once more.`);
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
    const question = now.questions[now.talk.at];
    const isRefused = question !== undefined && isRefusal(question, text, this.#host.translator(now.request));
    if (isRefused || means(CANCEL, STOP)) {
      const saved = words`Cancelled. What was saved before stays saved.`;
      return this.#leave(now, hasMenu ? saved : words`Cancelled: nothing was changed.`);
    }
    if (hasMenu && means(DONE)) return this.#leave(now, words`Done.`);
    if (means(BACK)) return this.#back(now);
    if (means(HELP, '?')) return this.#ask(now, words`Answer the question, or send “${BACK}” or “${CANCEL}”.`);
    if (now.talk.at === CHOOSING) return this.#choose(now, word);
    // Where there is more than one question, what was answered would be lost.
    const isAlone = this.#asked(now).length === 1 && this.#isFirst(now);
    const other = isAlone ? commandMeant(this.#host, now, text) : undefined;
    if (other === undefined) return this.#answer(now, text);
    if (other === now.command) return this.#ask(now, ENDS_IT);
    await this.#leave(now, words`“${now.command.name}” is left for that.`);
    await this.#begin(other, now.request, '');
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
    this.#say(now.request, text);
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
      if (thrown instanceof BridgeError) return this.#ask(now, joined([thrown.text, ENDS_IT], ' '));
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
    const stopTimer = this.#host.clock.after(QUIET_MS, () =>
      this.#say(request, words`That is being checked, which takes a while.`),
    );
    const submitted = this.#sessions.submit(now, session, submittedForm(talk.typed));
    const stage = await submitted.finally(stopTimer);
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
      const note = said.length === 0 ? undefined : joined(said, '\n');
      // Where nothing is asked, it is said below.
      const isAsked = note !== undefined && isSame && now.questions.length > 0;
      return this.#ask(now, isAsked ? joined([note, ENDS_IT], ' ') : note, !isSame);
    }
    await this.#open.end(request.user);
    if (stage.kind === 'failed') return this.#say(request, stage.error.text);
    const text = resultText(stage.result.form);
    this.#say(request, text === '' ? stage.result.note : joined([stage.result.note, text], '\n'));
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
    this.#say(request, joined(texts, '\n'), question !== undefined && isSecret(question));
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

  #notUnderstood(request: Inbound, text: string): void {
    const answer = this.#unknown.answerTo(request.user, text, this.#host.translator(request));
    if (answer !== undefined) this.#say(request, answer);
  }

  #failed(request: Partner, error: unknown): void {
    if (!(error instanceof BridgeError)) this.#host.log.error('a talk with the gateway failed', { error });
    const text = error instanceof BridgeError ? error.text : words`Something went wrong here. Please try again.`;
    void this.#open.end(request.user).then(() => this.#say(request, text));
  }
}
