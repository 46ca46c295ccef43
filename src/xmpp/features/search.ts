// Looking for people by what they are called (XEP-0055), where the network has a directory of them.

import { BridgeError } from '../../model/errors.ts';
import type { ConversationId, UserId } from '../../model/ids.ts';
import type { AnswerTo } from '../../model/queries.ts';
import { words } from '../../model/words.ts';
import { type Feature, type FeatureHost, type IqRequest, StanzaError } from '../feature.ts';
import { FORMS, formElement } from '../forms.ts';
import { typedPlace } from '../typed-place.ts';
import { type Element, el } from '../xml.ts';

const NS = 'jabber:iq:search';
const MOST = 50;
const LONGEST = 200;
const URI = /^[a-z][a-z0-9+.-]*:\S/i;
const TERM = { name: 'term', label: words`Name`, type: 'text', required: true } as const;
/** What old clients fill in instead of the form. */
const LEGACY = ['nick', 'first', 'last', 'email'] as const;
const COLUMNS = { jid: words`Address`, fn: words`Name`, nick: words`Nickname` } as const;

type Found = AnswerTo<'search'>;

export const search: Feature = {
  specs: ['XEP-0055'],
  register(host) {
    const { capabilities, title } = host.gateway.network;
    if (!capabilities.answers.includes('search')) return;
    host.advertise(NS, ['gateway']);
    host.onIq('get', NS, 'query', ['gateway'], (request) => {
      registered(host, request.user);
      const translate = host.translator(request);
      const instructions = words`Type a part of a name to find people on ${title}.`;
      const form = formElement([TERM], {}, { title: words`Search ${title}`, instructions, formType: NS }, translate);
      const legacy = [el('instructions', {}, translate(instructions)), el('nick')];
      return { payload: el('query', { xmlns: NS }, ...legacy, form) };
    });
    host.onIq('set', NS, 'query', ['gateway'], async (request) => {
      const found = await find(host, request.user, termOf(request));
      const inForm = request.payload.child('x', FORMS) !== undefined;
      return { payload: el('query', { xmlns: NS }, ...(inForm ? [table(host, request, found)] : rows(host, found))) };
    });
  },
};

/** @throws BridgeError not-registered: only an account can look into a directory. */
function registered({ desk, gateway }: FeatureHost, user: UserId): ReturnType<FeatureHost['desk']['accounts']> {
  const accounts = desk.accounts(user);
  if (accounts.length > 0) return accounts;
  throw new BridgeError('not-registered', words`Please register with ${gateway.domain} first.`);
}

/** @throws StanzaError not-acceptable where everybody would be meant. */
function termOf({ payload }: IqRequest): string {
  const fields = payload.child('x', FORMS)?.elements('field') ?? [];
  const typed = fields.find(({ attrs }) => attrs['var'] === TERM.name)?.childText('value');
  const legacy = LEGACY.map((name) => payload.childText(name)).find((text) => text !== undefined && text !== '');
  const term = (typed ?? legacy ?? '').trim();
  if (term === '') throw new StanzaError('modify/not-acceptable', words`Please type a part of the name.`);
  if (term.length > LONGEST) throw new StanzaError('modify/not-acceptable', words`That is too long for a name.`);
  return term;
}

/** With each of her accounts; what one of them finds is enough. @throws BridgeError by rejection. */
async function find(host: FeatureHost, user: UserId, text: string): Promise<Found> {
  const asked = registered(host, user).map(({ key }) =>
    host.bridge.ask(user, { kind: 'search', account: key, text, limit: MOST }),
  );
  const found = new Map<ConversationId, Found[number]>();
  const named = namedBy(host, user, text);
  if (named !== undefined) found.set(named.conversation, named);
  for (const answer of await Promise.allSettled(asked)) {
    if (answer.status === 'fulfilled') for (const one of answer.value) found.set(one.conversation, one);
  }
  if (found.size === 0) await Promise.all(asked);
  return [...found.values()].slice(0, MOST);
}

/** CPIM-2: whose URI it is. */
function namedBy(host: FeatureHost, user: UserId, text: string): Found[number] | undefined {
  if (!URI.test(text)) return undefined;
  try {
    const { kind, conversation, uri } = typedPlace(host, text, user);
    return kind === 'direct' ? { conversation, profile: { name: conversation, uris: [uri] } } : undefined;
  } catch (thrown) {
    if (thrown instanceof BridgeError) return undefined;
    throw thrown;
  }
}

function table(host: FeatureHost, request: IqRequest, found: Found): Element {
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
    ...found.map((one) =>
      el(
        'item',
        {},
        ...Object.entries(cells(one)).map(([name, text]) => el('field', { var: name }, el('value', {}, text))),
      ),
    ),
  );
}

function rows(host: FeatureHost, found: Found): Element[] {
  return found.map(({ conversation, profile: { name, nick } }) =>
    el(
      'item',
      { jid: host.jidOf(conversation) },
      el('first', {}, name ?? nick),
      el('last'),
      el('nick', {}, nick),
      el('email'),
    ),
  );
}
