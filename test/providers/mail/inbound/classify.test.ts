import { classifyInbound, type Inbound } from '../../../../providers/mail/inbound/classify.ts';
import { InboundRefused, parseInbound } from '../../../../providers/mail/inbound/parse.ts';

async function classify(raw: string, envelopeFrom = 'ada@example.com'): Promise<Inbound> {
  const message = await parseInbound(Buffer.from(raw.replaceAll('\n', '\r\n')));
  return classifyInbound(message, { receivedOn: '2026-11-24', envelopeFrom });
}

interface Mail {
  headers?: string[];
  subject?: string;
  text?: string;
}

function mail({ headers = [], subject = 'Re: A question', text = 'Yes, call me.' }: Mail): string {
  return [
    'From: Ada <ada@example.com>',
    'To: reply+x@in.acme.example',
    `Subject: ${subject}`,
    'Message-ID: <r1@example.com>',
    'In-Reply-To: <1@acme.example>',
    ...headers,
    'Content-Type: text/plain; charset=utf-8',
    '',
    text,
    '',
  ].join('\n');
}

const QUOTED =
  '\n\nOn Tue, Nov 24, 2026 Rae <rae@acme.example> wrote:\n> If you want no more e-mails, unsubscribe: https://acme.example/u/T';

describe('people', () => {
  test.each([
    {
      raw: mail({ text: `Yes, call me.${QUOTED}` }),
      is: { kind: 'reply', words: 'Yes, call me.' },
      because: 'our own unsubscribe line is quoted',
    },
    {
      raw: mail({ text: `Please remove me.${QUOTED}` }),
      is: { kind: 'stopRequest', words: 'Please remove me.', request: 'Please remove me.' },
      because: 'asked in words',
    },
    { raw: mail({ text: QUOTED }), is: { kind: 'reply', words: '' }, because: 'sent by mistake, still a reply' },
    {
      raw: mail({ text: "I'm out of the office until Monday, let us talk then." }),
      is: { kind: 'reply' },
      because: 'a person says so, no machine',
    },
    {
      raw: mail({ subject: 'Re: Out of office policies at Acme', text: 'Interesting.' }),
      is: { kind: 'reply' },
      because: 'our own subject',
    },
    { raw: mail({ headers: ['Auto-Submitted: no'] }), is: { kind: 'reply' }, because: 'says that it is no machine' },
    {
      raw: mail({ headers: ['X-Auto-Response-Suppress: DR, OOF, AutoReply'] }),
      is: { kind: 'reply' },
      because: 'asks others not to answer by machine, is none',
    },
    {
      raw: mail({ subject: 'Undeliverable goods', text: 'Sorry, wrong thread.' }),
      is: { kind: 'reply' },
      because: 'a person writes of deliveries',
    },
    {
      raw: mail({ headers: ['Content-Type: text/html'] }).replace(
        'Content-Type: text/plain; charset=utf-8\n\nYes, call me.',
        '\n<p>Please <b>unsubscribe</b> me</p><blockquote>no thanks</blockquote>',
      ),
      is: { kind: 'stopRequest' },
      because: 'HTML only',
    },
  ])('$is.kind: $because', async ({ raw, is }) => expect(await classify(raw)).toMatchObject(is));
});

describe('machines that answer for people', () => {
  test.each([
    {
      raw: mail({
        headers: ['Auto-Submitted: auto-replied'],
        subject: 'Automatic reply: A question',
        text: 'I am out of the office until December 3, 2026.',
      }),
      returnsOn: '2026-12-03',
      because: 'Exchange',
    },
    {
      raw: mail({ headers: ['Auto-Submitted: auto-replied (vacation)', 'Precedence: bulk'], text: 'Back on 12/7.' }),
      returnsOn: '2026-12-07',
      because: 'Gmail and vacation(1)',
    },
    {
      raw: mail({ headers: ['X-Autoreply: yes'], text: 'I will read your message.' }),
      returnsOn: null,
      because: 'an old responder',
    },
    { raw: mail({ headers: ['Precedence: auto_reply'] }), returnsOn: null, because: 'an older one' },
    {
      raw: mail({ subject: 'Abwesenheitsnotiz: Eine Frage', text: 'Ich bin bis 7. Dezember nicht im Büro.' }),
      returnsOn: '2026-12-07',
      because: 'German, by its subject',
    },
    {
      raw: mail({ subject: 'Réponse automatique : Une question', text: "Absente jusqu'au 4 décembre" }),
      returnsOn: '2026-12-04',
      because: 'French',
    },
    {
      raw: mail({ subject: 'Respuesta automática: pregunta', text: 'Hasta el 9 de diciembre.' }),
      returnsOn: '2026-12-09',
      because: 'Spanish',
    },
    {
      raw: mail({ subject: 'Automatic reply: Back December 3', text: 'No access.' }),
      returnsOn: '2026-12-03',
      because: 'the day is in the subject',
    },
    {
      raw: mail({
        headers: ['Auto-Submitted: auto-generated'],
        subject: '[Ticket 123] received',
        text: 'To unsubscribe me from tickets, stop emailing me.',
      }),
      returnsOn: null,
      because: 'a ticket system asks for nothing',
    },
  ])('$because -> $returnsOn', async ({ raw, returnsOn }) =>
    expect(await classify(raw)).toMatchObject({ kind: 'autoReply', returnsOn }),
  );

  test('the null sender is a machine', async () => {
    expect(await classify(mail({ text: 'On leave.' }), '')).toMatchObject({ kind: 'autoReply' });
  });
});

