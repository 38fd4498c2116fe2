import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { ask, Refusal } from '../../api.ts';
import { nameOf } from '../../parts/ContactPicker.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { State } from '../../parts/State.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { ExportPerson } from '../exports/ExportPerson.tsx';
import { PersonFacts } from './PersonFacts.tsx';
import { PersonTimeline } from './PersonTimeline.tsx';
import { PersonVerbs } from './PersonVerbs.tsx';

/** One person: who it is, what they got and did, and what comes next. What was sent stays when the contact is deleted. */
export function PersonPage() {
  const { contactId } = useParams({ from: '/inside/people/$contactId' });
  const contact = useQuery({
    queryKey: ['contact', contactId],
    queryFn: () => ask('get', '/contacts/{contactId}', { params: { contactId } }),
  });
  const touches = useQuery({
    queryKey: ['timeline', contactId],
    queryFn: () => ask('get', '/contacts/{contactId}/timeline', { params: { contactId } }),
    refetchInterval: 5_000,
  });
  const isGone = contact.error instanceof Refusal && contact.error.status === 404;
  const { data } = contact;
  if (!data && !contact.error)
    return (
      <Page title="Person">
        <Waiting />
      </Page>
    );
  return (
    <Page
      title={data ? nameOf(data) : 'Deleted person'}
      about={
        data?.suppressed ? (
          <State tone="warn">opted out: is never written to</State>
        ) : (
          [data?.title, data?.companyName].filter(Boolean).join(', ')
        )
      }
      actions={
        data && (
          <>
            <ExportPerson contactId={data.id} />
            <PersonVerbs contact={data} />
          </>
        )
      }
    >
      {!isGone && <ProblemNote error={contact.error} />}
      {data && <PersonFacts contact={data} />}
      <ProblemNote error={touches.error} />
      {touches.data ? <PersonTimeline entries={touches.data.items} /> : !touches.error && <Waiting />}
    </Page>
  );
}
