// Orders to the fake Twilio from whoever drives it. The list stands in twilio-server.ts.

import type { Orders } from './driven-server.ts';
import { type JsonObject, numberField, optionalText, textField } from './json-lines.ts';
import { type Hub, newSid } from './twilio-server-hub.ts';
import type { Step } from './twilio-server-records.ts';
import { isStatus } from './twilio-server-refusals.ts';

export const orders: Orders<Hub> = {
  account: (hub, value) => {
    const [key, secret] = [optionalText(value, 'key'), optionalText(value, 'secret')];
    const pair = key === undefined || secret === undefined ? {} : { key: [key, secret] as const };
    hub.record({ t: 'account', sid: textField(value, 'sid'), token: textField(value, 'token'), ...pair });
  },
  number: (hub, value) => {
    const number = textField(value, 'number');
    const known = hub.world.numbers.get(number);
    hub.record({
      t: 'number',
      account: textField(value, 'account'),
      sid: known?.sid ?? newSid('PN'),
      number,
      smsUrl: optionalText(value, 'smsUrl') ?? known?.smsUrl ?? '',
      fallbackUrl: optionalText(value, 'fallbackUrl') ?? known?.fallbackUrl ?? '',
    });
  },
  text: (hub, value) => ({
    sid: hub.text(textField(value, 'from'), textField(value, 'to'), textField(value, 'body')),
  }),
  script: (hub, value) => {
    const steps = stepsOf(value);
    const left = numberField(value, 'times', 1);
    hub.scripts = hub.scripts.filter((script) => script.left > 0);
    hub.scripts.push({ to: optionalText(value, 'to'), steps, early: value['early'] === true, left });
  },
  tell: (hub, value) => {
    const message = hub.world.messages.get(textField(value, 'sid'));
    if (message === undefined) throw new Error('there is no such message');
    for (const step of stepsOf(value)) void hub.step(message, step);
  },
  fault: (hub, value) => hub.faults.set(value),
  clear: (hub) => {
    hub.faults.clear();
    hub.scripts = [];
  },
  pace: (hub, value) => {
    hub.listDelayMs = numberField(value, 'listDelayMs', hub.listDelayMs);
    hub.stepMs = numberField(value, 'stepMs', hub.stepMs);
  },
  look: (hub) => ({
    busy: hub.busy,
    unfinished: [...hub.world.messages.values()].filter(({ done, steps, told }) => done < steps.length || !told).length,
  }),
};

/** @throws Error where they are none. */
function stepsOf(value: JsonObject): readonly Step[] {
  const { steps } = value;
  if (!Array.isArray(steps)) throw new Error('"steps" must be a list');
  return steps.map((step: JsonObject) => {
    const { status, code } = step;
    if (!isStatus(status)) throw new Error(`there is no status "${String(status)}"`);
    return {
      status,
      afterMs: numberField(step, 'afterMs', 0),
      copies: numberField(step, 'copies', 1),
      ...(typeof code === 'number' && { code }),
    };
  });
}