function report({
  status,
  human = 'Your message could not be delivered.',
  subject = 'Delivery Status Notification (Failure)',
  from = 'mailer-daemon@googlemail.com',
  reportType = 'delivery-status',
  machine = 'message/delivery-status',
  original = 'message/rfc822',
}: {
  status: string;
  human?: string;
  subject?: string;
  from?: string;
  reportType?: string;
  machine?: string;
  original?: string;
}): string {
  return `From: Mail Delivery <${from}>
To: bounce+x@in.acme.example
Subject: ${subject}
Auto-Submitted: auto-replied
Content-Type: multipart/report; boundary="b1";
	report-type=${reportType}

--b1
Content-Type: multipart/alternative; boundary="b2"

--b2
Content-Type: text/plain; charset=utf-8

${human}

--b2
Content-Type: text/html; charset=utf-8

<p>${human}</p>

--b2--

--b1
Content-Type: ${machine}

${status}

--b1
Content-Type: ${original}

From: Rae <rae@acme.example>
To: ada@example.com
Message-ID: <s1.0@acme.example>
Subject: A question

Hello, unsubscribe here.
--b1--
`;
}

describe('reports of delivery', () => {
  test.each([
    {
      raw: report({
        status: `Reporting-MTA: dns; googlemail.com
Arrival-Date: Tue, 24 Nov 2026 09:00:00 -0800 (PST)

Final-Recipient: rfc822; ada@example.com
Action: failed
Status: 5.1.1
Remote-MTA: dns; gmail-smtp-in.l.google.com. (192.0.2.1, the server for the domain.)
Diagnostic-Code: smtp; 550-5.1.1 The email account that you tried to reach does not exist. Please try
 550-5.1.1 double-checking the recipient's email address for typos or
 550 5.1.1 unnecessary spaces. - gsmtp
Last-Attempt-Date: Tue, 24 Nov 2026 09:00:01 -0800 (PST)`,
      }),
      is: {
        severity: 'hardBounce',
        recipient: 'ada@example.com',
        answer: { code: 550, enhanced: '5.1.1' },
        originalMessageId: '<s1.0@acme.example>',
      },
      because: 'Gmail, no such user, with alternatives before the status',
    },
    {
      raw: report({
        from: 'postmaster@outlook.com',
        subject: 'Undeliverable: A question',
        status: `Reporting-MTA: dns;DM6PR12MB1234.namprd12.prod.outlook.com
Received-From-MTA: dns;mail.acme.example

Original-Recipient: rfc822;Ada@Example.com
Final-recipient: rfc822;ada@example.onmicrosoft.com
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup`,
      }),
      is: { severity: 'hardBounce', recipient: 'ada@example.com', answer: { code: 550, enhanced: '5.1.10' } },
      because: 'Exchange Online; the address that we wrote to, not where it was forwarded',
    },
    {
      raw: report({
        from: 'MAILER-DAEMON@mx.example.net',
        original: 'text/rfc822-headers',
        status: `Reporting-MTA: dns; mx.example.net
X-Postfix-Queue-ID: 4ABC
X-Postfix-Sender: rfc822; bounce+x@in.acme.example

Final-Recipient: rfc822; ada@example.com
Original-Recipient: rfc822;ada@example.com
Action: failed
Status: 5.2.2
Remote-MTA: dns; mail.example.com
Diagnostic-Code: smtp; 552 5.2.2 <ada@example.com>: user is over quota`,
      }),
      is: { severity: 'softBounce', originalMessageId: '<s1.0@acme.example>' },
      because: 'Postfix, full: not hard; only the head of the message returned',
    },
    {
      raw: report({
        status:
          'Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; ada@example.com\nAction: failed\nStatus: 4.4.1\nDiagnostic-Code: X-Postfix; connect to mail.example.com[192.0.2.1]:25: Connection timed out',
      }),
      is: { severity: 'softBounce', answer: { code: 450, enhanced: '4.4.1' } },
      because: 'given up after days of trying',
    },
    {
      raw: report({
        status:
          'Reporting-MTA: dns; mx.example.net\n\nFinal-Recipient: rfc822; ada@example.com\nAction: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org',
      }),
      is: { severity: 'policy' },
      because: 'about us',
    },
    {
      raw: report({
        status:
          'Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; bob@example.com\nAction: delayed\nStatus: 4.0.0\n\nFinal-Recipient: rfc822; ada@example.com\nAction: failed\nStatus: 5.1.1',
      }),
      is: { severity: 'hardBounce', recipient: 'ada@example.com' },
      because: 'two recipients, the failed one counts; no diagnostic',
    },
    {
      raw: report({ status: 'Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; ada@example.com\nAction: failed\nStatus: 5.0.0' }),
      is: { severity: 'policy' },
      because: 'says nothing about the person',
    },
  ])('bounce, $is.severity: $because', async ({ raw, is }) =>
    expect(await classify(raw, '')).toMatchObject({ kind: 'bounce', ...is }),
  );

  test.each([
    {
      raw: `Return-path: <>
X-Failed-Recipients: ada@example.com
Auto-Submitted: auto-replied
From: Mail Delivery System <Mailer-Daemon@mail.example.net>
Subject: Mail delivery failed: returning message to sender

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  ada@example.com
    host mx.example.com [192.0.2.1]
    SMTP error from remote mail server after RCPT TO:<ada@example.com>:
    550 5.1.1 <ada@example.com>: Recipient address rejected: User unknown
`,
      is: { severity: 'hardBounce', recipient: 'ada@example.com', answer: { code: 550, enhanced: '5.1.1' } },
      because: 'Exim',
    },
    {
      raw: `From: MAILER-DAEMON@mail.example.net
Subject: failure notice

Hi. This is the qmail-send program at mail.example.net.
I'm afraid I wasn't able to deliver your message to the following addresses.

<ada@example.com>:
192.0.2.1 does not like recipient.
Remote host said: 550 No such user here
Giving up on 192.0.2.1.
`,
      is: { severity: 'hardBounce', recipient: 'ada@example.com', answer: { code: 550, enhanced: null } },
      because: 'qmail',
    },
    {
      raw: `From: postmaster@example.com
Subject: Undeliverable: A question

Your message did not reach some or all of the intended recipients. Please contact the administrator.
`,
      is: { severity: 'softBounce', recipient: null },
      because: 'prose that says nothing: the address keeps the benefit',
    },
  ])('prose of $because', async ({ raw, is }) => expect(await classify(raw, '')).toMatchObject({ kind: 'bounce', ...is }));

  test.each([
    {
      raw: report({
        subject: 'Delivery Status Notification (Delay)',
        status: 'Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; ada@example.com\nAction: delayed\nStatus: 4.4.1',
      }),
      because: 'a delay: they still try',
    },
    {
      raw: report({
        subject: 'Delivered',
        status: 'Reporting-MTA: dns; x\n\nFinal-Recipient: rfc822; ada@example.com\nAction: relayed\nStatus: 2.0.0',
      }),
      because: 'it went on',
    },
    {
      raw: report({
        subject: 'Read: A question',
        reportType: 'disposition-notification',
        machine: 'message/disposition-notification',
        status: 'Final-Recipient: rfc822;ada@example.com\nDisposition: manual-action/MDN-sent-manually; displayed',
      }),
      because: 'it was read',
    },
    {
      raw: report({
        reportType: 'feedback-report',
        machine: 'message/feedback-report',
        status: 'Feedback-Type: not-spam\nVersion: 1',
      }),
      because: 'it was no spam',
    },
  ])('nothing to act upon: $because', async ({ raw }) => expect(await classify(raw, '')).toEqual({ kind: 'notice' }));

  test('a complaint (ARF, RFC 5965)', async () => {
    const raw = report({
      from: 'feedback@arf.mail.yahoo.com',
      reportType: 'feedback-report',
      machine: 'message/feedback-report',
      status:
        'Feedback-Type: abuse\nUser-Agent: Yahoo!-Mail-Feedback/2.0\nVersion: 0.1\nOriginal-Mail-From: <bounce+x@in.acme.example>\nOriginal-Rcpt-To: <Ada@example.com>',
    });
    expect(await classify(raw)).toEqual({
      kind: 'complaint',
      recipient: 'ada@example.com',
      originalMessageId: '<s1.0@acme.example>',
    });
  });
});

describe('limits', () => {
  test.each([
    { raw: `Subject: x\n\n${'a\n'.repeat(60_000)}`, because: 'lines' },
    { raw: `Subject: x\n\n${'a'.repeat(200_000)}`, because: 'one endless line' },
    {
      raw: `Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n${'--b\nContent-Type: text/plain\n\nx\n'.repeat(200)}--b--\n`,
      because: 'parts',
    },
  ])('refused before it is parsed: too many $because', async ({ raw }) => {
    await expect(parseInbound(Buffer.from(raw))).rejects.toThrow(InboundRefused);
  });

  test('HTML that is nested without end yields no text and takes no time', async () => {
    const began = performance.now();
    const html = `${'<div>\n'.repeat(40_000)}stop`;
    expect(await classify(`Subject: x\nContent-Type: text/html\n\n${html}`)).toMatchObject({ kind: 'reply' });
    expect(performance.now() - began).toBeLessThan(3_000);
  });
});
