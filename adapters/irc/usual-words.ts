// What servers say with a numeric when they mean nothing beyond it (ngIRCd, InspIRCd, Solanum, UnrealIRCd, Ergo): it is said in our own
// words instead, which everybody reads in her language.

const USUAL: Readonly<Record<string, readonly string[]>> = {
  '401': ['no such nick', 'no such nick/channel', 'no such nick or channel name', 'no such nickname'],
  '402': ['no such server'],
  '403': ['no such channel'],
  '404': ['cannot send to channel', 'cannot send to nick/channel'],
  '405': ['you have joined too many channels'],
  '406': ['there was no such nickname'],
  '412': ['no text to send'],
  '417': ['input line was too long'],
  '421': ['unknown command'],
  '432': ['erroneous nickname', 'erroneus nickname'],
  '433': ['nickname is already in use', 'nickname already in use'],
  '437': ['nick/channel is temporarily unavailable'],
  '441': ["they aren't on that channel", 'they are not on that channel'],
  '442': ["you're not on that channel", 'you are not on that channel'],
  '443': ['is already on channel', 'is on channel'],
  '461': ['not enough parameters'],
  '464': ['password incorrect'],
  '465': ['you are banned from this server'],
  '471': ['cannot join channel (+l)', 'cannot join channel (channel is full)'],
  '473': ['cannot join channel (+i)', 'cannot join channel (invite only)'],
  '474': ['cannot join channel (+b)', "cannot join channel (you're banned)"],
  '475': ['cannot join channel (+k)', 'cannot join channel (incorrect channel key)'],
  '476': ['bad channel mask', 'invalid channel name'],
  '482': ["you're not channel operator", "you're not a channel operator", 'you are not a channel operator'],
  '904': ['sasl authentication failed'],
};
/** Solanum says beside the mode what it means. */
const EXPLAINED =
  /^(cannot join channel \(\+[libk]\)) - (?:channel is full, try again later|you must be invited|you are banned|bad key)$/;

/** Nothing in it that the numeric does not say. */
export function isUsual(numeric: string, said: string): boolean {
  const phrase = said.trim().toLowerCase().replace(/\.$/, '').replace(EXPLAINED, '$1');
  return phrase === '' || USUAL[numeric]?.includes(phrase) === true;
}
