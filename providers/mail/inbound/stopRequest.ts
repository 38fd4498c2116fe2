/** The whole message, or one whole line of it. */
const COMMAND =
  /^(?:please |pls |kindly |bitte |por favor,? |s'il vous pla[iî]t,? |svp,? )?(?:stop(?: it| this| now| please| sending| all| mails?| emails?)?|unsubscribe(?: me)?|remove(?: me)?(?: please)?|opt[ -]?out|cancel|quit|end|take me off|no more(?: e?-?mails?)?|leave me alone|stopp|abmelden|abbestellen|austragen|abmeldung|baja|cancelar|d[ée]sabonner|d[ée]sinscrire|d[ée]sinscription|arr[êe]ter|cancellami|disiscrivi(?:mi)?|uitschrijven|afmelden|descadastrar|remover)(?:,? (?:please|thanks|thank you|bitte|danke|merci|gracias|por favor))?[\s.!]*$/i;

const PHRASES: readonly RegExp[] = [
  // English
  /\b(?:stop|cease|quit) (?:e-?mailing|contacting|sending|messaging|writing|spamming|bothering|soliciting|harassing|these|those|all|any)\b/i,
  /\bcease and desist\b/i,
  /\b(?:remove|delete|take) (?:me|us|my (?:name|address|e-?mail|contact|details|info\w*|data)|this (?:address|e-?mail)|our (?:address|e-?mail|company))\b.{0,60}\b(?:from|off|out of)\b/i,
  /\b(?:remove|delete) me\b(?! as\b)/i,
  /\b(?:please|kindly|pls)\b.{0,20}\b(?:unsubscribe|remove (?:me|us|my)|opt (?:me|us) out|take (?:me|us) off)/i,
  /\bunsubscribe (?:me|us|my|this|from)\b/i,
  /\bopt (?:me|us) out\b/i,
  /\b(?:want|wish|like|need|asked|asking|request(?:ed|ing)?) (?:you )?(?:to )?(?:unsubscribe|opt[ -]?out|be (?:removed|unsubscribed|taken off)|be opted out)\b/i,
  /\b(?:do not|don['’]?t|never) (?:ever )?(?:e-?mail|contact|write(?: to)?|message|reach out to|send|call or e-?mail) (?:me|us|anything|any more|anymore|again|this|these|more)\b/i,
  /\bno (?:more|further) (?:e-?mails?|messages?|mails?|contact|correspondence|communications?|solicitations?)\b/i,
  /\bleave (?:me|us) alone\b/i,
  /\bnot? (?:e-?mail|contact) (?:me|us) (?:again|any ?more|in (?:the )?future)\b/i,
  // Spanish
  /\b(?:darme|darnos|d[ae]me|d[eé]nme|dar) de baja\b|\bsol[ií]cito (?:la |mi )?baja\b/i,
  /\bno (?:me|nos) (?:vuelvan? a |sigan? )?(?:escrib\w+|env[ií]\w+|contact\w+|mand\w+|moleste\w*)/i,
  /\bdejen? de (?:enviar|escribir|contactar|mandar|molestar)\w*/i,
  /\b(?:elim[ií]n|b[oó]rr|qu[ií]t)(?:e|en|a|ar)?(?:me|nos)\b|\b(?:eliminen?|borren?|quiten?) mi (?:correo|direcci[oó]n|nombre|e-?mail)/i,
  /\bno (?:quiero|deseo) (?:recibir|m[aá]s)\b|\bno (?:m[aá]s|enviar m[aá]s) (?:correos?|e-?mails?|mensajes?)\b/i,
  // German
  /\b(?:keine|keinerlei) (?:weiteren? |mehr )?(?:e-?mails?|mails?|nachrichten|werbung|werbemails?|anfragen|post)\b/i,
  /\b(?:nehmen|streichen|löschen|entfernen|tragen|melden) sie (?:mich|uns|meine|unsere|diese|bitte)/i,
  /\b(?:abmelden|abbestellen|austragen)\b.{0,20}\b(?:bitte|mich|uns)\b|\b(?:bitte|mich|uns)\b.{0,60}\b(?:abmelden|abbestellen|austragen|löschen|entfernen|streichen)\b/i,
  /\b(?:schreiben|kontaktieren|mailen|belästigen) sie (?:mir|mich|uns) (?:bitte )?nicht\b/i,
  /\bnicht (?:mehr|weiter|länger) (?:an(?:zu)?schreiben|(?:zu )?kontaktieren|(?:zu )?schreiben|angeschrieben|kontaktiert)/i,
  /\bhören sie auf\b|\bunterlassen sie\b/i,
  // French
  /\bd[ée](?:sabonn|sinscri)(?:ez|vez|re|er|e|s)(?:-(?:moi|nous))?\b(?=.{0,60}(?:moi|nous|svp|merci|pla[iî]t|liste|adresse|[.!]|$))/i,
  /\b(?:ne )?(?:m['’]|me |nous )(?:envoyez|contactez|[ée]crivez|sollicitez)\b.{0,12}\b(?:plus|pas)\b/i,
  /\b(?:arr[êe]tez|cessez) (?:de|d['’]|vos|ces)\b/i,
  /\b(?:retirez|supprimez|enlevez|effacez)(?:-(?:moi|nous)| mon| mes| notre)\b|\bme (?:d[ée]sabonner|d[ée]sinscrire|retirer)\b|\b(?:retirer|supprimer|enlever) (?:mon|mes|notre)\b/i,
  /\bplus (?:de |d['’]|aucun )(?:e-?mails?|mails?|messages?|courriels?|sollicitations?)\b/i,
  // Portuguese, Italian, Dutch
  /\b(?:me )?descadastr\w+|\bremova[- ]?(?:me|o meu)|\bpare(?:m)? de (?:me |enviar|mandar)|\bn[ãa]o (?:me |nos )(?:envi|contat|contact|escrev|mand)\w+/i,
  /\bcancell(?:ami|atemi|armi)\b|\bdisiscriv\w+|\brimuov(?:imi|etemi|ermi)\b|\bsmett\w+ di\b|\bnon (?:mi |ci )?(?:scriv|contatt|invi|mand)\w+ più/i,
  /\b(?:schrijf|meld) (?:mij|me|ons) (?:uit|af)\b|\bverwijder (?:mij|me|ons|mijn)\b|\bgeen (?:e-?mails?|mails?|berichten) meer\b|\bstop met (?:mailen|mij|me|ons|het)\b/i,
];

/** Says the opposite: "please don't stop", "no need to unsubscribe me", "nicht abmelden". */
const OPPOSITE =
  /\b(?:(?:do not|don['’]?t|never|no need to|didn['’]?t|did not|won['’]?t|wouldn['’]?t|not) (?:want (?:you )?to |mean to |ask (?:you )?to |have to |need to )?(?:stop|unsubscribe|remove|delete|opt|cease|quit|be removed|take)|no me (?:elimin|borr|quit|d[eé]n? de baja)\w*|nicht (?:abmelden|löschen|austragen|entfernen|streichen)|ne (?:me |m['’])?(?:d[ée]sabonn|d[ée]sinscri|retir|supprim)\w+)/gi;

/**
 * The words with which a person asks to be left alone, null when there are none. Only the person's own words are to be given here:
 * the unsubscribe line that we wrote ourselves stands in every quotation. In doubt it is a request; the rep sees it.
 */
export function stopRequest(words: string, subject = ''): string | null {
  const ownSubject = /^\s*(?:re|aw|antw|sv|rif|odp)\s*:/i.test(subject) ? '' : subject; // Re: is our own subject
  for (const line of [ownSubject, ...words.split('\n')]) if (COMMAND.test(line.trim())) return line.trim();
  for (const sentence of [ownSubject, ...words.replaceAll(/\s+/g, ' ').split(/(?<=[.!?])\s/)]) {
    const meant = sentence.replaceAll(OPPOSITE, '…');
    if (PHRASES.some((phrase) => phrase.test(meant))) return sentence.trim().slice(0, 200);
  }
  return null;
}
