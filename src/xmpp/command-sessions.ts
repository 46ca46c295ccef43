// Commands under way (XEP-0050), whether by forms or in a talk: a session is what was submitted so far, so that it goes on after a restart.

import { BridgeError } from '../model/errors.ts';
import type { UserId } from '../model/ids.ts';
import type { OpenForm, Typed } from '../model/ports.ts';
import { words } from '../model/words.ts';
import type {
  CommandDefinition,
  CommandOutcome,
  CommandQuestion,
  CommandResult,
  FeatureHost,
  Inbound,
} from './feature.ts';
import { isBlank, refilledForm, submittedForm, typedInto, withKnownSecrets } from './forms.ts';
import type { Element } from './xml.ts';

/** What comes of one step. */
export type CommandStage =
  /** `wrong`: the field whose answer would not do, as it was before. */
  | {
      readonly kind: 'asked';
      readonly question: CommandQuestion;
      readonly canGoBack: boolean;
      readonly wrong?: Element;
    }
  | { readonly kind: 'done'; readonly result: CommandResult }
  | { readonly kind: 'failed'; readonly error: BridgeError };

/** One command of one user; `id` is the session's. */
export interface CommandTurn {
  readonly command: CommandDefinition;
  readonly request: Inbound;
  readonly id: string;
}
interface Submission extends CommandTurn {
  /** Before it. */
  readonly session: OpenForm;
  /** With it. */
  readonly steps: readonly Typed[];
}

export const SESSION_MS = 10 * 60_000;
/** More is a command that goes round in circles. */
const MOST_STEPS = 20;

export class CommandSessions {
  readonly #host: Pick<FeatureHost, 'forms' | 'clock'>;

  constructor(host: Pick<FeatureHost, 'forms' | 'clock'>) {
    this.#host = host;
  }

  /** @returns the command's first stage; `owner`: who may go on with it. */
  async begin(turn: CommandTurn, owner: OpenForm['resource']): Promise<CommandStage> {
    const { command, request, id } = turn;
    const session = { user: request.user, resource: owner, purpose: command.node, expires: 0, steps: [] };
    const form = command.form?.(request);
    if (form === undefined) return this.#run({ ...turn, session, steps: [] });
    const question = { ask: form };
    await this.#keep(id, session, question);
    return { kind: 'asked', question, canGoBack: false };
  }

  async submit(turn: CommandTurn, session: OpenForm, form: Element): Promise<CommandStage> {
    const steps = [...session.steps, typedBy(form, turn.command.form?.(turn.request), session)];
    return this.#run({ ...turn, session, steps });
  }

  /** The stage before, with what was typed there (CMD-3); undefined: there is none. */
  async back(turn: CommandTurn, session: OpenForm): Promise<CommandStage | undefined> {
    const { command, request, id } = turn;
    if (session.steps.length === 0) return undefined;
    command.cancelled?.(request, id);
    const steps = session.steps.slice(0, -1);
    const [first = {}] = session.steps;
    const question = steps.length === 0 ? undefined : await this.#question(turn, steps);
    if (question === undefined && command.form === undefined)
      return withTyped(await this.begin(turn, session.resource), first);
    const before = question === undefined ? first : (session.steps.at(-1) ?? {});
    const draft = question === undefined ? first : session.draft;
    const found = question ?? { ask: command.form?.(request) ?? submittedForm({}) };
    await this.#keep(id, { ...session, steps: question === undefined ? [] : steps, ...(draft && { draft }) }, found);
    const ask = refilledForm(found.ask, before, question === undefined);
    return { kind: 'asked', question: { ...found, ask }, canGoBack: question !== undefined };
  }

  /** What she is asked now, once more: the process may have been restarted. */
  async now(turn: CommandTurn, session: OpenForm): Promise<CommandStage | undefined> {
    const question = await this.#question(turn, session.steps);
    return question && { kind: 'asked', question, canGoBack: session.steps.length > 0 };
  }

  async cancel({ command, request, id }: CommandTurn): Promise<void> {
    await this.#host.forms.delete(id);
    command.cancelled?.(request, id);
  }

