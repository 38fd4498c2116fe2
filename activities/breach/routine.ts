import { findIncident, type Incident, note } from '../../db/breach/incidents.ts';
import { fileLine, linesToMail } from '../../db/breach/lines.ts';
import { dueNow, type Due, lookAtIncident, type Look, remindersDue } from '../../db/breach/look.ts';
import { noticeMailbox, type Officer, officersOf } from '../../db/breach/mailing.ts';
import { replan } from '../../db/breach/planning.ts';
import { gatherNext } from '../../db/breach/scopes.ts';
import {
  claimPeople,
  closeToldLines,
  progressOf,
  recordTold,
  startNotice,
  type Batch,
  type Told,
} from '../../db/breach/sending.ts';
import { writePace } from '../../db/breach/settings.ts';
import { keepLetter, noticeFacts, noticeWords } from '../../db/breach/words.ts';
import type { Database, Tx } from '../../db/transaction.ts';
import { missingFacts } from '../../domain/breachFacts.ts';
import { linePlan } from '../../law/breachPlanning.ts';
import type { LanePool } from '../../providers/mail/lanePool.ts';
import type { Vault } from '../../providers/vault.ts';
import { type Post, postOffice } from './post.ts';

export interface BreachWorld {
  db: Database;
  vault: Vault;
  pool: LanePool;
  monotonicMs(): number;
  /** Our own address to which a notice comes back, by its person's mail key: nobody's inbox is ever read (P4). */
  bounceAddress(mailKey: Buffer): string;
}

const batchSize = 500;
/** A call returns after so long even if more is due. */
const turnMs = 50_000;

/**
 * What is done about an incident, step by step: each step finds in the record what is left of it, so that the workflow and the second
 * road can do the same at once and nobody is told twice but after a crash.
 */
