import type { EmailStep, Step } from '../domain/sequence.ts';

/** Renders one template; throws TemplateRefused when it is broken or a variable has neither value nor fallback. */
export interface TemplateRenderer {
  /** One line of plain text, for a subject. */
  line(template: string, variables: Variables): string;
  text(template: string, variables: Variables): string;
  /** Values are escaped; the template itself is markup. */
  html(template: string, variables: Variables): string;
}
export type Variables = Readonly<Record<string, unknown>>;

/** What a message of a sequence is written from. */
export interface Correspondence {
  contact: {
    email: string;
    firstName: string;
    lastName: string;
    title: string;
    phone: string;
    company: string;
    industry: string;
    city: string;
    state: string;
    extra: Readonly<Record<string, string>>;
  };
  sender: { name: string; signature: string };
  tenant: { postalAddress: string; unsubscribeText: string; adLabel: string | null };
  unsubscribeUrl: string;
}

export interface Words {
  subject: string;
  text: string;
  html: string;
}

/** What a template may name, beside the further columns of an import (`extra`). */
export const templateFields = [
  'first_name',
  'last_name',
  'name',
  'email',
  'title',
  'phone',
  'company',
  'industry',
  'city',
  'state',
  'sender.name',
  'sender.signature',
] as const;

/** Variables as templates name them: see `templateFields`; further columns of an import under `extra`. */
function variablesOf({ contact, sender }: Pick<Correspondence, 'contact' | 'sender'>): Variables {
  const given = (value: string) => (value === '' ? undefined : value); // so that a fallback applies
  return {
    first_name: given(contact.firstName),
    last_name: given(contact.lastName),
    name: given(`${contact.firstName} ${contact.lastName}`.trim()),
    email: given(contact.email),
    title: given(contact.title),
    phone: given(contact.phone),
    company: given(contact.company),
    industry: given(contact.industry),
    city: given(contact.city),
    state: given(contact.state),
    extra: contact.extra,
    sender,
  };
}

/**
 * The words of an e-mail step for one person, with what every commercial message must carry (P11; 15 U.S.C. 7704(a)(5)): a clear way to
 * unsubscribe, the sender's physical address and, where the tenant has switched it on, the advertisement label.
 * A follow-up without a subject of its own takes the first e-mail's with `Re:`.
 */
export function writeWords(renderer: TemplateRenderer, steps: readonly Step[], step: EmailStep, to: Correspondence): Words {
  const variables = variablesOf(to);
  const first = steps.find((candidate) => candidate.kind === 'email');
  const isFirst = first?.id === step.id;
  const own = step.subject.trim() === '' ? null : renderer.line(step.subject, variables);
  const subject = own ?? (first && !isFirst ? `Re: ${renderer.line(first.subject, variables)}` : '');
  const { postalAddress, unsubscribeText, adLabel } = to.tenant;
  const label = isFirst && adLabel ? adLabel : null;
  const text = renderer.text(step.text, variables);
  const html = step.html === undefined ? paragraphs(text) : renderer.html(step.html, variables);
  const { signature } = to.sender;
  return {
    subject,
    text: [label, text, signature, `--\n${unsubscribeText}: ${to.unsubscribeUrl}\n${postalAddress}`].filter(Boolean).join('\n\n'),
    html: [
      '<!doctype html><html><body>',
      label && `<p>${escape(label)}</p>`,
      html,
      signature && paragraphs(signature),
      `<hr><p><a href="${escape(to.unsubscribeUrl)}">${escape(unsubscribeText)}</a></p>${paragraphs(postalAddress)}`,
      '</body></html>',
    ]
      .filter(Boolean)
      .join('\n'),
  };
}

function paragraphs(text: string): string {
  return text
    .split(/\n{2,}/)
    .map((paragraph) => `<p>${escape(paragraph).replaceAll('\n', '<br>\n')}</p>`)
    .join('\n');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
