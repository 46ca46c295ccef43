// What can be set in a room, as the form that rooms have for it, and the end of a room (XEP-0045 10.2, 10.9).

import { BridgeError, type ErrorCode } from '../../../model/errors.ts';
import type { Answer, Answers, Field } from '../../../model/form.ts';
import type { ConversationId } from '../../../model/ids.ts';
import { joined, words } from '../../../model/words.ts';
import { hasAccountOf } from '../../account-choice.ts';
import { type Feature, type FeatureHost, type IqReply, type IqRequest, StanzaError } from '../../feature.ts';
import { FORMS, formElement, readForm } from '../../forms.ts';
import { performed } from '../../performing.ts';
import { type Element, el } from '../../xml.ts';

const MUC_OWNER = 'http://jabber.org/protocol/muc#owner';
const FORM_TYPE = 'http://jabber.org/protocol/muc#roomconfig';
/** Clients know these; `hidden` is said the other way round there. */
const NAMES: Readonly<Record<string, string>> = {
  name: 'muc#roomconfig_roomname',
  topic: 'muc#roomconfig_roomdesc',
  membersOnly: 'muc#roomconfig_membersonly',
  moderated: 'muc#roomconfig_moderatedroom',
  hidden: 'muc#roomconfig_publicroom',
  topicOpen: 'muc#roomconfig_changesubject',
  password: 'muc#roomconfig_roomsecret',
  limit: 'muc#roomconfig_maxusers',
};
const PROTECTED = 'muc#roomconfig_passwordprotectedroom';
/** MUC-72: what is filled in can't be so. */
const WRONG: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['malformed', 'incomplete', 'too-long']);

export const roomOwner: Feature = {
  specs: ['XEP-0045'],
  register(host) {
    host.onIq('get', MUC_OWNER, 'query', ['room'], (request) => show(host, request));
    host.onIq('set', MUC_OWNER, 'query', ['room'], (request) => change(host, request));
  },
};

async function show(host: FeatureHost, request: IqRequest): Promise<IqReply> {
  const own = ownFields(host, request);
  const { id, fields } = await settingsOf(host, request, own);
  const title = words`How ${host.jidOf(id)} is set up`;
  const values = own.length === 0 ? {} : withOwnNames(host.desk.roomSettings(request.user, id));
  const all = [...shown(host, request, fields), ...own];
  const form = formElement(all, values, { title, formType: FORM_TYPE }, host.translator(request));
  return { payload: el('query', { xmlns: MUC_OWNER }, form) };
}

const OWN = 'viaduct#own_';
const withOwnNames = (answers: Answers): Answers =>
  Object.fromEntries(Object.entries(answers).map(([name, answer]) => [OWN + name, answer]));

/** What she sets of the room for herself alone stands in its form too, for clients that have no commands. */
function ownFields(host: FeatureHost, { user, to }: IqRequest): readonly Field[] {
  const room = to.place?.conversation;
  if (room === undefined || !hasAccountOf(host, user, room)) return [];
  return host.desk.roomPreferences(user, room).map((field) => ({
    ...field,
    name: OWN + field.name,
    label: words`${field.label} (for you alone)`,
  }));
}

async function changeOwn(host: FeatureHost, { user }: IqRequest, id: ConversationId, given: Answers): Promise<void> {
  const answers = Object.fromEntries(Object.entries(given).map(([name, answer]) => [name.slice(OWN.length), answer]));
  if (Object.keys(answers).length === 0) return;
  await host.desk.preferInRoom(user, id, answers).catch(wrong);
}

async function change(host: FeatureHost, request: IqRequest): Promise<IqReply> {
  const destroy = request.payload.child('destroy');
  if (destroy !== undefined) return end(host, request, destroy);
  const form = request.payload.child('x', FORMS);
  if (form === undefined) throw new StanzaError('modify/bad-request', words`A form is missing.`);
  if (form.attrs['type'] === 'cancel') return {};
  if (form.attrs['type'] !== 'submit') throw new StanzaError('modify/bad-request', words`The form was not filled in.`);
  const own = ownFields(host, request);
  const { id, fields } = await settingsOf(host, request, own);
  const ownAnswers = read(form, own);
  const answers = answersIn(form, fields, isProtected(host, request));
  await changeOwn(host, request, id, ownAnswers);
  const changed = fields.filter(({ name }) => Object.hasOwn(answers, name));
  if (changed.length > 0)
    await performed(host, request, { kind: 'configure', conversation: id, answers }).catch((thrown: unknown) =>
      wrong(thrown, changed),
    );
  return {};
}

