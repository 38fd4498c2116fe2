import { useMemo } from 'react';

const POLICY = "default-src 'none'; img-src data:";

/** A message's HTML in a frame that can run nothing, load nothing and reach nothing. Its own styles are left out, as many mail programs do. */
export function MessageFrame({ html, title }: { html: string; title: string }) {
  const shown = useMemo(() => withoutStyles(html), [html]);
  return (
    <iframe
      className="message-frame"
      title={`HTML of ${title}`}
      sandbox=""
      srcDoc={shown}
      referrerPolicy="no-referrer"
      tabIndex={0}
    />
  );
}

function withoutStyles(html: string): string {
  // Parsing runs nothing. Styles go before it, because the page's policy would be asked about each of them, and complain.
  const plain = html
    .replaceAll(/<style\b.*?<\/style\s*>/gis, '')
    .replaceAll(/<[a-z][^>]*>/gi, (tag) => tag.replaceAll(/\sstyle\s*=/gi, ' data-style='));
  const message = new DOMParser().parseFromString(plain, 'text/html');
  for (const element of message.querySelectorAll('script, style, link, base, meta, iframe, object, embed')) element.remove();
  for (const element of message.querySelectorAll('*')) {
    for (const name of element.getAttributeNames()) if (name.startsWith('on')) element.removeAttribute(name);
  }
  for (const element of message.querySelectorAll('img')) if (!element.src.startsWith('data:')) element.removeAttribute('src');
  const policy = message.createElement('meta');
  policy.httpEquiv = 'Content-Security-Policy';
  policy.content = POLICY;
  message.head.prepend(policy);
  message.documentElement.lang ||= 'en';
  message.title ||= 'Message';
  return `<!doctype html>${message.documentElement.outerHTML}`;
}
