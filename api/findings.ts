import { z } from 'zod';
import type { Tenant } from '../db/tenants.ts';
import { checkContent } from '../domain/contentChecks.ts';
import type { Definition } from '../domain/sequence.ts';

/** What the content checks say about one step of a sequence. */
export const Finding = z
  .object({
    stepId: z.string(),
    code: z.string(),
    severity: z.enum(['refuse', 'warn']).meta({ description: '`refuse` stops a launch; a `warn` is the rep’s to answer for.' }),
    message: z.string(),
  })
  .meta({ id: 'ContentFinding' });

/** The findings about every e-mail of a sequence as it stands, before anybody's name is put in (P11). */
export function findingsOf(definition: Definition, tenant: Tenant): z.output<typeof Finding>[] {
  const emails = definition.steps.filter((step) => step.kind === 'email');
  return emails.flatMap((step, index) => {
    // A follow-up without a subject goes on in the thread of the first message.
    const subject = step.subject.trim() === '' && index > 0 ? `Re: ${emails[0]?.subject ?? ''}` : step.subject;
    const facts = {
      postalAddress: tenant.postalAddress,
      hasUnsubscribe: tenant.unsubscribeText.trim() !== '', // its link is put below every message
      isFirstMessage: index === 0,
      advertisementLabel: null, // put in by the composer wherever it is switched on
    };
    return checkContent({ subject, text: step.text, html: step.html }, facts).map((finding) => ({ stepId: step.id, ...finding }));
  });
}
