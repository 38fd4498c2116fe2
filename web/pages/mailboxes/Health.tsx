import { SimpleGrid, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { ask } from '../../api.ts';
import { counted } from '../../parts/Count.tsx';
import { DayBars } from '../../parts/DayBars.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';

const percent = new Intl.NumberFormat('en', { style: 'percent', maximumFractionDigits: 1 });
/** Days over which bounces and complaints are judged. */
const JUDGED_DAYS = 7;

/** How a mailbox does: what left each day, and what came back. */
export function Health({ mailboxId }: { mailboxId: string }) {
  const { data, error } = useQuery({
    queryKey: ['mailbox-days', mailboxId],
    queryFn: () => ask('get', '/mailboxes/{mailboxId}/days', { params: { mailboxId } }),
    refetchInterval: 60_000,
  });
  if (!data) return <ProblemNote error={error} />;
  const judged = data.items.slice(-JUDGED_DAYS);
  const sum = (what: 'sent' | 'bounced' | 'complained') => judged.reduce((total, day) => total + day[what], 0);
  const sent = sum('sent');
  const rate = (what: 'bounced' | 'complained') => (sent === 0 ? 'no' : percent.format(sum(what) / sent));
  return (
    <section aria-label="Health">
      <Title order={2} mb="xs">
        Health
      </Title>
      <Text mb="sm">
        {sent === 0
          ? `Nothing was sent in the last ${JUDGED_DAYS} days.`
          : `Of ${counted(sent, 'message')} in the last ${JUDGED_DAYS} days ${rate('bounced')} bounced and ${rate('complained')} brought a complaint. From 50 messages on, the mailbox pauses itself at 3 % bounces or 0.3 % complaints.`}
      </Text>
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="lg">
        <DayBars label="Sent" one="message" days={data.items.map(({ day, sent }) => ({ day, count: sent }))} />
        <DayBars label="Bounced for good" one="message" days={data.items.map(({ day, bounced }) => ({ day, count: bounced }))} />
      </SimpleGrid>
    </section>
  );
}
