/** "On Tue, Nov 24, 2026 at 9:00 AM Rae Rep <rae@acme.example> wrote:" in many languages; it may be folded over two or three lines. */
const ATTRIBUTION =
  /^(?:on|am|le|el|il|em|op|den|dne|w dniu)\b.{4,300}(?:wrote|schrieb\b.{0,80}|a écrit|escribi[óo]|ha scritto|escreveu|schreef\b.{0,80}|skrev\b.{0,80}|napsal\(a\)|napisał\(a\))\s*:\s*$/i;
/** What else mail programs put above a quotation. */
const QUOTATION_BEGINS = [
  /^.{0,200}<[^<>\s]+@[^<>\s]+>.{0,40}(?:wrote|schrieb|a écrit|escribió|ha scritto|escreveu|schreef|skrev)\s*:\s*$/i,
  /^\s*-{3,}\s*(?:original message|forwarded message|ursprüngliche nachricht|weitergeleitete nachricht|message d'origine|message transféré|mensaje original|mensaje reenviado|messaggio originale|mensagem original|oorspronkelijk bericht)\s*-{3,}/i,
  /^\s*(?:begin forwarded message|anfang der weitergeleiteten nachricht|début du message réexpédié)\s*:/i,
  /^\s*_{10,}\s*$/,
];
/** Outlook writes the quoted message's head without a line of its own above it. */
const OUTLOOK_FROM = /^\s*\*?(?:from|von|de|da|van|od|från)\s?:\*?\s.{2,}/i;
const OUTLOOK_SENT =
  /^\s*\*?(?:sent|date|gesendet|datum|envoyé|enviado(?: el| em)?|fecha|data|inviato|verzonden|skickat|to|an|à|para|a)\s?:\*?\s/i;
const SIGNATURE = /^-- ?$/;

/** What the person wrote: the text above the quotation, without quoted lines and the signature. */
export function ownWords(text: string): string {
  const lines = text.replaceAll('\r\n', '\n').replaceAll('\u00a0', ' ').split('\n');
  const own: string[] = [];
  for (const [index, line] of lines.entries()) {
    if (SIGNATURE.test(line) || beginsQuotation(lines, index)) break;
    if (!/^\s*>/.test(line)) own.push(line);
  }
  return own.join('\n').trim();
}

function beginsQuotation(lines: readonly string[], index: number): boolean {
  const line = lines[index] ?? '';
  if (OUTLOOK_FROM.test(line) && lines.slice(index + 1, index + 4).some((next) => OUTLOOK_SENT.test(next))) return true;
  if (QUOTATION_BEGINS.some((begins) => begins.test(line))) return true;
  return [1, 2, 3].some((count) =>
    ATTRIBUTION.test(
      lines
        .slice(index, index + count)
        .join(' ')
        .trim(),
    ),
  );
}
