import type { TemplateRenderer } from '../../providers/outreachWords.ts';
import { writeWords } from '../../providers/outreachWords.ts';
import { TemplateRefused } from '../../providers/templates.ts';
import type { RendererOf } from './renderer.ts';

const nowhere = 'rehearsal.invalid';

/** Writes a message's words, to see whether they can be written for the person, and makes nothing of them that could be sent. */
export function wordsOnly(templates: TemplateRenderer): RendererOf {
  return (tenantId) => ({
    tenantId,
    render(facts, settings) {
      const { sendId, enrolmentId, definition, contact, step: number } = facts;
      const step = definition.steps[number];
      if (step?.kind !== 'email') return Promise.resolve({ unrenderable: true });
      try {
        const { sender, tenant } = settings;
        writeWords(templates, definition.steps, step, { contact, sender, tenant, unsubscribeUrl: `https://${nowhere}` });
      } catch (error) {
        if (error instanceof TemplateRefused) return Promise.resolve({ unrenderable: true });
        throw error;
      }
      return Promise.resolve({
        sendId,
        enrolmentId,
        step: number,
        messageId: `<${sendId}@${nowhere}>`,
        envelope: { from: '', to: `nobody@${nowhere}`, sizeBytes: 0, smtpUtf8: false },
        bytes: Buffer.alloc(0),
      });
    },
  });
}
