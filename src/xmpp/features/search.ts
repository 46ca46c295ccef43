// Looking for people by what they are called (XEP-0055), where the network has a directory of them; also as a command, for clients without it.

import { BridgeError } from '../../model/errors.ts';
import type { ConversationId, UserId } from '../../model/ids.ts';
import type { AnswerTo } from '../../model/queries.ts';
import { plural, type Text, words } from '../../model/words.ts';
import {
  type CommandDefinition,
  type CommandOutcome,
  type Feature,
  type FeatureHost,
  type Recipient,
  StanzaError,
} from '../feature.ts';
import { fitting } from '../fitting.ts';
import { FORMS, formElement, submittedForm, typedInto } from '../forms.ts';
import { profilesOf } from '../profiles.ts';
import { typedPlace } from '../typed-place.ts';
import { type Element, el } from '../xml.ts';

const NS = 'jabber:iq:search';
const MOST = 50;
const LONGEST = 200;
/** A URI, or what Matrix writes. */
const ADDRESS = /^(?:[a-z][a-z0-9+.-]*|@[^\s:]+):\S/i;
const TERM = { name: 'term', label: words`Name`, type: 'text', required: true } as const;
/** What the talk calls it. */
const ADD = words`add`;
/** What old clients fill in instead of the form. */
const LEGACY = ['nick', 'first', 'last', 'email'] as const;
const COLUMNS = { jid: words`Address`, fn: words`Name`, nick: words`Nickname` } as const;

type Found = AnswerTo<'search'>;

export const search: Feature = {
  specs: ['XEP-0055'],
  register(host) {
    if (!host.gateway.network.capabilities.answers.includes('search')) return;
    host.advertise(NS, ['gateway']);
    host.addCommand(searchCommand(host));
    host.onIq('get', NS, 'query', ['gateway'], (request) => {
      registered(host, request.user);
      const legacy = [el('instructions', {}, host.translator(request)(instructionsOf(host))), el('nick')];
      return { payload: el('query', { xmlns: NS }, ...legacy, formFor(host, request)) };
    });
    host.onIq('set', NS, 'query', ['gateway'], async (request) => {
      const found = await find(host, request.user, termIn(request.payload));
      const inForm = request.payload.child('x', FORMS) !== undefined;
      return { payload: el('query', { xmlns: NS }, ...(inForm ? [table(host, request, found)] : rows(host, found))) };
    });
  },
};

function searchCommand(host: FeatureHost): CommandDefinition {
  return {
    node: 'search',
    name: words`Find people`,
    talk: { words: [words`find`], anyWord: true },
    available: ({ user }) => host.desk.accounts(user).length > 0,
    form: (request) => formFor(host, request),
    async run(request, [submitted = submittedForm({})]): Promise<CommandOutcome> {
      const term = (typedInto(submitted)[TERM.name] ?? []).join('').trim();
      const wrong = whyNoTerm(term);
      if (wrong !== undefined) throw new BridgeError('malformed', wrong, { field: TERM.name });
      const found = await find(host, request.user, term);
      if (found.length === 0) throw new BridgeError('not-found', words`Nobody was found.`, { field: TERM.name });
      const note = plural(
        found.length,
        words`${found.length} person was found. “${ADD}” and the address makes a contact of it.`,
        words`${found.length} people were found. “${ADD}” and an address makes a contact of it.`,
      );
      return { note, form: fieldsOf(host, found) };
    },
  };
}

function instructionsOf({ gateway: { network } }: FeatureHost): Text {
  return words`Whom are you looking for on ${network.title}? Type a part of the name, or the address, such as ${network.prompt.person}.`;
}

function formFor(host: FeatureHost, recipient: Recipient): Element {
  const texts = { title: words`Find people`, instructions: instructionsOf(host), formType: NS };
  return formElement([TERM], {}, texts, host.translator(recipient));
}

/** @throws BridgeError not-registered: only an account can look into a directory. */
function registered({ desk, gateway }: FeatureHost, user: UserId): ReturnType<FeatureHost['desk']['accounts']> {
  const accounts = desk.accounts(user);
  if (accounts.length > 0) return accounts;
  throw new BridgeError('not-registered', words`Please register with ${gateway.domain} first.`);
}

