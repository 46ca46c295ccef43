// An administration that has nobody to look after, for tests of other things.

import type { Administration } from '../../src/model/administration.ts';

export const NOBODY_TO_ADMINISTER: Administration = {
  registered: () => [],
  online: () => [],
  blocked: () => [],
  isBlocked: () => false,
  setBlocked: () => Promise.resolve(),
  endSessions: () => Promise.resolve(),
  rooms: () => [],
  deleteAll: () => Promise.resolve(),
};
