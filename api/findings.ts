import { z } from 'zod';
import type { Tenant } from '../db/tenants.ts';
import { checkContent } from '../domain/contentChecks.ts';
import { type Definition, variantIds } from '../domain/sequence.ts';
import { worded, wordingsOf } from '../domain/variants.ts';
import { type Correspondence, type TemplateRenderer, templateFields, writeWords } from '../providers/outreachWords.ts';
import { TemplateRefused } from '../providers/templates.ts';

/** What the content checks say about one step of a sequence. */
export const Finding = z
  .object({
    stepId: z.string(),
    variant: z.enum(variantIds).nullable().meta({ description: 'Of a step that is tried in several wordings; else null.' }),
    code: z.string(),
    severity: z.enum(['refuse', 'warn']).meta({ description: '`refuse` stops a launch; a `warn` is for the rep to answer for.' }),
    message: z.string(),
  })
  .meta({ id: 'ContentFinding' });
type Finding = z.output<typeof Finding>;

/** The findings about every e-mail of a sequence as it stands, before anybody's name is put in (P11). */
export function findingsOf(definition: Definition, tenant: Tenant, templates: TemplateRenderer): Finding[] {
  const emails = definition.steps.filter((step) => step.kind === 'email');
  return emails.flatMap((step, index) => {
    const wordings = wordingsOf(step);
    const facts = {
      postalAddress: tenant.postalAddress,
      hasUnsubscribe: tenant.unsubscribeText.trim() !== '', // its link is put below every message
      isFirstMessage: index === 0,
      advertisementLabel: null, // put on top of the first message wherever it is switched on
    };
    return wordings.flatMap(({ variant, subject: own, text, html }) => {
      // A follow-up without a subject goes on in the thread of the first message.
      const subject = own.trim() === '' && index > 0 ? `Re: ${emails[0]?.subject ?? ''}` : own;
      const { steps } = worded(definition, new Map([[step.id, variant]]));
      const findings = [...checkContent({ subject, text, html }, facts), ...templateFindings(steps, step.id, templates)];
      return findings.map((finding) => ({ stepId: step.id, variant: wordings.length > 1 ? variant : null, ...finding }));
    });
  });
}

/** A contact of whom everything is known: what is still missing for such a one is a slip of the pen. */
const known: Correspondence = {
  contact: {
    email: 'a@a.example',
    firstName: 'A',
    lastName: 'A',
    title: 'A',
    phone: 'A',
    company: 'A',
    industry: 'A',
    city: 'A',
    state: 'A',
    extra: {},
  },
  sender: { name: 'A', signature: 'A' },
  tenant: { postalAddress: 'A', unsubscribeText: 'A', adLabel: null },
  unsubscribeUrl: 'https://a.example',
};

function templateFindings(
  steps: Definition['steps'],
  stepId: string,
  templates: TemplateRenderer,
): Omit<Finding, 'stepId' | 'variant'>[] {
  const step = steps.find(({ id }) => id === stepId);
  try {
    if (step?.kind === 'email') writeWords(templates, steps, step, known);
    return [];
  } catch (error) {
    if (!(error instanceof TemplateRefused)) throw error;
    if (error.missing?.startsWith('extra')) {
      const message = `People without ${error.missing} cannot be written to: give it a fallback with "| default:".`;
      return [{ code: 'needs-column', severity: 'warn', message }];
    }
    const message =
      error.missing === null
        ? `The template is broken: ${error.message}.`
        : `There is no field ${error.missing}: there are ${templateFields.join(', ')}, and further columns of an import under extra.`;
    return [{ code: 'template-broken', severity: 'refuse', message }];
  }
}
