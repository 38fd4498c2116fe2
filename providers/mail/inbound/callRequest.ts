const CALL = String.raw`(?:call|phone|ring|dial|telephone)`;
const CALLING = String.raw`(?:calling|phoning|ringing|dialing|dialling|telephoning|(?:the |these |those |all |your )?(?:phone |telephone |sales |cold )?calls)`;
const WRITE = String.raw`(?:e-?mail|text|write(?: to)?|message|contact)`;
const WHOM = String.raw`(?:me|us|here|this|my|our|again|back|any ?more|ever)`;

const PHRASES: readonly RegExp[] = [
  // English
  new RegExp(
    String.raw`\b(?:do not|don['’]?t|never|not(?: to)?) (?:ever )?(?:${WRITE}(?: (?:me|us))?(?:,? (?:or|and|nor) | ?\/ ?|, ))?${CALL}\b(?:,? (?:or|and|nor) ${WRITE})? ${WHOM}\b`,
    'i',
  ),
  new RegExp(String.raw`\b(?:do not|don['’]?t|never) (?:ever )?${CALL}\s*[.!]*$`, 'i'),
  new RegExp(
    String.raw`\b(?:stop|cease|quit|no) (?:(?:e-?mailing|writing|texting|contacting)(?: (?:me|us))?(?:,? (?:or|and|nor) | ?\/ ?|, ))?${CALLING}\b`,
    'i',
  ),
  /\bno (?:more|further|other) (?:phone |telephone |sales |cold )?calls\b/i,
  /(?:\bnot|n['’]t) (?:want|wish|like|need|care) (?:to be (?:called|phoned)|(?:to (?:get|receive|have)|any|your|more|these|phone|further)\b.{0,30}\bcalls?)\b/i,
  /\b(?:remove|delete|take|erase) (?:my|our|this|the) (?:\w+ )?(?:phone|telephone|cell|mobile|office)?\s?(?:phone )?number\b/i,
  /\b(?:put|add|place|enter) (?:me|us|my|our|this)\b.{0,40}\bdo[- ]?not[- ]?call\b/i,
  // Spanish
  /\bno (?:me|nos) (?:vuelvan? a |sigan? )?llam\w+/i,
  /\bdejen? de llamar\w*|\bno (?:m[aá]s|quiero) (?:\w+ )?llamadas\b/i,
  // German
  /\brufen sie (?:mich|uns|hier|bitte)\b.{0,20}\bnicht\b|\bnicht (?:mehr|wieder) an(?:zu)?rufen\b|\bkeine (?:weiteren |mehr )?(?:telefon)?anrufe\b/i,
  // French
  /\b(?:ne )?(?:m['’]|nous )(?:appelez|t[ée]l[ée]phonez)\b.{0,12}\b(?:plus|pas)\b|\b(?:arr[êe]tez|cessez) de (?:m['’]|nous )(?:appeler|t[ée]l[ée]phoner)|\bplus d['’]appels\b/i,
];

/** "Don't stop calling", "do not call it a day". */
const OPPOSITE =
  /\b(?:do not|don['’]?t|never|no need to|didn['’]?t|did not|not) (?:want you to |mean to |ask you to |have to |need to )?(?:stop|quit|cease) call\w*|\bcall (?:it|this) (?:a|an|the)\b/gi;

/**
 * The words with which a person asks not to be called, null when there are none (47 CFR 64.1200(d)(3): however it is asked). Only the
 * person's own words are to be given here. In doubt it is a request; the rep sees it.
 */
export function callRequest(words: string): string | null {
  for (const sentence of words.replaceAll(/\s+/g, ' ').split(/(?<=[.!?])\s/)) {
    const meant = sentence.replaceAll(OPPOSITE, '…');
    if (PHRASES.some((phrase) => phrase.test(meant))) return sentence.trim().slice(0, 200);
  }
  return null;
}

/** Numbers that the request names, besides the one that is on record: "do not call 212-555-0100 any more". */
export function numbersIn(request: string): string[] {
  return request.match(/(?<![\d.])(?:\+?1[ .-]?)?\(?[2-9]\d{2}\)?[ .-]?[2-9]\d{2}[ .-]?\d{4}(?!\d)/g) ?? [];
}