  /** Undefined: not known, or not hers. */
  of(id: string, node: string, owner: OpenForm['resource'] | UserId): OpenForm | undefined {
    const session = this.#host.forms.get(id);
    return session?.resource === owner && session.purpose === node ? session : undefined;
  }

  isOver({ expires }: OpenForm): boolean {
    return expires < this.#host.clock.now();
  }

  async #run(submission: Submission): Promise<CommandStage> {
    const { command, request, id, steps } = submission;
    let outcome: CommandOutcome;
    try {
      outcome = await command.run(request, steps.map(submittedForm), id);
    } catch (thrown) {
      if (!(thrown instanceof BridgeError)) throw thrown;
      return this.#refused(submission, thrown);
    }
    return this.#follow(submission, outcome);
  }

  async #follow(submission: Submission, outcome: CommandOutcome): Promise<CommandStage> {
    const { command, request, id, session, steps } = submission;
    if ('ask' in outcome) {
      if (steps.length >= MOST_STEPS) throw new BridgeError('internal', words`This command did not come to an end.`);
      const kept = outcome.still === true ? session : { ...session, steps };
      await this.#keep(id, kept, outcome);
      return { kind: 'asked', question: outcome, canGoBack: kept.steps.length > 0 };
    }
    if ('startOver' in outcome) {
      const [draft = {}] = steps;
      const form = command.form?.(request) ?? submittedForm({});
      const note = words`${outcome.startOver} What you typed is still there, and secrets need not be typed again.`;
      const question = { ask: refilledForm(form, draft, true), note, tone: 'warn' } as const;
      await this.#keep(id, { ...session, steps: [], draft }, question);
      return { kind: 'asked', question, canGoBack: false };
    }
    await this.#host.forms.delete(id);
    return { kind: 'done', result: outcome };
  }

  /** CMD-4: the same stage again where the answers were wrong, with what was typed, else the end. */
  async #refused(submission: Submission, error: BridgeError): Promise<CommandStage> {
    const { id, session, steps } = submission;
    const { field } = error.details;
    const again = field !== undefined || error.code === 'bad-credentials';
    const question = again ? await this.#question(submission, session.steps) : undefined;
    if (question === undefined) {
      await this.#host.forms.delete(id);
      return { kind: 'failed', error };
    }
    await this.#keep(id, session, question);
    const wrong = question.ask.elements('field').find(({ attrs }) => attrs['var'] === field);
    const isKnown = session.draft !== undefined && session.steps.length === 0;
    const ask = refilledForm(question.ask, steps.at(-1) ?? {}, isKnown);
    return {
      kind: 'asked',
      question: { ...question, ask, note: error.text, tone: 'warn' },
      canGoBack: session.steps.length > 0,
      ...(wrong !== undefined && { wrong }),
    };
  }

  /** What she was asked when she had submitted so much. */
  async #question(
    { command, request, id }: CommandTurn,
    steps: readonly Typed[],
  ): Promise<CommandQuestion | undefined> {
    if (steps.length === 0 && command.form !== undefined) return { ask: command.form(request) };
    const outcome = await command.run(request, steps.map(submittedForm), id);
    return 'ask' in outcome ? outcome : undefined;
  }

  /** On disk before she is asked: her answer may find another process. */
  #keep(id: string, session: OpenForm, question: CommandQuestion): Promise<void> {
    const expires = this.#host.clock.now() + SESSION_MS;
    const asked = { action: actionOf(question), isBlank: isBlank(question.ask) };
    return this.#host.forms.put(id, { ...session, ...asked, expires });
  }
}

/** How the one who is asked goes on. */
export const actionOf = ({ more }: CommandQuestion): 'next' | 'complete' => (more === true ? 'next' : 'complete');

function withTyped(stage: CommandStage, typed: Typed): CommandStage {
  if (stage.kind !== 'asked') return stage;
  const { question } = stage;
  return { ...stage, question: { ...question, ask: refilledForm(question.ask, typed) } };
}

function typedBy(form: Element, first: Element | undefined, { steps, draft }: OpenForm): Typed {
  const typed = typedInto(form);
  if (steps.length > 0 || first === undefined || draft === undefined) return typed;
  return withKnownSecrets(first, typed, draft);
}
