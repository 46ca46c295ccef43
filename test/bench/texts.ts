// What is said in the bench: lines of a real chat's lengths, each different, in the form in which they stand in XML and on IRC.
// All text is bytes (latin1 strings whose characters are bytes).

const TAILS = [
  'yes',
  'did anyone look at the build of last night? it is red again on arm64 and I have no board here',
  'no <b>idea</b> & no time, sorry',
  'https://example.org/issues/1234?page=2&sort=new#c7',
  'Der Zug hat schon wieder zwölf Minuten Verspätung, ich bin gegen halb neun da',
  'ok, then let us do it on Thursday: you take the first half and I take whatever is left over after lunch',
  '+1',
  'そうですね、明日もう一度試してみます',
  'the trick is that x < y implies f(x) < f(y) only where f grows, and this one does not do so before the third step of it',
  'brb 🍵',
  'what about "quotes" and it\'s apostrophes?',
  'I read the whole thread twice now and still do not see why anybody would want the old behaviour back, to be honest with you all',
  'hm',
  'merged, thanks!',
  'Привет всем, у кого-нибудь есть ссылка на запись?',
  'one more long line so that the average comes out near to what one sees in busy channels on ordinary evenings: about eighty bytes',
].map((text) => Buffer.from(text, 'utf8').toString('latin1'));

const FOR_XML = TAILS.map((text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;'));

/** The n-th line of a speaker, as it stands on IRC. */
export function ircText(speaker: string, n: number): string {
  return `${speaker} ${n} ${TAILS[n % TAILS.length]}`;
}

/** The n-th line of a speaker, as it stands in a body written with the fewest escapes. */
export function xmlText(speaker: string, n: number): string {
  return `${speaker} ${n} ${FOR_XML[n % FOR_XML.length]}`;
}

/** A body as it stands in XML, with its escapes undone. */
export function unescapeBody(body: string): string {
  if (!body.includes('&')) return body;
  return body.replace(/&(lt|gt|quot|apos|#39|amp);/g, (_, name: string) => CHARACTERS[name] ?? '');
}
const CHARACTERS: Readonly<Record<string, string>> = { lt: '<', gt: '>', quot: '"', apos: "'", '#39': "'", amp: '&' };
