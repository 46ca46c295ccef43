// In-band registration (XEP-0077) with a data form and the legacy fields.

import { BridgeError } from '../../model/errors.ts';
import {
  type Answer,
  type Answers,
  type ChoiceField,
  type Field,
  problemWith,
  type TextField,
} from '../../model/form.ts';
import { accountField, chosenAccount } from '../account-choice.ts';
import type { Network } from '../../model/network.ts';
import { inEnglish, joined, type Text, words } from '../../model/words.ts';
import { signOffForGood } from '../farewell.ts';
import {
  type CommandDefinition,
  type Feature,
  type FeatureHost,
  type Inbound,
  type IqRequest,
  StanzaError,
} from '../feature.ts';
import { FORMS, formElement, isSubmitted, readAnswer, readForm } from '../forms.ts';
import { SIGN_IN_WITHIN_MS } from '../sign-up.ts';
import { REGISTER as NS, signUpsOf, welcome } from '../sign-ups.ts';
import { type Element, el } from '../xml.ts';

export const registration: Feature = {
  specs: ['XEP-0077', 'XEP-0004', 'XEP-0068'],
  register(host) {
    host.advertise(NS, ['gateway']);
    host.onIq('get', NS, 'query', ['gateway'], (request) => ({ payload: blank(host, request) }));
    const signUps = signUpsOf(host);
    host.addCommand(registerCommand(host, signUps));
    host.addCommand(unregisterCommand(host));
    host.onIq('set', NS, 'query', ['gateway'], (request) =>
      request.payload.child('remove') === undefined ? signUp(host, signUps, request) : remove(host, request),
    );
  },
};

function blank(host: FeatureHost, request: Inbound): Element {
  const { user } = request;
  const form = host.desk.formFor(user);
  const { network } = host.gateway;
  const [account] = host.desk.accounts(user);
  const values = account?.settings ?? {};
  const instructions = host.translator(request)(introduction(network, account?.title));
  return el(
    'query',
    { xmlns: NS },
    account === undefined ? undefined : el('registered'),
    el('instructions', {}, instructions),
    ...legacyFields(form).map((field) =>
      el(field.legacy, {}, field.type === 'secret' ? undefined : legacyText(values[field.name] ?? field.default)),
    ),
    accountForm(host, request),
  );
}

function accountForm(host: FeatureHost, request: Inbound): Element {
  const { user } = request;
  const { network } = host.gateway;
  const { title } = network;
  const [account] = host.desk.accounts(user);
  const values = account?.settings ?? {};
  const texts = {
    title: words`${title} account`,
    instructions: introduction(network, account?.title),
    formType: NS,
  };
  return formElement(host.desk.formFor(user), values, texts, host.translator(request));
}

/** `account`: the title of the one that is shown. */
function introduction(
  { title, signInHelp, roomService, anotherAccount = '' }: Network,
  account: string | undefined,
): Text {
  const help = signInHelp ?? words`Fill in your ${title} account.`;
  if (account === undefined) return joined([help, words`The rest can stay as it is, and be changed later.`], ' ');
  const after =
    roomService === undefined
      ? words`A change may connect you anew for a moment.`
      : words`A change may connect you anew for a moment: you are back in your rooms by yourself.`;
  const texts = [words`You are changing ${account}.`, anotherAccount, help, after];
  return joined(
    texts.filter((text) => text !== ''),
    ' ',
  );
}

type Legacy = (TextField | ChoiceField) & { readonly legacy: string };
function legacyFields(fields: readonly Field[]): Legacy[] {
  return fields.filter((field): field is Legacy => 'legacy' in field && field.legacy !== undefined);
}
function legacyText(answer: Answer | undefined): string | undefined {
  return typeof answer === 'string' ? answer : undefined;
}