/** @throws StanzaError not-acceptable where everybody would be meant. */
function termIn(payload: Element): string {
  const fields = payload.child('x', FORMS)?.elements('field') ?? [];
  const typed = fields.find(({ attrs }) => attrs['var'] === TERM.name)?.childText('value');
  const legacy = LEGACY.map((name) => payload.childText(name)).find((text) => text !== undefined && text !== '');
  const term = (typed ?? legacy ?? '').trim();
  const wrong = whyNoTerm(term);
  if (wrong !== undefined) throw new StanzaError('modify/not-acceptable', wrong);
  return term;
}

function whyNoTerm(term: string): Text | undefined {
  if (term === '') return words`Please type a part of the name.`;
  return term.length > LONGEST ? words`That is too long for a name.` : undefined;
}

/** With each of her accounts; what one of them finds is enough. @throws BridgeError by rejection. */
async function find(host: FeatureHost, user: UserId, text: string): Promise<Found> {
  const asked = registered(host, user).map(({ key }) =>
    host.bridge.ask(user, { kind: 'search', account: key, text, limit: MOST }),
  );
  const found = new Map<ConversationId, Found[number]>();
  const named = await namedBy(host, user, text);
  if (named !== undefined) found.set(named.conversation, named);
  for (const answer of await Promise.allSettled(asked)) {
    if (answer.status === 'fulfilled') for (const one of answer.value) found.set(one.conversation, one);
  }
  if (found.size === 0) await Promise.all(asked);
  return [...found.values()].slice(0, MOST);
}

/** CPIM-2: whose address it is. */
async function namedBy(host: FeatureHost, user: UserId, text: string): Promise<Found[number] | undefined> {
  if (!ADDRESS.test(text)) return undefined;
  try {
    const { kind, conversation, uri } = typedPlace(host, text, user);
    if (kind !== 'direct') return undefined;
    const known = { name: conversation, uris: [uri] };
    if (host.gateway.network.capabilities.profiled !== true) return { conversation, profile: known };
    return { conversation, profile: await profilesOf(host).of({ user, conversation, known }) };
  } catch (thrown) {
    if (thrown instanceof BridgeError) return undefined;
    throw thrown;
  }
}

/** COMPAT(Gajim 1.7, Converse.js 14): at the end of a command they show fields, and no table. */
function fieldsOf(host: FeatureHost, found: Found): Element {
  const fields = found.map(({ conversation, profile: { name, nick } }, at) => {
    const jid = host.jidOf(conversation);
    const attrs = { var: `jid${at + 1}`, type: 'text-single', label: name ?? nick ?? jid };
    return el('field', attrs, el('value', {}, jid));
  });
  return el('x', { xmlns: FORMS, type: 'result' }, ...asManyAsFit(fields));
}

function table(host: FeatureHost, request: Recipient, found: Found): Element {
  const translate = host.translator(request);
  const cells = ({ conversation, profile }: Found[number]): Readonly<Record<keyof typeof COLUMNS, string>> => ({
    jid: host.jidOf(conversation),
    fn: profile.name ?? profile.nick ?? '',
    nick: profile.nick ?? '',
  });
  const typeOf = (name: string): string => (name === 'jid' ? 'jid-single' : 'text-single');
  return el(
    'x',
    { xmlns: FORMS, type: 'result' },
    el('field', { var: 'FORM_TYPE', type: 'hidden' }, el('value', {}, NS)),
    el(
      'reported',
      {},
      ...Object.entries(COLUMNS).map(([name, label]) =>
        el('field', { var: name, label: translate(label), type: typeOf(name) }),
      ),
    ),
    ...asManyAsFit(
      found.map((one) =>
        el(
          'item',
          {},
          ...Object.entries(cells(one)).map(([name, text]) => el('field', { var: name }, el('value', {}, text))),
        ),
      ),
    ),
  );
}

const asManyAsFit = (elements: readonly Element[]): readonly Element[] => elements.slice(0, fitting(elements));

function rows(host: FeatureHost, found: Found): readonly Element[] {
  return asManyAsFit(
    found.map(({ conversation, profile: { name, nick } }) =>
      el(
        'item',
        { jid: host.jidOf(conversation) },
        el('first', {}, name ?? nick),
        el('last'),
        el('nick', {}, nick),
        el('email'),
      ),
    ),
  );
}
