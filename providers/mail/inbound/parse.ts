import { type AddressObject, type Attachment, simpleParser } from 'mailparser';

/** What the rules of this folder need of a message that came in. */
export interface InboundMessage {
  readonly from: string | null;
  readonly subject: string;
  readonly messageId: string | null;
  /** Ids of In-Reply-To and References, nearest first. */
  readonly answers: readonly string[];
  readonly text: string;
  /** `multipart/report` and the like, with its parameters. */
  readonly contentType: { readonly type: string; readonly reportType: string | null };
  /** Values of a header in lower case, unfolded, in order. */
  header(name: string): readonly string[];
  /** Machine-readable parts and the returned message, by media type. */
  readonly parts: readonly { readonly type: string; readonly text: string }[];
}

/** A message that is more work than any honest one: too many lines or parts, or nested too deep. */
export class InboundRefused extends Error {
  override readonly name = 'InboundRefused';
}

const MOST_LINES = 50_000;
const MOST_PARTS = 100;
const LONGEST_LINE = 100_000;
const LONGEST_HTML = 500_000;
const KEPT_PART = 64_000;
const MACHINE_PARTS =
  /^(?:message\/(?:delivery-status|feedback-report|disposition-notification|rfc822|global)|text\/rfc822-headers)/;

export async function parseInbound(raw: Buffer): Promise<InboundMessage> {
  refuseExcess(raw);
  const mail = await simpleParser(raw, {
    keepDeliveryStatus: true,
    skipImageLinks: true,
    skipTextToHtml: true,
    skipTextLinks: true,
    maxHtmlLengthToParse: LONGEST_HTML,
  });
  const lines = mail.headerLines.map(({ key, line }) => ({
    key,
    value: line
      .slice(line.indexOf(':') + 1)
      .replaceAll(/\s+/g, ' ')
      .trim(),
  }));
  const header = (name: string): string[] => lines.flatMap(({ key, value }) => (key === name ? [value] : []));
  const [declared = 'text/plain'] = header('content-type');
  return {
    from: addressOf(mail.from)?.toLowerCase() ?? null,
    subject: mail.subject ?? '',
    messageId: mail.messageId ?? null,
    answers: [...new Set([mail.inReplyTo ?? '', ...[mail.references ?? []].flat().toReversed()].filter(Boolean))],
    text: mail.text ?? '',
    contentType: {
      type: declared.split(';')[0]?.trim().toLowerCase() ?? '',
      reportType: /report-type="?([a-z-]+)/i.exec(declared)?.[1]?.toLowerCase() ?? null,
    },
    header,
    parts: mail.attachments.filter(({ contentType }) => MACHINE_PARTS.test(contentType)).map(partOf),
  };
}

function partOf({ contentType, content }: Attachment): { type: string; text: string } {
  return { type: contentType, text: content.subarray(0, KEPT_PART).toString() };
}

function addressOf(addresses: AddressObject | AddressObject[] | undefined): string | undefined {
  return [addresses ?? []].flat()[0]?.value[0]?.address;
}

/** Before any parser sees it: counts on the bytes, which costs next to nothing. */
function refuseExcess(raw: Buffer): void {
  let lines = 0;
  let start = 0;
  for (let end = raw.indexOf(10); end >= 0; end = raw.indexOf(10, start)) {
    if (end - start > LONGEST_LINE) throw new InboundRefused('A line of the message is too long.');
    lines += 1;
    if (lines > MOST_LINES) throw new InboundRefused('The message has too many lines.');
    start = end + 1;
  }
  if (raw.length - start > LONGEST_LINE) throw new InboundRefused('A line of the message is too long.');
  const parts = raw.toString('latin1').match(/^content-type:/gim)?.length ?? 0;
  if (parts > MOST_PARTS) throw new InboundRefused('The message has too many parts.');
}
