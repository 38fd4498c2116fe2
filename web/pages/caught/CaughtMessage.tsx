import { Code, SegmentedControl, Stack } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { useState } from 'react';
import { ask, type Reply } from '../../api.ts';
import { Facts } from '../../parts/Facts.tsx';
import { MessageFrame } from '../../parts/MessageFrame.tsx';
import { Page } from '../../parts/Page.tsx';
import { ProblemNote } from '../../parts/ProblemNote.tsx';
import { Waiting } from '../../parts/Waiting.tsx';
import { When } from '../../parts/When.tsx';

type View = 'html' | 'text' | 'headers';

export function CaughtMessage() {
  const { messageId } = useParams({ from: '/inside/caught-mail/$messageId' });
  const { data, error } = useQuery({
    queryKey: ['caught', messageId],
    queryFn: () => ask('get', '/caught-mail/{messageId}', { params: { messageId } }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return (
    <Page title={data ? data.subject || 'Without a subject' : 'Message'} about={<Link to="/caught-mail">All caught mail</Link>}>
      {data ? <Message message={data} /> : error ? <ProblemNote error={error} /> : <Waiting />}
    </Page>
  );
}

function Message({ message }: { message: Reply<'get', '/caught-mail/{messageId}'> }) {
  const [view, setView] = useState<View>(message.html === null ? 'text' : 'html');
  const links = [...new Set(message.text.match(/https?:\/\/[^\s>)]+/g))];
  return (
    <Stack>
      <Facts
        facts={[
          ['From', message.from],
          ['To', message.headerTo || message.to],
          ['Answers go to', message.replyTo || message.from],
          ['Caught', <When key="caught" at={message.caughtAt} />],
          ...links.map(
            (link) =>
              [
                'Link in it',
                <a key={link} href={link} target="_blank" rel="noreferrer">
                  {link}
                </a>,
              ] as const,
          ),
        ]}
      />
      <SegmentedControl
        aria-label="Part"
        value={view}
        onChange={setView}
        data={[
          ...(message.html === null ? [] : [{ value: 'html' as const, label: 'HTML' }]),
          { value: 'text', label: 'Text' },
          { value: 'headers', label: 'Headers' },
        ]}
      />
      {view === 'html' && message.html !== null && <MessageFrame html={message.html} title={message.subject} />}
      {view === 'text' && <div className="words panel">{message.text}</div>}
      {view === 'headers' && (
        <Code block tabIndex={0} aria-label="Headers" className="words">
          {message.headers.join('\n')}
        </Code>
      )}
    </Stack>
  );
}
