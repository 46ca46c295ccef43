// Version (XEP-0092), time (XEP-0202), and uptime of the gateway; version and last activity (XEP-0012) of contacts where the network
// or their clients tell them.

import { type Feature, type FeatureHost, type IqRequest, StanzaError } from '../feature.ts';
import { BridgeError } from '../../model/errors.ts';
import { words } from '../../model/words.ts';
import { directWith, performed } from '../performing.ts';
import { profilesOf } from '../profiles.ts';
import { type Element, el } from '../xml.ts';

const VERSION = 'jabber:iq:version';
const TIME = 'urn:xmpp:time';
const LAST = 'jabber:iq:last';

export const about: Feature = {
  specs: ['XEP-0092', 'XEP-0202', 'XEP-0012'],
  register(host) {
    const { clock, gateway } = host;
    const startedAt = clock.monotonic();
    for (const feature of [VERSION, TIME, LAST]) host.advertise(feature, ['gateway']);
    if (gateway.network.capabilities.answers.includes('profile')) host.advertise(LAST, ['contact']);
    host.onIq('get', VERSION, 'query', ['gateway'], () => ({
      payload: version(`Viaduct ${gateway.network.title}`, gateway.version),
    }));
    host.onIq('get', TIME, 'time', ['gateway'], () => ({
      payload: el(
        'time',
        { xmlns: TIME },
        el('tzo', {}, '+00:00'),
        el('utc', {}, new Date(clock.now()).toISOString().replace(/\.\d+/, '')),
      ),
    }));
    host.onIq('get', LAST, 'query', ['gateway'], () => ({ payload: last(clock.monotonic() - startedAt) }));
    host.onIq('get', LAST, 'query', ['contact'], async (request) => ({ payload: await idleTime(host, request) }));
    host.onIq('get', VERSION, 'query', ['contact', 'occupant'], async (request) => ({
      payload: await software(host, request),
    }));
  },
};

function version(name: string, number: string): Element {
  return el('query', { xmlns: VERSION }, el('name', {}, name), el('version', {}, number));
}

function last(ms: number): Element {
  return el('query', { xmlns: LAST, seconds: String(Math.max(0, Math.floor(ms / 1000))) });
}

/** XEP-0012 4: for those who see her presence. @throws StanzaError by rejection. */
async function idleTime(host: FeatureHost, request: IqRequest): Promise<Element> {
  const state = host.subscriptions.of(request.user).get(request.to.local)?.state;
  if (state !== 'from' && state !== 'both') throw new StanzaError('auth/forbidden', words`Add this contact first.`);
  const profiles = profilesOf(host);
  const { idleSince } = await profiles.of(profiles.subject(request));
  if (idleSince === undefined) throw unknown();
  return last(host.clock.now() - idleSince.getTime());
}

async function software(host: FeatureHost, request: IqRequest): Promise<Element> {
  const profiles = profilesOf(host);
  const name = (await profiles.of(profiles.subject(request))).software ?? (await asked(host, request));
  if (name === undefined) throw unknown();
  return version(name, '');
}

/** Of the person's client itself. Undefined where the network knows no such question. @throws BridgeError by rejection. */
async function asked(host: FeatureHost, request: IqRequest): Promise<string | undefined> {
  const conversation = directWith(host, request);
  if (conversation === undefined || !host.bridge.capabilities(request.user, conversation).accepts.includes('poke'))
    return undefined;
  try {
    return (await performed(host, request, { kind: 'poke', conversation, what: 'version' }))?.text;
  } catch (thrown) {
    if (thrown instanceof BridgeError && thrown.code === 'unsupported') return undefined;
    throw thrown;
  }
}

function unknown(): StanzaError {
  return new StanzaError('cancel/service-unavailable', words`The network does not tell this.`);
}
