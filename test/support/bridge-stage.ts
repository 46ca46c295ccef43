// A bridge on a scripted network, with everything that it tells the XMPP side in one list.

import { GatewayBridge } from '../../src/bridge/bridge.ts';
import type { Timing } from '../../src/bridge/context.ts';
import type { AccountRecord, AccountRecords } from '../../src/bridge/ports.ts';
import type { AnyCommand } from '../../src/model/commands.ts';
import type { BridgeError } from '../../src/model/errors.ts';
import type { Answers } from '../../src/model/form.ts';
import {
  type AccountKey,
  accountKey,
  type ConversationId,
  conversationId,
  resourceId,
  type UserId,
  userId,
} from '../../src/model/ids.ts';
import type { AccountState, Delivery, Origin, Presenter } from '../../src/model/ports.ts';
import { LogRecorder } from './log-recorder.ts';
import { ManualClock } from './manual-clock.ts';
import { ScriptedNetwork, type ScriptedSession, settled } from './scripted-network.ts';

export const ROMEO = userId('romeo@example.org');
export const HOME = resourceId('romeo@example.org/home');
export const PHONE = resourceId('romeo@example.org/phone');
export const ROOM = conversationId('#verona');
export const ACCOUNT = accountKey('a');

export class RecordingPresenter implements Presenter {
  readonly deliveries: Delivery[] = [];
  readonly refusals: { readonly command: AnyCommand; readonly origin: Origin; readonly error: BridgeError }[] = [];
  readonly states: AccountState[] = [];
  readonly found: ConversationId[] = [];

  present(delivery: Delivery): void {
    this.deliveries.push(delivery);
  }
  refuse(_user: UserId, command: AnyCommand, origin: Origin, error: BridgeError): void {
    this.refusals.push({ command, origin, error });
  }
  roomFound(_user: UserId, room: ConversationId): void {
    this.found.push(room);
  }
  accountState(_user: UserId, state: AccountState): void {
    this.states.push(state);
  }

  /** What was told since the last call, in short: `said > home phone`, `forbidden > home m1`. */
  heard(): readonly string[] {
    const told = this.deliveries.splice(0).map(({ event, to, origin }) => {
      const name = 'why' in event ? `${event.kind} ${event.why}` : event.kind;
      const whom = to.length === 0 ? 'bare' : to.map(shortOf).join(' ');
      return `${name} > ${whom}${origin?.id === undefined ? '' : ` ${origin.id}`}`;
    });
    const refused = this.refusals
      .splice(0)
      .map(({ error, origin }) => `${error.code} > ${shortOf(origin.resource)} ${origin.id ?? ''}`.trim());
    return [...told, ...refused];
  }
  /** The states since the last call. */
  stated(): readonly string[] {
    return this.states.splice(0).map(({ state, error }) => (error === undefined ? state : `${state} ${error.code}`));
  }
}

const shortOf = (resource: string): string => resource.slice(resource.indexOf('/') + 1);

export class MemoryRecords implements AccountRecords {
  readonly records = new Map<string, AccountRecord>();
  list(): Promise<readonly AccountRecord[]> {
    return Promise.resolve([...this.records.values()]);
  }
  save(record: AccountRecord): Promise<void> {
    this.records.set(`${record.user} ${record.key}`, record);
    return Promise.resolve();
  }
  delete(user: UserId, key: AccountKey): Promise<void> {
    this.records.delete(`${user} ${key}`);
    return Promise.resolve();
  }
}

export class BridgeStage {
  readonly clock = new ManualClock();
  readonly network = new ScriptedNetwork();
  readonly presenter = new RecordingPresenter();
  readonly records = new MemoryRecords();
  readonly log = new LogRecorder();
  readonly bridge: GatewayBridge;

  constructor(timing: Partial<Timing> = {}, refusalOf: (user: UserId) => BridgeError | undefined = () => undefined) {
    this.bridge = new GatewayBridge({
      network: this.network,
      presenter: this.presenter,
      records: this.records,
      clock: this.clock,
      log: this.log,
      userOf: (resource) => userId(resource.slice(0, resource.indexOf('/'))),
      timing,
      refusalOf,
    });
  }

  async withAccount(settings: Answers = {}): Promise<void> {
    await this.records.save({ user: ROMEO, key: ACCOUNT, title: 'romeo on a', settings: { server: 'a', ...settings } });
    await this.bridge.start();
  }

  submit(command: AnyCommand, resource = HOME, id?: string): void {
    this.bridge.submit(ROMEO, command, id === undefined ? { resource } : { resource, id });
  }
  join(resource = HOME, id?: string): void {
    this.submit({ kind: 'join', conversation: ROOM, nick: 'romeo' }, resource, id);
  }
  leave(resource = HOME, id?: string): void {
    this.submit({ kind: 'leave', conversation: ROOM }, resource, id);
  }
  say(text: string, id: string, resource = HOME): void {
    this.submit({ kind: 'say', conversation: ROOM, body: { kind: 'text', text } }, resource, id);
  }

  /** In the room with these clients; what was heard on the way is forgotten. */
  async joined(...resources: readonly (typeof HOME)[]): Promise<ScriptedSession> {
    for (const resource of resources) this.join(resource);
    const session = await this.network.opening.succeed();
    await session.open(ROOM, 'tybalt');
    await settled();
    this.presenter.heard();
    this.presenter.stated();
    return session;
  }
}
