/** Markup that is safe to send: made by `html` only. */
export class Markup {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

/** Everything put into the template is escaped, but markup made the same way. */
export function html(parts: TemplateStringsArray, ...values: (string | number | Markup | readonly Markup[])[]): Markup {
  const filled = values.map((value) => {
    if (value instanceof Markup) return value.text;
    if (typeof value === 'object') return value.map((one) => one.text).join('');
    return String(value).replaceAll(/[&<>"']/g, (character) => escapes[character] ?? '');
  });
  return new Markup(parts.reduce((text, part, index) => text + (filled[index - 1] ?? '') + part));
}

/** A page outside the log-in: no script, readable without the style sheet, printable. */
export function page(title: string, content: Markup): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="robots" content="noindex" />
        <title>${title}</title>
        <link rel="stylesheet" href="/page.css" />
      </head>
      <body>
        <main>${content}</main>
      </body>
    </html>`.text;
}

export const pageCss = `:root { color-scheme: light dark; font: 1.05rem/1.55 system-ui, sans-serif; }
body { margin: 0; }
main { max-width: 36rem; margin: 12vh auto; padding: 0 1.25rem; }
h1 { font-size: 1.5rem; line-height: 1.25; }
form { margin: 1.25rem 0; }
button { font: inherit; padding: 0.6rem 1.1rem; border: 1px solid currentColor; border-radius: 0.4rem; background: none; color: inherit; cursor: pointer; }
button:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
dt { font-weight: 600; margin-top: 1rem; }
dd { margin: 0; }
.small { font-size: 0.9rem; opacity: 0.85; }
@media print { button { display: none; } main { margin-top: 0; } }
`;
