import type { Tx } from '../../db/transaction.ts';
import { launchTests } from '../../db/variantTests.ts';
import type { Step, VariantId } from '../../domain/sequence.ts';
import { newContact } from './contact.ts';
import { newEnrolment, newSend } from './enrolment.ts';
import { emailStep } from './sequence.ts';

/** A first e-mail in two wordings and a follow-up in its thread. */
export const twoWordings: Step[] = [
  emailStep({ variants: [{ id: 'b', subject: 'Clocks for {{ first_name }}', text: 'Do you need clocks?' }] }),
  emailStep({ id: 'again', after: { hours: 24 }, subject: '', text: 'Any thoughts?' }),
];

export interface Had {
  variant: VariantId;
  people: number;
  /** Of them; so are those who opted out, who are others. */
  replied?: number;
  optedOut?: number;
}

/** People who have had a wording of the launch's first test an hour ago, and what came back of it since. */
export async function newReadersOf(
  tx: Tx,
  addressKey: Buffer,
  { launchId, mailboxId, had }: { launchId: string; mailboxId: string; had: readonly Had[] },
): Promise<void> {
  const [tested] = await launchTests(tx, launchId);
  if (!tested) throw new Error('The launch tests nothing.');
  const step = tested.number - 1;
  for (const { variant, people, replied = 0, optedOut = 0 } of had) {
    for (let n = 0; n < people; n += 1) {
      const contact = await newContact(tx, addressKey);
      const enrolment = await newEnrolment(tx, { launchId, mailboxId, contactId: contact.id, state: 'finished', step: step + 1 });
      const sendId = await newSend(tx, { enrolmentId: enrolment.id, step });
      await tx.run(`update sends set variant = $2, variant_test = $3 where id = $1`, [sendId, variant, tested.test]);
      if (n < replied) {
        await tx.run(
          `insert into inbound_messages (tenant_id, enrolment_id, contact_id, source_hash, kind, step)
           values (decorum.tenant(), $1, $2, sha256($3), 'reply', $4)`,
          [enrolment.id, contact.id, contact.addressHash, step],
        );
      } else if (n < replied + optedOut) {
        await tx.run(
          `insert into suppressions (tenant_id, subject_hash, channel, scope_id, basis, batch_id, enrolment_id)
           values (decorum.tenant(), $1, 'email', decorum.tenant(), 'one_click', gen_random_uuid(), $2)`,
          [contact.addressHash, enrolment.id],
        );
      }
    }
  }
}
