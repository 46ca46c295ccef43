// What the gateway itself says in the place of people, in the language of who reads it.

import type { Body, Message } from '../model/conversation.ts';
import type { AnyEvent } from '../model/events.ts';
import type { Translator } from './feature.ts';

/** Whether there is anything in it that the gateway says. */
export function hasOwnWords(event: AnyEvent): boolean {
  switch (event.kind) {
    case 'said':
    case 'edited':
      return event.message.body.words !== undefined;
    case 'opened':
      return event.history?.some(({ body }) => body.words !== undefined) === true;
    default:
      return false;
  }
}

/** As one reader has it; nothing else in it is changed. */
export function inLanguage(event: AnyEvent, translate: Translator): AnyEvent {
  switch (event.kind) {
    case 'said':
    case 'edited':
      return { ...event, message: messageIn(event.message, translate) };
    case 'opened':
      return { ...event, history: (event.history ?? []).map((message) => messageIn(message, translate)) };
    default:
      return event;
  }
}

function messageIn(message: Message, translate: Translator): Message {
  const { words, ...body }: Body = message.body;
  return words === undefined ? message : { ...message, body: { ...body, text: translate(words) } };
}