export function breachRoutine(
  { db, vault, pool, monotonicMs, bounceAddress }: BreachWorld,
  tenantId: string,
  incidentId: string,
) {
  const open = async (tx: Tx): Promise<Incident | null> => {
    const incident = await findIncident(tx, incidentId);
    return incident?.state === 'open' ? incident : null;
  };

  async function office(): Promise<{ post: Post; connections: number; officers: Officer[] }> {
    const { mailbox, officers } = await db.inTenant(tenantId, async (tx) => ({
      mailbox: await noticeMailbox(tx),
      officers: await officersOf(tx),
    }));
    if (!mailbox) throw new Error('The workspace has no mailbox: no notice can leave until one is added.');
    return { post: postOffice({ vault, pool }, tenantId, mailbox), connections: Math.max(4, mailbox.connections), officers };
  }

  return {
    look: (): Promise<Look> => db.inTenant(tenantId, (tx) => lookAtIncident(tx, incidentId)),

    async due(): Promise<Due | null> {
      return db.inTenant(tenantId, async (tx) => {
        const incident = await open(tx);
        return incident && dueNow(tx, incident);
      });
    },

    /** Takes the next people of the scope in; when all are in, the plan follows from where they live. */
    gather: (): Promise<boolean> =>
      db.inTenant(tenantId, async (tx) => {
        const incident = await open(tx);
        if (incident && (await gatherNext(tx, incident))) return true;
        await replan(tx, incidentId, linePlan, { reason: '', byUser: null });
        return false;
      }),

    /** Tells the officers how late it is and what is missing; each hour once. */
    async remind(): Promise<void> {
      const { post, officers } = await office();
      for (;;) {
        const reminder = await db.inTenant(tenantId, async (tx) => {
          const incident = await open(tx);
          const [hour] = incident ? await remindersDue(tx, incident) : [];
          if (!incident || hour === undefined) return null;
          return { hour, incident, at: (await tx.row<{ now: Date }>(`select decorum.now() as now`)).now };
        });
        if (!reminder) return;
        const { hour, incident, at } = reminder;
        for (const officer of officers) {
          await post({
            id: `breach-reminder.${hour}.${incidentId}.${officer.id}`,
            to: { name: officer.name, address: officer.email },
            subject: `${incident.isDrill ? '[DRILL] ' : ''}Hour ${hour} of 72: breach notice not approved`,
            text: reminderWords(incident, hour),
            sentAt: at,
            extra: { 'X-Decorum-Incident': incidentId },
          });
        }
        await db.inTenant(tenantId, async (tx) => {
          const current = await open(tx);
          if (current && (await remindersDue(tx, current)).includes(hour))
            await note(tx, incidentId, 'reminder', null, { hour, officers: officers.length });
        });
      }
    },

    /** Mails the regulators that take e-mail, just before the users; the line closes when its server has the message. */
    async mailRegulators(): Promise<void> {
      const { post, officers } = await office();
      const work = await db.inTenant(tenantId, async (tx) => {
        const incident = await open(tx);
        if (!incident) return null;
        const facts = await noticeFacts(tx, incident);
        const lines = await linesToMail(tx, incidentId);
        const letters = [];
        for (const line of lines) {
          const words = await noticeWords(tx, incidentId, line.audience, line.state, facts);
          letters.push({ line, letter: await keepLetter(tx, incidentId, line.audience, line.state, words) });
        }
        return { incident, letters };
      });
      for (const { line, letter } of work?.letters ?? []) {
        if (!work || line.email === null) continue;
        const posted = await post({
          id: `breach.${line.id}`,
          to: { name: line.recipient, address: work.incident.isDrill ? (officers[0]?.email ?? line.email) : line.email },
          subject: letter.subject,
          text: letter.text,
          sentAt: letter.madeAt,
          extra: { 'X-Decorum-Incident': incidentId },
        });
        if (posted.outcome !== 'sent') continue; // the line stays open, and late when its time is over: it holds nobody up
        const evidence = { letterId: letter.id, messageId: posted.messageId };
        await db.inTenant(tenantId, (tx) =>
          fileLine(tx, work.incident, line.id, { byUser: null, note: 'by e-mail', receipt: null, evidence }),
        );
      }
    },

    /** Tells the users, batch after batch, for a minute at most; `beat` says that it is alive. Answers whether more may be due now. */
    async send(beat: (sent: number) => void, isOver: () => boolean): Promise<boolean> {
      const endsAt = monotonicMs() + turnMs;
      const { post, connections, officers } = await office();
      const claim = () =>
        db.inTenant(tenantId, async (tx): Promise<Batch & { incident: Incident | null }> => {
          const incident = await open(tx);
          const due = incident && (await dueNow(tx, incident));
          if (!incident || !due?.send) return { incident, people: [], letters: new Map() };
          await startNotice(tx, incident);
          return { incident, ...(await claimPeople(tx, incident, batchSize)) };
        });
      let sent = 0;
      for (let batch = await claim(); ; ) {
        const { incident, people } = batch;
        if (!incident || people.length === 0) break;
        const isLast = isOver() || monotonicMs() > endsAt;
        const following = isLast ? null : claim();
        const told = await inParallel(people, connections, (person, n) =>
          tell(post, incident, batch.letters, person, incident.isDrill ? officers[n % officers.length] : undefined),
        );
        await db.inTenant(tenantId, (tx) => recordTold(tx, incidentId, told));
        sent += told.length;
        beat(sent);
        if (!following) return true;
        batch = await following;
      }
      await db.inTenant(tenantId, async (tx) => {
        const incident = await open(tx);
        if (incident && (await closeToldLines(tx, incident)) && incident.isDrill) await measure(tx, incident);
      });
      return false;
    },
  };

  async function tell(
    post: Post,
    incident: Incident,
    letters: Batch['letters'],
    person: Batch['people'][number],
    instead: Officer | undefined,
  ): Promise<Told> {
    const { personId, name } = person;
    const letter = letters.get(person.letterId);
    const address = incident.isDrill ? instead?.email : person.email;
    if (!letter || !address) return { personId, outcome: 'unreachable', answer: 'no address' };
    const posted = await post({
      id: `breach.${personId}.${incidentId}`,
      to: { name, address },
      subject: letter.subject,
      text: letter.text.replaceAll('{{name}}', () => name),
      sentAt: letter.madeAt,
      bouncesTo: bounceAddress(person.mailKey),
      extra: { 'X-Decorum-Incident': incidentId, 'X-Decorum-Person': personId },
    });
    return { personId, ...posted };
  }

  /** What the drill's notices took: the rate that the next incident's latest start reckons with. */
  async function measure(tx: Tx, incident: Incident): Promise<void> {
    const { sent, lastSentAt } = await progressOf(tx, incident.id);
    if (!incident.noticeStartedAt || !lastSentAt) return;
    const seconds = (lastSentAt.getTime() - incident.noticeStartedAt.getTime()) / 1000;
    if (seconds > 0) await writePace(tx, sent / seconds, incident.openedBy);
  }
}

async function inParallel<Item, Result>(
  items: readonly Item[],
  width: number,
  act: (item: Item, n: number) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let n = next; n < items.length; n = next) {
        next += 1;
        const item = items[n];
        if (item !== undefined) results[n] = await act(item, n);
      }
    }),
  );
  return results;
}

function reminderWords({ title, noticeAt, facts }: Incident, hour: number): string {
  const missing = missingFacts(facts);
  return [
    `Incident: ${title}`,
    `Discovered: ${facts.discoveredAt}. ${hour} of the 72 hours have passed.`,
    noticeAt
      ? `Without approval the notice leaves as it stands at ${noticeAt.toISOString()}.`
      : 'No notice leaves without approval: it has been switched off, or nobody is known to be affected.',
    ...(missing.length > 0 ? [`Still missing: ${missing.join('; ')}.`] : []),
    '',
  ].join('\n');
}
