/** The API's words for why somebody or something stands where it stands, as a rep would say them. */
const reasons: Readonly<Record<string, string>> = {
  no_email: 'has no e-mail address',
  suppressed: 'asked not to be written to',
  in_another_sequence: 'is in another sequence',
  was_in_this_sequence: 'has had this sequence before',
  window_never_opens: 'the send window never opens for this place',
  replied: 'replied',
  unsubscribed: 'unsubscribed',
  bounced: 'the address bounced for good',
  complained: 'complained',
  removed: 'taken out by hand',
  launch_stopped: 'the launch was stopped',
  contact_deleted: 'the contact was deleted',
  by_hand: 'by hand',
  abuse: 'paused for signs of abuse',
  auditor: 'stopped by the auditor',
  auto_reply: 'out of office',
  soft_bounces: 'bounced on three days',
  unknown_outcome: "the mail server's answer was lost",
  answer_lost: "the mail server's answer was lost",
  last_step: 'had every step',
  late: 'more than a day late: held for review',
  retry: 'the mail server asked to try again',
  unrenderable: 'the words cannot be written for this person',
  spacing: 'had a touch in the last hours',
  quarter_limit: 'had enough touches this quarter',
  company_limit: 'enough first messages to this company today',
  hard_bounce: 'the address bounced for good',
  'not due yet': 'not due yet',
  limit: 'the mailbox has sent what it may in 24 hours',
  gap: 'the mailbox keeps its gap between two messages',
  window: 'its window was closed',
  queue: 'others go before it over this mailbox',
  settled: 'settled by hand',
  bounced_later: 'came back after it was sent',
  sending: 'is at the wire',
  launch_paused: 'the launch is paused',
  'earlier step': 'an earlier step comes first',
  branch: 'a branch went past it',
  one_click: 'clicked unsubscribe',
  page: 'asked on the unsubscribe page',
  mailto: 'wrote to unsubscribe',
  reply: 'asked in a reply',
  bounce: 'the address bounced for good',
  complaint: 'complained',
  rep: 'entered by a user',
  import: 'imported',
  authentication: 'the server refused the password',
  policy: 'the server answers with its policy',
  bounce_rate: 'too many bounces',
  complaint_rate: 'too many complaints',
};

/** Where a reason is about something else than the person. */
const about: Readonly<Record<string, string>> = { paused: 'paused', mailbox: 'the mailbox is paused' };

export function reasonOf(because: string | null): string {
  if (because === null) return '';
  const [, what = '', why = ''] = /^(paused|mailbox): (.*)$/.exec(because) ?? [];
  if (what !== '') return `${about[what]}: ${reasonOf(why)}`;
  return reasons[because] ?? because.replaceAll('_', ' ');
}
