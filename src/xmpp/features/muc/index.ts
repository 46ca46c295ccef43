// The features that make conversations rooms (XEP-0045).

import type { Feature } from '../../feature.ts';
import { affiliations } from './affiliations.ts';
import { archive } from './archive.ts';
import { roomAdmin } from './admin.ts';
import { invitations } from './invitations.ts';
import { join } from './join.ts';
import { roomMessages } from './messages.ts';
import { moderation } from './moderation.ts';
import { roomMoves } from './moves.ts';
import { roomOwner } from './owner.ts';
import { roomPresence } from './presence.ts';
import { roomInfo } from './room-info.ts';
import { selfPing } from './self-ping.ts';
import { verifyJoins } from './verify.ts';

export const mucFeatures: Readonly<Record<string, Feature>> = {
  verifyJoins,
  affiliations,
  join,
  roomPresence,
  roomMessages,
  roomInfo,
  selfPing,
  archive,
  moderation,
  roomAdmin,
  roomOwner,
  invitations,
  roomMoves,
};