/** REG-4: the form where there is one, else the legacy fields. */
function answersOf(payload: Element, fields: readonly Field[]): Answers {
  const form = payload.child('x', FORMS);
  if (form !== undefined) {
    if (form.attrs['type'] === 'cancel') throw new StanzaError('cancel/not-allowed', words`Cancelled.`);
    if (!isSubmitted(form)) throw new StanzaError('modify/bad-request', words`The form was not filled in.`);
    return readForm(form, fields);
  }
  const answers: Record<string, Answer> = {};
  for (const field of legacyFields(fields)) {
    const given = payload.childText(field.legacy);
    if (given !== undefined) answers[field.name] = readAnswer(field, [given]);
  }
  return answers;
}

async function signUp(host: FeatureHost, signUps: ReturnType<typeof signUpsOf>, { payload, user }: IqRequest) {
  await signUps.giveUp(user);
  const isNew = host.desk.accounts(user).length === 0;
  const answers = answersOf(payload, host.desk.form);
  await host.desk.signUp(user, answers, AbortSignal.timeout(SIGN_IN_WITHIN_MS)).catch((thrown: unknown) => {
    throw naming(host.desk.form, thrown);
  });
  // REG-6: subscription traffic only behind the result.
  return { after: () => (isNew ? welcome(host, user) : undefined) };
}

/** What was wrong, with the field that it is about: a client that has the error alone shows nothing else. */
function naming(form: readonly Field[], thrown: unknown): unknown {
  if (!(thrown instanceof BridgeError)) return thrown;
  const field = form.find(({ name }) => name === thrown.details.field);
  if (field === undefined || inEnglish(thrown.text).includes(`“${inEnglish(field.label)}”`)) return thrown;
  const text = words`${thrown.text} (Field: ${field.label})`;
  return new BridgeError(thrown.code, text, { ...thrown.details, cause: thrown });
}

async function remove(host: FeatureHost, { payload, user }: IqRequest) {
  // REG-5
  if (payload.elements().length !== 1) throw new StanzaError('modify/bad-request', words`A removal stands alone.`);
  if (host.desk.accounts(user).length === 0)
    throw new BridgeError('not-registered', words`You are not registered here.`);
  const end = await host.desk.remove(user);
  return { after: () => signOffForGood(host, { user }, end) };
}

function registerCommand(host: FeatureHost, signUps: ReturnType<typeof signUpsOf>): CommandDefinition {
  return {
    node: NS,
    name: words`Register or change your account`,
    available: () => true,
    form: (request) => accountForm(host, request),
    run: (request, forms, session) => signUps.run(request, forms, session),
    cancelled: ({ user }, session) => void signUps.giveUp(user, session),
    talk: {
      words: [words`register`, words`account`],
      // What is set otherwise has its own word.
      asks: () => new Set(host.gateway.network.signInForm.map(({ name }) => name)),
      problem: (name, answer) => {
        const field = host.desk.form.find((one) => one.name === name);
        return field && problemWith(field, answer);
      },
    },
  };
}

function unregisterCommand(host: FeatureHost): CommandDefinition {
  return {
    node: 'unregister',
    name: words`Remove an account`,
    talk: { words: [words`unregister`] },
    available: ({ user }) => host.desk.accounts(user).length > 0,
    form: (request) =>
      formElement(
        [accountField(host.desk.accounts(request.user))],
        {},
        {
          title: words`Remove an account`,
          instructions: words`Its sessions end, and all that is kept of it is deleted.`,
          formType: 'unregister',
        },
        host.translator(request),
      ),
    async run({ user }, [form]) {
      const chosen = chosenAccount(host.desk.accounts(user), form ?? el('x'));
      const { key, title } = chosen;
      const end = await host.desk.remove(user, key);
      const isLast = host.desk.accounts(user).length === 0;
      const account = isLast ? undefined : key;
      return {
        note: words`The account ${title} is removed.`,
        after: () => signOffForGood(host, { user, ...(account !== undefined && { account }) }, end),
      };
    },
  };
}
