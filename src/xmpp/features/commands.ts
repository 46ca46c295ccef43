// Ad-hoc commands (XEP-0050): their list, their stages and their sessions; what they do comes from the features that offer them.

import { randomUUID } from 'node:crypto';
import { BridgeError } from '../../model/errors.ts';
import {
  type CommandDefinition,
  type CommandResult,
  type Feature,
  type FeatureHost,
  type IqRequest,
  StanzaError,
} from '../feature.ts';
import { FORMS } from '../forms.ts';
import { type Element, el } from '../xml.ts';

const NS = 'http://jabber.org/protocol/commands';
const SESSION_MS = 10 * 60_000;
const MOST_SESSIONS = 10_000;

interface Session {
  readonly from: string;
  readonly node: string;
  readonly expires: number;
}

export const commands: Feature = {
  specs: ['XEP-0050'],
  register(host) {
    const desk = new CommandDesk(host);
    host.advertise(NS, ['gateway']);
    host.disco(['gateway'], {
      items: (request, node) =>
        node === NS
          ? host.commands
              .filter((command) => command.available(request))
              .map(({ node: own, name }) => ({ jid: host.gateway.domain, node: own, name }))
          : [],
      node(request, node) {
        if (node === NS)
          return { identities: [{ category: 'automation', type: 'command-list', name: 'Commands' }], features: [] };
        const command = host.commands.find((one) => one.node === node && one.available(request));
        return (
          command && {
            identities: [{ category: 'automation', type: 'command-node', name: command.name }],
            features: [NS, FORMS],
          }
        );
      },
    });
    host.onIq('set', NS, 'command', ['gateway'], (request) => desk.handle(request));
  },
};

class CommandDesk {
  readonly #host: FeatureHost;
  readonly #sessions = new Map<string, Session>();

  constructor(host: FeatureHost) {
    this.#host = host;
  }

  async handle(request: IqRequest) {
    const { node = '', action = 'execute', sessionid } = request.payload.attrs;
    const command = this.#host.commands.find((one) => one.node === node);
    if (command === undefined) throw new StanzaError('cancel/item-not-found', 'There is no such command.');
    if (!command.available(request)) throw new StanzaError('auth/forbidden', 'You may not use this command.');
    if (!['execute', 'complete', 'cancel', 'next', 'prev'].includes(action)) throw malformed('malformed-action');
    if (sessionid === undefined) {
      if (action !== 'execute') throw malformed('bad-action');
      return this.#begin(command, request);
    }
    this.#check(sessionid, node, request);
    if (action === 'cancel') {
      this.#sessions.delete(sessionid);
      return { payload: answer(node, sessionid, 'canceled') };
    }
    if (action === 'prev') throw malformed('bad-action');
    return this.#finish(command, request, sessionid);
  }

  #begin(command: CommandDefinition, request: IqRequest) {
    const sessionid = randomUUID();
    const form = command.form?.(request);
    if (form === undefined) return this.#finish(command, request, sessionid);
    this.#remember(sessionid, {
      from: request.from,
      node: command.node,
      expires: this.#host.clock.monotonic() + SESSION_MS,
    });
    return { payload: this.#stage(command, sessionid, form) };
  }

  async #finish(command: CommandDefinition, request: IqRequest, sessionid: string) {
    const form = request.payload.child('x', FORMS);
    if (command.form !== undefined && form === undefined) throw malformed('bad-payload');
    let result: CommandResult;
    try {
      result = await command.run(request, form);
    } catch (thrown) {
      if (!(thrown instanceof BridgeError)) throw thrown;
      return { payload: this.#failed(command, request, sessionid, thrown) };
    }
    this.#sessions.delete(sessionid);
    const payload = answer(
      command.node,
      sessionid,
      'completed',
      result.form,
      el('note', { type: 'info' }, result.note),
    );
    return { payload, ...(result.after !== undefined && { after: result.after }) };
  }

  /** CMD-4: the same stage again where the answers were wrong, with what was typed, else the end. */
  #failed(command: CommandDefinition, request: IqRequest, sessionid: string, error: BridgeError): Element {
    const again = error.details.field !== undefined || error.code === 'bad-credentials';
    const form = again ? command.form?.(request) : undefined;
    if (form === undefined) {
      this.#sessions.delete(sessionid);
      return answer(command.node, sessionid, 'completed', undefined, el('note', { type: 'error' }, error.message));
    }
    const given = request.payload.child('x', FORMS);
    return this.#stage(
      command,
      sessionid,
      given === undefined ? form : refilled(form, given),
      el('note', { type: 'warn' }, error.message),
    );
  }

  #stage({ node }: CommandDefinition, sessionid: string, form: Element, note?: Element): Element {
    return answer(node, sessionid, 'executing', el('actions', { execute: 'complete' }, el('complete')), form, note);
  }

  #check(sessionid: string, node: string, { from }: IqRequest): void {
    const session = this.#sessions.get(sessionid);
    if (session === undefined || session.from !== from || session.node !== node) throw malformed('bad-sessionid');
    if (session.expires < this.#host.clock.monotonic()) {
      this.#sessions.delete(sessionid);
      throw new StanzaError(
        'cancel/not-allowed',
        'That took too long: please start again.',
        el('session-expired', { xmlns: NS }),
      );
    }
  }

  #remember(sessionid: string, session: Session): void {
    if (this.#sessions.size >= MOST_SESSIONS) {
      const [oldest] = this.#sessions.keys();
      if (oldest !== undefined) this.#sessions.delete(oldest);
    }
    this.#sessions.set(sessionid, session);
  }
}

function answer(
  node: string,
  sessionid: string,
  status: string,
  ...children: readonly (Element | undefined)[]
): Element {
  return el('command', { xmlns: NS, node, sessionid, status }, ...children);
}

function malformed(condition: string): StanzaError {
  return new StanzaError('modify/bad-request', '', el(condition, { xmlns: NS }));
}

/** The form with what was typed, secrets aside. */
function refilled(form: Element, given: Element): Element {
  const typed = new Map(given.elements('field').map((field) => [field.attrs['var'] ?? '', field.elements('value')]));
  const children = form.elements().map((child) => {
    const values = typed.get(child.attrs['var'] ?? '');
    if (
      child.name !== 'field' ||
      values === undefined ||
      ['hidden', 'text-private'].includes(child.attrs['type'] ?? '')
    )
      return child;
    return el('field', child.attrs, ...child.elements().filter(({ name }) => name !== 'value'), ...values);
  });
  return el('x', form.attrs, ...children);
}
