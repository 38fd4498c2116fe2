import { type DeliveryReport, deliveryReport, fieldsOf, originalMessageId } from './deliveryReport.ts';
import { ownWords } from './ownWords.ts';
import type { InboundMessage } from './parse.ts';
import { returnDate } from './returnDate.ts';
import { stopRequest } from './stopRequest.ts';

/** What a message that came to a `reply+…` or `bounce+…` address is. */
export type Inbound =
  /** A person answers: the enrolment stops. */
  | { readonly kind: 'reply'; readonly words: string }
  /** A person asks to be left alone, in `request`: the address is suppressed. */
  | { readonly kind: 'stopRequest'; readonly words: string; readonly request: string }
  /** A machine answers for a person: the enrolment pauses, to `returnsOn` (ISO date) when it says one. */
  | { readonly kind: 'autoReply'; readonly words: string; readonly returnsOn: string | null }
  | ({ readonly kind: 'bounce' } & Omit<Extract<DeliveryReport, { about: 'failure' }>, 'about'>)
  /** A person has pressed "this is spam" (RFC 5965): suppressed for good. */
  | { readonly kind: 'complaint'; readonly recipient: string | null; readonly originalMessageId: string | null }
  /** Delays, receipts and the like: nothing to act upon. */
  | { readonly kind: 'notice' };

const AUTO_SUBJECT =
  /^\W*(?:(?:out of (?:the )?office|automatic(?:ally generated)? (?:reply|response)|auto(?:mated)?[ -]?(?:reply|response|respuesta)|vacation (?:reply|response|notice)|away from (?:the |my )?(?:office|desk)|on (?:annual|parental|maternity|paternity|sick)?\s?leave|i am (?:out of|away)|abwesend|abwesenheit\w*|automatische (?:antwort|abwesenheit\w*)|nicht im (?:haus|büro)|réponse automatique|absence du bureau|absent|message d'absence|respuesta autom[áa]tica|fuera de (?:la )?oficina|risposta automatica|fuori (?:sede|ufficio)|resposta autom[áa]tica|automatisch antwoord|afwezig\w*|autosvar|frånvaro|automatyczna odpowiedź|автоответ|自动回复|自動応答|自動回覆|자동 응답)(?:\b|[:：]|$))/iu;

/** Pure: `receivedOn` (ISO date) gives a day without a year its year; `envelopeFrom` is empty for the null sender. */
export function classifyInbound(
  message: InboundMessage,
  { receivedOn, envelopeFrom }: { receivedOn: string; envelopeFrom: string },
): Inbound {
  const { type, reportType } = message.contentType;
  const feedback = message.parts.find((part) => part.type === 'message/feedback-report');
  if (feedback) return complaint(feedback.text, message);
  if (type === 'multipart/report' && reportType === 'disposition-notification') return { kind: 'notice' };

  const report = deliveryReport(message);
  if (report?.about === 'progress') return { kind: 'notice' };
  if (report) {
    const { severity, recipient, answer, originalMessageId } = report;
    return { kind: 'bounce', severity, recipient, answer, originalMessageId };
  }

  const words = ownWords(message.text);
  if (isAutomatic(message, envelopeFrom))
    return { kind: 'autoReply', words, returnsOn: returnDate(`${message.subject}\n${words}`, receivedOn) };
  const request = stopRequest(words, message.subject);
  return request === null ? { kind: 'reply', words } : { kind: 'stopRequest', words, request };
}

/** RFC 3834, and what was in use before it. */
function isAutomatic(message: InboundMessage, envelopeFrom: string): boolean {
  const says = (name: string, pattern: RegExp): boolean => message.header(name).some((value) => pattern.test(value));
  return (
    says('auto-submitted', /^(?!no\b)/i) ||
    says('x-autoreply', /^(?!no\b)/i) ||
    says('x-autorespond', /./) ||
    says('x-autoresponder', /./) ||
    says('x-auto-reply-from', /./) ||
    says('x-mail-autoreply', /./) ||
    says('precedence', /^(?:bulk|junk|list|auto[_-]?reply)/i) ||
    says('x-precedence', /^(?:bulk|junk|list|auto[_-]?reply)/i) ||
    envelopeFrom === '' ||
    says('return-path', /^<>$/) ||
    AUTO_SUBJECT.test(message.subject)
  );
}

function complaint(report: string, message: InboundMessage): Inbound {
  const fields = fieldsOf(report);
  if (fields.get('feedback-type')?.toLowerCase() === 'not-spam') return { kind: 'notice' };
  const recipient = fields.get('original-rcpt-to') ?? fields.get('removal-recipient');
  return {
    kind: 'complaint',
    recipient: recipient?.replaceAll(/[<>]/g, '').toLowerCase() ?? null,
    originalMessageId: originalMessageId(message),
  };
}
