// Signing up by command: one sign-up at a time for each user, over all the steps that her network asks for.

import { BridgeError } from '../model/errors.ts';
import type { Answers, Field } from '../model/form.ts';
import type { UserId } from '../model/ids.ts';
import { joined, type Text, words } from '../model/words.ts';
import type { CommandOutcome, CommandQuestion, FeatureHost, Inbound } from './feature.ts';
import { formElement, pictureField, readForm } from './forms.ts';
import { shownPicturesOf } from './shown-pictures.ts';
import { SignUp, type SignUpTurn } from './sign-up.ts';
import type { Element } from './xml.ts';

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
  /** The gateway is to ask for her presence, which it has not done yet. */
  greets: boolean;
}

/** Signing up by command, over all the steps that a network asks for: one at a time for each user. */
export class SignUps {
  readonly #host: FeatureHost;
  readonly #welcome: (user: UserId) => void;
  readonly #underWay = new Map<UserId, UnderWay>();

  /** `welcome`: she has an account now, and had none. */
  constructor(host: FeatureHost, welcome: (user: UserId) => void) {
    this.#host = host;
    this.#welcome = welcome;
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

  async #begin({ user }: Inbound, session: string): Promise<UnderWay> {
    const { desk, clock } = this.#host;
    await this.giveUp(user);
    const signUp = new SignUp({
      desk,
      clock,
      user,
      doneUnheard: () => this.#greet(user, known),
      expired: () => void this.giveUp(user, session),
    });
    const known: UnderWay = { session, signUp, greets: desk.accounts(user).length === 0 };
    this.#underWay.set(user, known);
    return known;
  }

  #greet(user: UserId, known: UnderWay): void {
    if (known.greets) this.#welcome(user);
    known.greets = false;
  }

  async #outcome(request: Inbound, known: UnderWay, turn: SignUpTurn): Promise<CommandOutcome> {
    const { user } = request;
    if (turn.kind !== 'done') return question(this.#host, request, turn);
    await this.giveUp(user, known.session);
    const { title } = turn.account;
    const note = known.greets
      ? words`Your account ${title} is linked. Say yes when ${this.#host.gateway.domain} asks to see whether you are there: then you are signed in while you are.`
      : words`Your account ${title} is linked.`;
    return { note, after: () => this.#greet(user, known) };
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
