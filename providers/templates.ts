import { Liquid, type Template } from 'liquidjs';
import type { TemplateRenderer, Variables } from './outreachWords.ts';

/** A template is broken, too costly, or a variable in it has neither a value nor a fallback. The message names it, never a value. */
export class TemplateRefused extends Error {
  override readonly name = 'TemplateRefused';
  /** The variable that is missing for this person, as the template writes it; null when the template itself is at fault. */
  readonly missing: string | null;

  constructor(message: string, missing: string | null, cause: unknown) {
    super(message, { cause });
    this.missing = missing;
  }
}

const LIMITS = { parseLimit: 100_000, renderLimit: 500, memoryLimit: 1_000_000 };
const MOST_PARSED = 2_000;
const MISSING = /^undefined variable: ([^,]+)/;
const TOO_SLOW = /template render limit exceeded/;

/**
 * Liquid templates with its limits on: own properties only, no files, unknown filters and variables refused. A fallback is written with
 * the `default` filter (`{{ first_name | default: "there" }}`) or an `if`; an empty value counts as missing, because "Hello ," is what
 * strictness is there to prevent. Parsed once; the newest few thousand are kept.
 */
export function createTemplates(): TemplateRenderer {
  const settings = {
    ...LIMITS,
    strictFilters: true,
    strictVariables: true,
    lenientIf: true,
    ownPropertyOnly: true,
    templates: {}, // what `include` and `render` may name: nothing, and no file
    timezoneOffset: 0,
    locale: 'en-US',
  };
  const plain = engine(new Liquid({ ...settings, outputEscape: written }));
  const markup = engine(withoutRaw(new Liquid({ ...settings, outputEscape: (value) => escaped(written(value)) })));
  return {
    line: (template, variables) =>
      plain(template, variables)
        .replaceAll(/[\s\p{Cc}]+/gu, ' ')
        .trim(),
    text: plain,
    html: markup,
  };
}

/** An output as text. Strictness has a gap at `assign`, which turns what is missing into null: it ends here. */
function written(value: unknown): string {
  if (value === null || value === undefined) throw new Error('undefined variable: (assigned without a value), by an assign');
  if (Array.isArray(value)) return value.map(written).join('');
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function escaped(text: string): string {
  return text.replaceAll(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);
}

/** `{{ company | raw }}` would let an imported cell write markup into our e-mail. */
function withoutRaw(liquid: Liquid): Liquid {
  Reflect.deleteProperty(liquid.filters, 'raw');
  return liquid;
}

function engine(liquid: Liquid): (template: string, variables: Variables) => string {
  const parsed = new Map<string, Template[]>();

  function parse(source: string): Template[] {
    const template = parsed.get(source) ?? liquid.parse(source);
    parsed.delete(source); // put back as the newest
    parsed.set(source, template);
    const [oldest] = parsed.keys();
    if (parsed.size > MOST_PARSED && oldest !== undefined) parsed.delete(oldest);
    return template;
  }

  return (source, variables) => {
    const given = withoutBlanks(variables);
    try {
      const template = parse(source);
      try {
        return String(liquid.renderSync(template, given));
      } catch (error) {
        // The limit is in wall time: a process that was stopped in between is no costly template, and refusing is for good.
        if (!TOO_SLOW.test(messageOf(error))) throw error;
        return String(liquid.renderSync(template, given));
      }
    } catch (error) {
      const [line = ''] = messageOf(error).split('\n');
      throw new TemplateRefused(line, MISSING.exec(line)?.[1] ?? null, error);
    }
  };
}

function withoutBlanks(variables: Variables): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(variables)) {
    if (value === null || value === undefined || (typeof value === 'string' && value.trim() === '')) continue;
    const isGroup = typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype;
    given[name] = isGroup ? withoutBlanks(value as Variables) : value;
  }
  return given;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
