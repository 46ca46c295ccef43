// Section 6: the prompt that turns what people type into addresses (XEP-0100, jabber:iq:gateway).

import { error, GATEWAY } from './patterns.ts';
import { conformance } from './proves.ts';

conformance(
  {
    'PRM-1': ['the prompt is out', 'results are empty', 'the prompt gives no addresses'],
    'PRM-2': 'addresses are not escaped',
    'PRM-4': ['silent errors', 'errors without words'],
    '4.2.5': 'addresses are not escaped',
  },
  'the prompt: a sentence and a label; nicks, channels and URIs become addresses; nonsense is refused with words',
  { claims: ['ESC-6', '4.2.4'] },
  async ({ romeo }) => {
    const NS = 'jabber:iq:gateway';
    await romeo.asks(
      `<iq to='${GATEWAY}' type='get' id='p'><query xmlns='${NS}'/></iq>`,
      `<iq type='result' id='p'><query xmlns='${NS}'><desc>*</desc><prompt>*</prompt></query></iq>`,
    );
    const typed: readonly (readonly [string, string])[] = [
      ['benvolio%test', 'benvolio%test@irc.localhost'],
      ['  Benvolio%TEST ', 'benvolio%test@irc.localhost'],
      ['#verona%test', '#verona%test@irc.localhost'],
      ['irc://test/%23verona', '#verona%test@irc.localhost'],
      ['irc://test/benvolio,isnick', 'benvolio%test@irc.localhost'],
      ['#a&amp;b/c%test', '#a\\26b\\2fc%test@irc.localhost'],
    ];
    for (const [text, jid] of typed)
      await romeo.asks(
        `<iq to='${GATEWAY}' type='set' id='s'><query xmlns='${NS}'><prompt>${text}</prompt></query></iq>`,
        `<iq type='result' id='s'><query xmlns='${NS}'><jid>${jid}</jid><!prompt/></query></iq>`,
      );
    for (const text of ['', 'two words%test', '#bad channel%test', '%%%'])
      await romeo.asks(
        `<iq to='${GATEWAY}' type='set' id='e'><query xmlns='${NS}'><prompt>${text}</prompt></query></iq>`,
        `<iq type='error' id='e'>${error('modify/not-acceptable')}</iq>`,
      );
  },
);
