import { type AnswerKind, classifyAnswer, type SmtpAnswer, smtpAnswer } from '../smtpAnswer.ts';
import type { InboundMessage } from './parse.ts';

/** What came back about a message of ours (RFC 3464, or the prose of servers that do not know it). */
export type DeliveryReport =
  | {
      readonly about: 'failure';
      /** As for answers while sending; a trial given up after days is soft, what is not readable too. */
      readonly severity: Extract<AnswerKind, 'hardBounce' | 'softBounce' | 'policy'>;
      readonly recipient: string | null;
      readonly answer: SmtpAnswer;
      readonly originalMessageId: string | null;
    }
  /** Delayed, delivered, relayed: nothing to act upon. */
  | { readonly about: 'progress' };

const FAILURE_SUBJECT =
  /undeliver|delivery (?:status|failure|has failed|incomplete)|failure notice|returned (?:mail|to sender)|mail delivery (?:failed|system|subsystem)|mail could not be delivered|rejected:|non[ -]remis|échec de (?:la )?remise|unzustellbar|nicht zugestellt|no se (?:ha podido|pudo) entregar|no entregado|mancato recapito|niet bezorgd|não entregue/i;
const DAEMON = /^(?:mailer-daemon|postmaster|mail-daemon|mdaemon|bounce[sd]?|microsoftexchange\w*)@/;
const ANSWER_IN_TEXT = /\b([45]\d\d)[ -]#?(?:([245]\.\d{1,3}\.\d{1,3})[\s:;-]+)?(?=\S)([^\n]{0,400})/;

export function deliveryReport(message: InboundMessage): DeliveryReport | null {
  const status = message.parts.find(({ type }) => type === 'message/delivery-status');
  if (status) return readStatus(status.text, message);
  const isReport = message.contentType.type === 'multipart/report' && message.contentType.reportType === 'delivery-status';
  const [failedRecipient] = message.header('x-failed-recipients');
  const isDaemons = DAEMON.test(message.from ?? '') || message.header('return-path').includes('<>');
  if (!isReport && !failedRecipient && !(isDaemons && FAILURE_SUBJECT.test(message.subject))) return null;
  return readProse(message, failedRecipient ?? null);
}

/** Per-recipient groups of fields, divided by empty lines, after one about the message. */
function readStatus(text: string, message: InboundMessage): DeliveryReport {
  const groups = text
    .replaceAll('\r\n', '\n')
    .replaceAll(/\n[ \t]+/g, ' ')
    .split(/\n\s*\n/)
    .map(fieldsOf)
    .filter((fields) => fields.has('action') || fields.has('final-recipient'));
  const failed =
    groups.find((fields) => fields.get('action')?.toLowerCase().startsWith('failed')) ??
    (groups.some((fields) => fields.has('action')) ? null : groups[0]);
  if (!failed) return { about: 'progress' };
  const status = /[245]\.\d{1,3}\.\d{1,3}/.exec(failed.get('status') ?? '')?.[0] ?? null;
  const answer = answerFrom(failed.get('diagnostic-code') ?? '', status);
  const recipient = failed.get('original-recipient') ?? failed.get('final-recipient');
  return {
    about: 'failure',
    severity: severityOf(answer),
    recipient:
      recipient
        ?.slice(recipient.indexOf(';') + 1)
        .trim()
        .replaceAll(/[<>]/g, '')
        .toLowerCase() ?? null,
    answer,
    originalMessageId: originalMessageId(message),
  };
}

/** `smtp; 550-5.1.1 text 550 5.1.1 more`, or words only; the Status field fills in what is missing. */
function answerFrom(diagnostic: string, status: string | null): SmtpAnswer {
  const said = diagnostic.replace(/^[\w-]+;\s*/, '');
  const [, code, enhanced, words] = ANSWER_IN_TEXT.exec(said) ?? [];
  const assumed = status?.startsWith('4') ? 450 : 550;
  const text = (words ?? said).replaceAll(/\b[45]\d\d[ -][245]\.\d{1,3}\.\d{1,3}\s/g, ' ');
  const meaning = enhanced ?? status;
  return smtpAnswer(code ? Number(code) : assumed, [`${meaning ? `${meaning} ` : ''}${text.replaceAll(/\s+/g, ' ')}`]);
}

function readProse(message: InboundMessage, recipient: string | null): DeliveryReport {
  const [, code, enhanced, words = ''] = ANSWER_IN_TEXT.exec(message.text) ?? [];
  const answer = code
    ? smtpAnswer(Number(code), [`${enhanced ? `${enhanced} ` : ''}${words}`])
    : smtpAnswer(550, [message.text.slice(0, 2_000).replaceAll(/\s+/g, ' ')]);
  const severity = severityOf(answer);
  const named = /<([^<>\s@]+@[^<>\s@]+)>/.exec(message.text)?.[1];
  return {
    about: 'failure',
    severity: code || severity === 'hardBounce' ? severity : 'softBounce', // without a code only clear words count against the address
    recipient: (recipient ?? named)?.toLowerCase() ?? null,
    answer,
    originalMessageId: originalMessageId(message),
  };
}

function severityOf(answer: SmtpAnswer): 'hardBounce' | 'softBounce' | 'policy' {
  const kind = classifyAnswer(answer, 'rcpt');
  if (kind === 'transient') return 'softBounce'; // they tried for days and gave up
  return kind === 'authentication' ? 'policy' : kind;
}

/** Message-ID of the message that the report returns, whole or its head. */
export function originalMessageId({ parts }: InboundMessage): string | null {
  const returned = parts.find(({ type }) => /^(?:message\/(?:rfc822|global)|text\/rfc822-headers)/.test(type));
  return /^message-id:\s*(<[^<>\s]+>)/im.exec(returned?.text ?? '')?.[1] ?? null;
}

export function fieldsOf(group: string): Map<string, string> {
  const fields = new Map<string, string>();
  for (const line of group
    .replaceAll('\r\n', '\n')
    .replaceAll(/\n[ \t]+/g, ' ')
    .split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return fields;
}
