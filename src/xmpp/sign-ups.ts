// Signing up by command: one sign-up at a time for each user, over all the steps that her network asks for.

import { BridgeError } from '../model/errors.ts';
import type { Answers, Field } from '../model/form.ts';
import type { UserId } from '../model/ids.ts';
import { joined, type Text, words } from '../model/words.ts';
import type { CommandOutcome, CommandQuestion, FeatureHost, Inbound } from './feature.ts';
import { formElement, pictureField, readForm } from './forms.ts';
import { shownPicturesOf } from './shown-pictures.ts';
import { SignUp, type SignUpEnd, type SignUpTurn } from './sign-up.ts';
import { REGISTER as SAID, talksOf } from './talk/talks.ts';
import { welcome } from './welcome.ts';
import type { Element } from './xml.ts';

export { welcome } from './welcome.ts';

/** XEP-0077. */
export const REGISTER = 'jabber:iq:register';

/** What the network asks next, or wants done elsewhere. */
function question(host: FeatureHost, request: Inbound, turn: SignUpTurn): CommandQuestion {
  const { title } = host.gateway.network;
  const fields = turn.kind === 'ask' ? turn.fields : [];
  const instructions = turn.kind === 'ask' || turn.kind === 'show' ? toldIn(request, turn) : '';
  const texts = { title: words`${title} account`, instructions, formType: REGISTER };
  const translate = host.translator(request);
  const ask = formElement(fields, {}, texts, translate);
  if (turn.kind === 'show' && turn.picture !== undefined)
    ask.add(pictureField(translate(words`To scan`), shownPicturesOf(host).media(request.user, turn.picture)));
  if (turn.kind !== 'ask' || turn.wrong === undefined) return { ask };
  return { ask, note: turn.wrong, tone: 'warn', still: true };
}

/** A talk says itself how it goes on. */
function toldIn({ stanza }: Inbound, { kind, text }: Extract<SignUpTurn, { kind: 'ask' | 'show' }>): Text {
  if (kind === 'ask' || stanza.name === 'message') return text;
  return joined([text, words`When that is done, go on here.`], ' ');
}

/** Answers to what the network asks on the way. @throws BridgeError malformed, with `field`. */
function completeAnswers(form: Element, fields: readonly Field[]): Answers {
  const answers = readForm(form, fields);
  const missing = fields.find(({ name, required }) => required === true && (answers[name] ?? '') === '');
  if (missing === undefined) return answers;
  throw new BridgeError('malformed', words`“${missing.label}” is needed.`, { field: missing.name });
}

interface UnderWay {
  readonly session: string;
  readonly signUp: SignUp;
  /** She has no account yet, and is welcomed with it. */
  readonly isFirst: boolean;
  isWelcomed: boolean;
}

const all = new WeakMap<FeatureHost, SignUps>();

/** Those of one gateway. */
export function signUpsOf(host: FeatureHost): SignUps {
  const known = all.get(host) ?? new SignUps(host);
  all.set(host, known);
  return known;
}

/** Signing up by command, over all the steps that a network asks for: one at a time for each user. */
class SignUps {
  readonly #host: FeatureHost;
  readonly #underWay = new Map<UserId, UnderWay>();

  constructor(host: FeatureHost) {
    this.#host = host;
    host.onStop(() => {
      for (const user of this.#underWay.keys()) void this.giveUp(user);
    });
  }

  async run(request: Inbound, forms: readonly Element[], session: string): Promise<CommandOutcome> {
    const [first, ...later] = forms;
    const last = later.at(-1);
    if (last !== undefined) return this.#goOn(request, last, session);
    const answers = first === undefined ? {} : readForm(first, this.#host.desk.form);
    const known = await this.#begin(request, session);
    const turn = await known.signUp.begin(answers);
    if (turn.kind !== 'failed') return this.#outcome(request, known, turn);
    await this.giveUp(request.user, session);
    throw turn.error;
  }

  /** Whatever she is in the middle of, or only what belongs to that session. */
  async giveUp(user: UserId, session?: string): Promise<void> {
    const known = this.#underWay.get(user);
    if (known === undefined || (session !== undefined && known.session !== session)) return;
    this.#underWay.delete(user);
    await known.signUp.giveUp();
  }

  /** Her account is removed: whatever signs her up ends, and she is told where that is a talk. */
  removed(user: UserId): void {
    void this.giveUp(user);
    const text = words`Your account was removed, so this has ended. “${SAID}” begins once more.`;
    void talksOf(this.#host).over({ user }, { node: REGISTER }, text);
  }

  async #begin(request: Inbound, session: string): Promise<UnderWay> {
    const { user } = request;
    const { desk, clock } = this.#host;
    await this.giveUp(user);
    const signUp = new SignUp({
      desk,
      clock,
      user,
      endedUnheard: (end) => void this.#endedUnheard(request, known, end),
      expired: () => {
        void this.giveUp(user, session);
        const what = { node: REGISTER, session };
        void talksOf(this.#host).over(request, what, words`That took too long, so it has ended.`);
      },
    });
    const known: UnderWay = { session, signUp, isFirst: desk.accounts(user).length === 0, isWelcomed: false };
    this.#underWay.set(user, known);
    return known;
  }

  /** A talk ends with it, and she is told; a form is answered when it is sent. */
  async #endedUnheard(request: Inbound, known: UnderWay, end: SignUpEnd): Promise<void> {
    const { session } = known;
    const what = { node: REGISTER, session };
    const isTold = await talksOf(this.#host).over(request, what, this.#said(known, end));
    if (isTold) await this.giveUp(request.user, session);
    if (end.kind === 'done') this.#welcome(request.user, known);
  }

  #said({ isFirst }: UnderWay, end: SignUpEnd): Text {
    if (end.kind === 'failed')
      return end.error instanceof BridgeError ? end.error.text : words`Something went wrong here. Please try again.`;
    const { title } = end.account;
    return isFirst
      ? words`Your account ${title} is linked. Say yes when ${this.#host.gateway.domain} asks to see whether you are there: then you are signed in while you are.`
      : words`Your account ${title} is linked.`;
  }

  #welcome(user: UserId, known: UnderWay): void {
    if (known.isFirst && !known.isWelcomed) welcome(this.#host, user);
    known.isWelcomed = true;
  }

  async #outcome(request: Inbound, known: UnderWay, turn: SignUpTurn): Promise<CommandOutcome> {
    const { user } = request;
    if (turn.kind !== 'done') return question(this.#host, request, turn);
    await this.giveUp(user, known.session);
    return { note: this.#said(known, turn), after: () => this.#welcome(user, known) };
  }

  async #goOn(request: Inbound, form: Element, session: string): Promise<CommandOutcome> {
    const { user } = request;
    const known = this.#underWay.get(user);
    if (known?.session !== session)
      return { startOver: words`The gateway was restarted before you were signed in, so that has to begin once more.` };
    const { signUp } = known;
    const { last } = signUp;
    let answers: Answers = {};
    try {
      if (last.kind === 'ask') answers = completeAnswers(form, last.fields);
    } catch (thrown) {
      if (!(thrown instanceof BridgeError)) throw thrown;
      return { ...question(this.#host, request, last), note: thrown.text, tone: 'warn', still: true };
    }
    const turn = await signUp.goOn(answers);
    if (turn === undefined)
      return { ...question(this.#host, request, last), note: words`This is not done yet.`, still: true };
    if (turn.kind !== 'failed') return this.#outcome(request, known, turn);
    await this.giveUp(user, session);
    if (turn.error instanceof BridgeError) return { startOver: turn.error.text };
    throw turn.error;
  }
}
