import fc from 'fast-check';
import { createTemplates, TemplateRefused } from '../../providers/templates.ts';

const { line, text, html } = createTemplates();

function refusal(render: () => string): TemplateRefused {
  try {
    render();
  } catch (error) {
    if (error instanceof TemplateRefused) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

test.each([
  { template: 'Hello {{ first_name }}', says: 'Hello Ada', because: 'a value' },
  { template: 'Hello {{ nickname | default: "there" }}', says: 'Hello there', because: 'a fallback' },
  { template: 'Hello {{ hollow | default: "there" }}', says: 'Hello there', because: 'an empty value is no value' },
  {
    template: '{{ nickname | default: first_name | upcase }}',
    says: 'ADA',
    because: 'a fallback that is a variable, filters go on',
  },
  {
    template: '{% if nickname %}{{ nickname }}{% else %}you{% endif %}',
    says: 'you',
    because: 'an if asks whether there is a value',
  },
  { template: '{{ extra.rank | default: "no rank" }}', says: 'no rank', because: 'an empty cell of an import' },
  { template: '{{ extra.color }} {{ sender.name }}', says: 'red Rae', because: 'groups' },
  { template: 'a < b & "c" {{ sign }}', says: 'a < b & "c" <b>', because: 'nothing is escaped in text' },
])('text: $because', ({ template, says }) => {
  const variables = { first_name: 'Ada', hollow: ' ', sign: '<b>', extra: { rank: '', color: 'red' }, sender: { name: 'Rae' } };
  expect(text(template, variables)).toBe(says);
});

test.each([
  { template: '{{ nickname }}', missing: 'nickname', because: 'no value, no fallback' },
  { template: '{{ hollow }}', missing: 'hollow', because: 'an empty value' },
  { template: '{{ nothing }}', missing: 'nothing', because: 'null' },
  { template: '{{ extra.rank }}', missing: 'extra.rank', because: 'a column that the import did not have' },
  { template: '{{ extra.constructor }}', missing: 'extra.constructor', because: 'nothing is inherited' },
  { template: '{{ extra.__proto__ }}', missing: 'extra.__proto__', because: 'nothing is inherited' },
  { template: '{{ first_name | shout }}', missing: null, because: 'an unknown filter' },
  { template: '{{ first_name', missing: null, because: 'not closed' },
  { template: '{% if first_name %}', missing: null, because: 'not closed' },
  { template: '{% include "/etc/passwd" %}', missing: null, because: 'no files' },
  { template: '{% render "../package.json" %}', missing: null, because: 'no files' },
  { template: '{% layout "package.json" %}', missing: null, because: 'no files' },
])('refused, naming what is missing: $template: $because', ({ template, missing }) => {
  expect(refusal(() => text(template, { first_name: 'Ada', hollow: '', nothing: null, extra: {} })).missing).toBe(missing);
});

test('a refusal never shows a value', () => {
  const error = refusal(() => text('{{ first_name }} {{ last_name }}', { first_name: 'Ada' }));
  expect(error.message).toContain('last_name');
  expect(error.message).not.toContain('Ada');
});

test('limits: a template too long, too slow or too large is refused in time', () => {
  const began = performance.now();
  expect(refusal(() => text('x'.repeat(100_001), {})).message).toContain('parse length limit');
  expect(refusal(() => text('{% for i in (1..100000000) %}{% endfor %}', {})).message).toMatch(/limit exceeded/);
  expect(
    refusal(() => text('{% assign a = "x" %}{% for i in (1..60) %}{% assign a = a | append: a %}{% endfor %}', {})).message,
  ).toContain('memory');
  const slow = '{% for i in (1..900) %}{% for j in (1..900) %}{% for k in (1..900) %}{{ k }}{% endfor %}{% endfor %}{% endfor %}';
  expect(refusal(() => text(slow, {})).message).toContain('limit exceeded');
  expect(performance.now() - began).toBeLessThan(5_000);
});

test('in HTML every value is escaped, the template is not, and there is no way around', () => {
  expect(html('<p>{{ company }}</p>', { company: '<script>"&\'</script>' })).toBe(
    '<p>&#60;script&#62;&#34;&#38;&#39;&#60;/script&#62;</p>',
  );
  expect(refusal(() => html('{{ company | raw }}', { company: '<script>' })).message).toContain('raw');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (company) => !/[<>"]/.test(html('{{ company | default: "x" }}', { company }))),
  );
});

test('a subject is one line, whatever is in it', () => {
  expect(line(' Hello\r\n{{ name }} \u0085 x\n', { name: 'Ada\nBcc: eve@example.com' })).toBe('Hello Ada Bcc: eve@example.com x');
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (name) => {
      fc.pre(name.trim() !== '');
      expect(line('Hello {{ name }}', { name })).not.toMatch(/\p{Cc}/u);
    }),
  );
});

test('variables of one person never stay for the next', () => {
  const template = '{% assign kept = first_name %}{{ kept }}';
  expect(text(template, { first_name: 'Ada' })).toBe('Ada');
  expect(refusal(() => text('{{ kept }}', {})).missing).toBe('kept');
  expect(refusal(() => text(template, {})).missing).toContain('assigned');
});
