// What the echo network answers by itself, wherever its far side is: addresses, its one account, and forms.

import type { AnyCommand } from '../../src/model/commands.ts';
import type { Answers } from '../../src/model/form.ts';
import {
  type AccountKey,
  type ConversationId,
  conversationId,
  type LaneKey,
  laneKey,
  type ParticipantId,
  participantId,
} from '../../src/model/ids.ts';
import type { Place } from '../../src/model/network.ts';
import { type Text, words } from '../../src/model/words.ts';
import { nickProblem, parse, placeOf } from './names.ts';
import { ONLY_ACCOUNT, PREFERENCES, SIGN_IN_FORM } from './sign-in.ts';

export class EchoPlaces {
  readonly title = 'Echo';
  readonly identity = 'echo';
  readonly roomService = 'text';
  readonly signInHelp = words`Only for trying things: any name and any password will do.`;
  readonly signInForm = SIGN_IN_FORM;
  readonly preferences = PREFERENCES;
  readonly prompt = {
    help: words`Enter a name such as benvolio, or a room such as #garden.`,
    label: words`Name, or #room`,
    person: 'benvolio',
    room: '#garden',
  };

  parse(text: string): Place {
    return parse(text);
  }
  placeOf(conversation: ConversationId): Place | undefined {
    return placeOf(conversation);
  }
  directOf(participant: ParticipantId): ConversationId | undefined {
    return placeOf(conversationId(participant))?.conversation;
  }
  outsider(_room: ConversationId, id: ConversationId): ParticipantId | undefined {
    return placeOf(id)?.kind === 'direct' ? participantId(id) : undefined;
  }
  nickProblem(nick: string): Text | undefined {
    return nickProblem(nick);
  }
  accountOf(_conversation: ConversationId): AccountKey {
    return ONLY_ACCOUNT;
  }
  accountFor(_answers: Answers): AccountKey {
    return ONLY_ACCOUNT;
  }
  /** One lane for each conversation: what is slow in one holds up no other. */
  laneOf(command: AnyCommand): LaneKey {
    return laneKey('conversation' in command ? command.conversation : '');
  }
}