/** Asks the network: who may not see them is told so by it, unless there is something of her own. @throws BridgeError by rejection. */
async function settingsOf(
  host: FeatureHost,
  request: IqRequest,
  own: readonly Field[],
): Promise<{ readonly id: ConversationId; readonly fields: readonly Field[] }> {
  const id = roomOf(host, request);
  try {
    return { id, fields: await fieldsOf(host, request, id) };
  } catch (thrown) {
    if (own.length === 0 || !(thrown instanceof BridgeError)) throw thrown;
    return { id, fields: [] };
  }
}

async function fieldsOf(host: FeatureHost, request: IqRequest, id: ConversationId): Promise<readonly Field[]> {
  const { network } = host.gateway;
  if (!host.bridge.capabilities(request.user, id).answers.includes('settings'))
    throw new BridgeError('unsupported', words`Nothing can be set in this room.`);
  const account = network.accountOf(id);
  return await host.bridge.ask(request.user, { kind: 'settings', account, conversation: id });
}

function roomOf(host: FeatureHost, { user, from, to }: IqRequest): ConversationId {
  const id = to.place?.conversation;
  if (id === undefined || !host.bridge.joined(user, id).includes(from))
    throw new BridgeError('forbidden', words`You are not in this room.`);
  return id;
}

function isProtected(host: FeatureHost, { user, to }: IqRequest): boolean {
  const id = to.place?.conversation;
  return id !== undefined && host.bridge.conversation(user, id)?.traits?.passwordProtected === true;
}

function shown(host: FeatureHost, request: IqRequest, fields: readonly Field[]): readonly Field[] {
  return fields.flatMap((field): Field[] => {
    const name = NAMES[field.name] ?? field.name;
    if (field.name === 'hidden' && field.type === 'boolean')
      return [{ ...field, name, label: words`In the list of rooms`, default: field.default !== true }];
    if (field.name !== 'password') return [{ ...field, name }];
    return [
      { name: PROTECTED, label: words`A password is needed`, type: 'boolean', default: isProtected(host, request) },
      { ...field, name },
    ];
  });
}

/**
 * Of what was filled in, what is another than before; a client may send fields that we never had. `hasPassword`: before.
 * @throws StanzaError not-acceptable.
 */
function answersIn(form: Element, fields: readonly Field[], hasPassword: boolean): Answers {
  const renamed = fields.map((field) => ({ ...field, name: NAMES[field.name] ?? field.name }));
  const needsPassword: Field = { name: PROTECTED, label: words`A password is needed`, type: 'boolean' };
  const given = read(form, [...renamed, needsPassword]);
  const changed: Record<string, Answer> = {};
  for (const field of fields) {
    const answer = given[NAMES[field.name] ?? field.name];
    if (field.name === 'password') {
      if (given[PROTECTED] === false) changed['password'] = '';
      else if (answer !== undefined && answer !== '') changed['password'] = answer;
      else if (given[PROTECTED] === true && !hasPassword)
        throw new StanzaError('modify/not-acceptable', words`“${field.label}” is needed.`);
    } else if (answer !== undefined) {
      const meant = field.name === 'hidden' ? answer !== true : answer;
      if (JSON.stringify(meant) !== JSON.stringify('default' in field ? field.default : undefined))
        changed[field.name] = meant;
    }
  }
  return changed;
}

function read(form: Element, fields: readonly Field[]): Answers {
  try {
    return readForm(form, fields);
  } catch (thrown) {
    return wrong(thrown);
  }
}

/** `fields`: what it may be about, where it does not say that itself. */
function wrong(thrown: unknown, fields: readonly Field[] = []): never {
  if (!(thrown instanceof BridgeError) || !WRONG.has(thrown.code)) throw thrown;
  const labels = thrown.details.field === undefined ? fields.map(({ label }) => joined(['“', label, '”'], '')) : [];
  const text = labels.length === 0 ? thrown.text : joined([joined(labels, ', '), thrown.text], ': ');
  throw new StanzaError('modify/not-acceptable', text);
}

async function end(host: FeatureHost, request: IqRequest, destroy: Element): Promise<IqReply> {
  const conversation = roomOf(host, request);
  if (!host.bridge.capabilities(request.user, conversation).accepts.includes('destroy'))
    throw new BridgeError('unsupported', words`Rooms of this network can not be ended from here.`);
  const reason = destroy.childText('reason');
  await performed(host, request, { kind: 'destroy', conversation, ...(reason !== undefined && { reason }) });
  return {};
}
