import { type AnswerKind, type AnswerPhase, classifyAnswer, smtpAnswer } from '../../../providers/mail/smtpAnswer.ts';

function parse(answer: string) {
  const lines = answer.split('\n');
  return smtpAnswer(
    Number(lines[0]?.slice(0, 3)),
    lines.map((line) => line.slice(4)),
  );
}

// As servers say it, addresses replaced. Where no phase is given, it is the answer to RCPT.
const table: { answer: string; kind: AnswerKind; phase?: AnswerPhase; because: string }[] = [
  // nobody there
  {
    answer:
      "550-5.1.1 The email account that you tried to reach does not exist. Please try\n550-5.1.1 double-checking the recipient's email address for typos or\n550-5.1.1 unnecessary spaces. For more information, go to\n550 5.1.1  https://support.google.com/mail/?p=NoSuchUser a1-20020a1 - gsmtp",
    kind: 'hardBounce',
    because: 'Gmail, no such user',
  },
  {
    answer:
      '550-5.2.1 The email account that you tried to reach is inactive. For more\n550-5.2.1 information, go to\n550 5.2.1  https://support.google.com/mail/?p=DisabledUser x - gsmtp',
    kind: 'hardBounce',
    because: 'Gmail, inactive account',
  },
  {
    answer: '550 5.2.1 The email account that you tried to reach is disabled. x - gsmtp',
    kind: 'hardBounce',
    because: 'Gmail, disabled account',
  },
  {
    answer:
      '550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302). [BN8NAM11FT066.eop-nam11.prod.protection.outlook.com]',
    kind: 'hardBounce',
    because: 'Outlook.com, no such mailbox under a vague code',
  },
  {
    answer: '550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient ada@example.com not found by SMTP address lookup',
    kind: 'hardBounce',
    because: 'Exchange Online',
  },
  {
    answer:
      '550 5.4.1 Recipient address rejected: Access denied. AS(201806281) [DM6NAM12FT035.eop-nam12.prod.protection.outlook.com]',
    kind: 'hardBounce',
    because: 'Exchange Online edge: not in the directory',
  },
  { answer: '550 5.1.1 RESOLVER.ADR.ExRecipNotFound; not found', kind: 'hardBounce', because: 'Exchange' },
  {
    answer: "554 delivery error: dd This user doesn't have a yahoo.com account (ada@yahoo.com) [0] - mta1.mail.bf1.yahoo.com",
    kind: 'hardBounce',
    because: 'Yahoo',
    phase: 'message',
  },
  {
    answer: '554 30 Sorry, your message to ada@yahoo.com cannot be delivered. This mailbox is disabled (554.30).',
    kind: 'hardBounce',
    because: 'Yahoo, disabled',
    phase: 'message',
  },
  {
    answer: '552 1 Requested mail action aborted, mailbox not found',
    kind: 'hardBounce',
    because: 'Yahoo for others, not found',
    phase: 'message',
  },
  {
    answer: '550 5.1.1 <ada@example.com>: Recipient address rejected: User unknown in relay recipient table',
    kind: 'hardBounce',
    because: 'Postfix; "relay" is its table, no refusal to relay',
  },
  {
    answer: '550 5.1.1 <ada@example.com>: Recipient address rejected: User unknown in virtual mailbox table',
    kind: 'hardBounce',
    because: 'Postfix',
  },
  {
    answer: '550 5.1.1 <spam@example.com>: Recipient address rejected: User unknown in local recipient table',
    kind: 'hardBounce',
    because: 'the address has a word that means us',
  },
  {
    answer: '550 No such user (policy.block@example.com)',
    kind: 'hardBounce',
    because: 'the address has words that mean us, no enhanced code',
  },
  {
    answer: '550 5.1.2 <ada@example.con>: Recipient address rejected: Domain not found',
    kind: 'hardBounce',
    because: 'Postfix, no such domain',
  },
  { answer: '550 Unrouteable address', kind: 'hardBounce', because: 'Exim' },
  { answer: '550 No Such User Here', kind: 'hardBounce', because: 'Exim under cPanel' },
  { answer: '550 Unknown user', kind: 'hardBounce', because: 'Exim' },
  { answer: '550 Requested action not taken: mailbox unavailable', kind: 'hardBounce', because: 'GMX; the words of RFC 5321' },
  {
    answer: '550 Invalid Recipient - https://community.mimecast.com/docs/DOC-1369#550 [x.us1]',
    kind: 'hardBounce',
    because: 'Mimecast; its link says policy, its words do not',
  },
  { answer: '556 5.1.10 Recipient address has null MX', kind: 'hardBounce', because: 'RFC 7505' },
  { answer: '550 5.4.4 Invalid domain: no MX or A record', kind: 'hardBounce', because: 'unroutable domain' },
  { answer: '550 5.1.6 Recipient no longer on server: ada@example.com', kind: 'hardBounce', because: 'moved without a forward' },
  { answer: '550 ada@example.com no longer works here', kind: 'hardBounce', because: 'a sentence of an administrator' },
  { answer: '550 Empfänger unbekannt', kind: 'hardBounce', because: 'German' },
  {
    answer: '550 5.1.1 Adresse destinataire inconnue. Invalid destination address',
    kind: 'hardBounce',
    because: 'Orange, French',
  },
  { answer: '550 5.0.0 User unknown', kind: 'hardBounce', because: 'a vague code and clear words' },

  // there, but cannot take it now
  {
    answer:
      "452-4.2.2 The recipient's inbox is out of storage space. Please direct the\n452-4.2.2 recipient to https://support.google.com/mail/?p=OverQuotaTemp x - gsmtp",
    kind: 'softBounce',
    because: 'Gmail, full',
  },
  {
    answer:
      '552-5.2.2 The email account that you tried to reach is over quota and inactive.\n552 5.2.2 https://support.google.com/mail/?p=OverQuotaPerm x - gsmtp',
    kind: 'softBounce',
    because: 'Gmail, full: not hard',
  },
  {
    answer: '554 5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException.MapiExceptionShutoffQuotaExceeded',
    kind: 'softBounce',
    because: 'Exchange, full',
    phase: 'message',
  },
  { answer: '552 5.2.2 <ada@icloud.com>: user is over quota', kind: 'softBounce', because: 'iCloud, full' },
  { answer: '552 Mailbox full', kind: 'softBounce', because: 'no enhanced code' },
  {
    answer: '450 4.2.2 <ada@example.com>: Recipient address rejected: Mailbox full',
    kind: 'softBounce',
    because: 'Postfix with Dovecot quota',
  },
  { answer: '550 5.2.1 Mailbox temporarily off', kind: 'softBounce', because: 'disabled, not said to be for good' },
  {
    answer:
      "550 5.2.121 RESOLVER.RST.RecipientThrottled; recipient's per hour message receive limit from specific sender exceeded",
    kind: 'softBounce',
    because: 'Exchange, the recipient is throttled',
  },
  {
    answer: '554 5.4.14 Hop count exceeded - possible mail loop',
    kind: 'softBounce',
    because: 'their loop, neither the person nor us',
    phase: 'message',
  },
  { answer: '550 5.3.2 System not accepting network messages', kind: 'softBounce', because: 'their system is closed' },

  // about us
  {
    answer: '554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org',
    kind: 'policy',
    because: 'Postfix with a block list',
  },
  {
    answer:
      '550-5.7.26 Your email has been blocked because the sender is unauthenticated.\n550-5.7.26 Gmail requires all senders to authenticate with either SPF or DKIM.',
    kind: 'policy',
    because: 'Gmail, authentication of the domain, not of the log-in',
    phase: 'message',
  },
  {
    answer:
      '550-5.7.1 [192.0.2.1      12] Our system has detected that this message is likely\n550-5.7.1 unsolicited mail. To reduce the amount of spam sent to Gmail, this message\n550 5.7.1 has been blocked.',
    kind: 'policy',
    because: 'Gmail, spam',
    phase: 'message',
  },
  {
    answer:
      "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your Internet service provider since part of their network is on our block list (S3140).",
    kind: 'policy',
    because: 'Outlook.com, reputation',
    phase: 'mail',
  },
  {
    answer: '550 5.7.1 Requested action not taken: mailbox unavailable',
    kind: 'policy',
    because: '5.7.x is policy whatever it says',
  },
  { answer: '550 5.7.606 Access denied, banned sending IP [192.0.2.1]', kind: 'policy', because: 'Exchange Online' },
  {
    answer:
      '550 5.4.5 Daily user sending limit exceeded. For more information on Gmail sending limits go to https://support.google.com/a/answer/166852',
    kind: 'policy',
    because: 'Gmail, our own limit',
    phase: 'message',
  },
  { answer: '554 5.7.1 <ada@example.com>: Relay access denied', kind: 'policy', because: 'Postfix, we may not relay' },
  { answer: '550 relay not permitted', kind: 'policy', because: 'Exim' },
  {
    answer: '550-Verification failed for <rae@acme.example>\n550-No Such User Here\n550 Sender verify failed',
    kind: 'policy',
    because: 'Exim: our sender is unknown, not the recipient',
  },
  {
    answer: '550 Mailbox unavailable or blocked by policy',
    kind: 'policy',
    because: 'both in one breath: the person keeps the benefit',
  },
  {
    answer: '550 5.1.1 ada@example.com: user unknown, or rejected due to poor reputation',
    kind: 'hardBounce',
    because: 'the code names the person and so do the words',
  },
  { answer: '550 5.1.1 rejected: your IP is blacklisted', kind: 'policy', because: 'a false code, the words name us only' },
  { answer: '550 permanent failure for one or more recipients (ada@example.com:blocked)', kind: 'policy', because: 'Barracuda' },
  {
    answer: '554 Email rejected due to security policies - https://community.mimecast.com/docs/DOC-1369#554',
    kind: 'policy',
    because: 'Mimecast',
    phase: 'message',
  },
  {
    answer: '554 Message not allowed - [PH01] Email not accepted for policy reasons.',
    kind: 'policy',
    because: 'Yahoo',
    phase: 'message',
  },
  { answer: '554 5.7.9 Message not accepted for policy reasons', kind: 'policy', because: 'Yahoo, DMARC', phase: 'message' },
  { answer: '554 5.7.1 [CS01] Message rejected due to local policy.', kind: 'policy', because: 'iCloud', phase: 'message' },
  { answer: '550 5.1.8 <rae@acme.example>: Sender address rejected: Domain not found', kind: 'policy', because: 'the sender' },
  { answer: '550 5.1.7 Invalid address in MAIL FROM', kind: 'policy', because: 'the sender', phase: 'mail' },
  { answer: '550 No such user', kind: 'policy', because: 'an answer to MAIL is about us', phase: 'mail' },
  { answer: '552 5.3.4 Message size exceeds fixed maximum message size', kind: 'policy', because: 'the message', phase: 'mail' },
  {
    answer: '552 5.2.3 Message exceeds the maximum size of this mailbox',
    kind: 'policy',
    because: 'the message',
    phase: 'message',
  },
  {
    answer: '553 5.6.7 The mail server takes addresses in ASCII only',
    kind: 'policy',
    because: 'their server and ours',
    phase: 'mail',
  },
  { answer: '554 5.6.0 Message content rejected', kind: 'policy', because: 'the content', phase: 'message' },
  { answer: '554 Transaction failed', kind: 'policy', because: 'says nothing about the person', phase: 'message' },
  { answer: '550 Rejected', kind: 'policy', because: 'says nothing about the person' },
  { answer: '554 No SMTP service here', kind: 'policy', because: 'not to us', phase: 'connect' },

  // later
  {
    answer:
      '450 4.2.0 <ada@example.com>: Recipient address rejected: Greylisted, see http://postgrey.schweikert.ch/help/example.com.html',
    kind: 'transient',
    because: 'greylisting',
  },
  { answer: '451 4.7.1 Please try again later', kind: 'transient', because: 'greylisting' },
  {
    answer:
      '421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume or user complaints - 4.16.55.1',
    kind: 'transient',
    because: 'Yahoo slows us down',
    phase: 'mail',
  },
  {
    answer: '421-4.7.28 Gmail has detected an unusual rate of unsolicited mail originating from your IP address.',
    kind: 'transient',
    because: 'Gmail slows us down',
    phase: 'message',
  },
  {
    answer:
      '450-4.2.1 The user you are trying to contact is receiving mail at a rate that\n450 4.2.1 prevents additional messages from being delivered.',
    kind: 'transient',
    because: 'Gmail, a busy person',
  },
  { answer: '452 4.3.1 Insufficient system storage', kind: 'transient', because: 'the system is full, not the person' },
  { answer: '452 4.5.3 Too many recipients', kind: 'transient', because: 'the session' },
  {
    answer: '450 4.1.1 <ada@example.com>: Recipient address rejected: unverified address: Address verification in progress',
    kind: 'transient',
    because: 'Postfix has not looked yet',
  },
  { answer: '451 4.4.4 Temporary server error. Please try again later ATTR5', kind: 'transient', because: 'Exchange Online' },
  {
    answer: '454 4.7.0 Too many login attempts, please try again later',
    kind: 'transient',
    because: 'throttled, no proof against the password',
    phase: 'auth',
  },
  {
    answer: '454 4.7.0 Temporary authentication failure: Connection lost to authentication server',
    kind: 'transient',
    because: 'Postfix, its own trouble',
    phase: 'auth',
  },
  { answer: '250 2.0.0 OK', kind: 'transient', because: 'a yes in the wrong place is garbage' },
  { answer: '999 ???', kind: 'transient', because: 'garbage' },

  // our log-in
  {
    answer:
      '535-5.7.8 Username and Password not accepted. For more information, go to\n535 5.7.8  https://support.google.com/mail/?p=BadCredentials x - gsmtp',
    kind: 'authentication',
    because: 'Gmail',
    phase: 'auth',
  },
  { answer: '534-5.7.9 Application-specific password required.', kind: 'authentication', because: 'Gmail', phase: 'auth' },
  {
    answer: '535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Tenant.',
    kind: 'authentication',
    because: 'Exchange Online',
    phase: 'auth',
  },
  {
    answer: '530 5.7.57 Client not authenticated to send mail.',
    kind: 'authentication',
    because: 'Exchange Online',
    phase: 'mail',
  },
  { answer: '530 5.7.0 Authentication Required', kind: 'authentication', because: 'Gmail', phase: 'mail' },
  { answer: '550 5.7.1 Authentication required', kind: 'authentication', because: 'a relay that wants a log-in' },
  { answer: '535 Incorrect authentication data', kind: 'authentication', because: 'Exim', phase: 'auth' },
  { answer: '432 4.7.12 A password transition is needed', kind: 'authentication', because: 'RFC 4954', phase: 'auth' },
];

test.each(table)('$kind: $because', ({ answer, kind, phase = 'rcpt' }) => {
  expect(classifyAnswer(parse(answer), phase)).toBe(kind);
});

test('an answer of several lines is one line, its code and its enhanced code', () => {
  expect(parse('550-5.1.1 No such\n550-5.1.1 user\n550 5.1.1 x\u0007')).toEqual({
    code: 550,
    enhanced: '5.1.1',
    response: '550 5.1.1 No such user x',
  });
  expect(parse('250 ok')).toEqual({ code: 250, enhanced: null, response: '250 ok' });
  expect(parse('552 1 Requested').enhanced).toBeNull();
});
