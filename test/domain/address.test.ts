import * as fc from 'fast-check';
import { canonicalAddress, canonicalDomain, companyKey, isFreeMail } from '../../domain/address.ts';

test.each([
  { text: ' Ann.Lee@Example.COM\t', canonical: 'ann.lee@example.com', because: 'trimmed, one case throughout' },
  {
    text: '\u{FEFF}ann@example.com\u00a0',
    canonical: 'ann@example.com',
    because: 'a byte-order mark and a hard space are blanks too',
  },
  {
    text: 'ann+news@example.com',
    canonical: 'ann+news@example.com',
    because: 'a tag is part of the address: not every server ignores it',
  },
  { text: 'a.n.n@gmail.com', canonical: 'a.n.n@gmail.com', because: 'so are dots' },
  { text: 'jose\u0301@example.com', canonical: 'josé@example.com', because: 'composed' },
  { text: 'JOSÉ@EXAMPLE.COM', canonical: 'josé@example.com', because: 'case beyond ASCII' },
  { text: 'ΝΊΚΟΣ@example.gr', canonical: 'νίκοσ@example.gr', because: 'a final sigma is a sigma' },
  { text: 'νίκος@example.gr', canonical: 'νίκοσ@example.gr', because: 'and so the same person' },
  { text: 'STRAßE@example.de', canonical: 'straße@example.de', because: 'ß is no other case of ss' },
  { text: 'kıvanç@example.com', canonical: 'kıvanç@example.com', because: 'a dotless i is another letter' },
  { text: '李@例え.テスト', canonical: '李@xn--r8jz45g.xn--zckzah', because: 'UTF-8 before the @, IDNA behind it' },
  { text: 'info@BÜCHER.example', canonical: 'info@xn--bcher-kva.example', because: 'IDNA folds case too' },
  {
    text: 'info@XN--BCHER-KVA.example',
    canonical: 'info@xn--bcher-kva.example',
    because: 'either spelling of a domain is one domain',
  },
  { text: 'info@bu\u0308cher。example', canonical: 'info@xn--bcher-kva.example', because: 'the ideographic full stop is a dot' },
  { text: 'a@b_c.example', canonical: 'a@b_c.example', because: 'an underscore is for the DNS to judge' },
])('$text is $canonical: $because', ({ text, canonical }) => {
  expect(canonicalAddress(text)).toEqual({ ok: true, canonical, domain: canonical.split('@')[1] });
});

test.each([
  { text: '', reason: 'empty', because: 'nothing' },
  { text: ' \u2003\r\n', reason: 'empty', because: 'blanks only' },
  { text: 'ann.example.com', reason: 'not one @', because: 'none' },
  { text: 'ann@@example.com', reason: 'not one @', because: 'two' },
  { text: 'ann@a.com;bob@b.com', reason: 'not one @', because: 'two people' },
  { text: 'ann lee@example.com', reason: 'blank inside', because: 'a space' },
  { text: 'Ann <ann@example.com>', reason: 'blank inside', because: 'a name is no address' },
  { text: 'ann@example.com\r\nBcc: eve@example.org', reason: 'blank inside', because: 'a header in disguise' },
  { text: 'ann@exam\u2028ple.com', reason: 'blank inside', because: 'Unicode has line breaks of its own' },
  { text: 'an\u0000n@example.com', reason: 'blank inside', because: 'a control character' },
  { text: '@example.com', reason: 'nothing before the @', because: 'nobody' },
  { text: 'ann@', reason: 'bad domain', because: 'nowhere' },
  { text: 'ann@localhost', reason: 'bad domain', because: 'no dot' },
  { text: 'ann@example..com', reason: 'bad domain', because: 'an empty label' },
  { text: 'ann@.example.com', reason: 'bad domain', because: 'an empty first label' },
  { text: 'ann@example.com.', reason: 'bad domain', because: 'an empty last label' },
  { text: 'ann@bücher。。de', reason: 'bad domain', because: 'an empty label in another script' },
  { text: 'ann@bücher/x.de', reason: 'bad domain', because: 'IDNA runs on a host, never on a path' },
  { text: 'ann@bücher:80.de', reason: 'bad domain', because: 'nor on a port' },
  { text: `${'a'.repeat(310)}@example.com`, reason: 'too long', because: 'more than a path may be' },
])('refused, $reason: $because', ({ text, reason }) => {
  expect(canonicalAddress(text)).toEqual({ ok: false, reason });
});

const anyText = fc.string({ unit: 'grapheme', maxLength: 12 });
const anyAddress = fc.oneof(
  fc.emailAddress(),
  fc
    .tuple(
      anyText,
      fc.oneof(
        fc.domain(),
        anyText.map((label) => `${label}.de`),
      ),
    )
    .map(([local, domain]) => `${local}@${domain}`),
  fc.tuple(fc.string({ unit: 'binary', maxLength: 8 }), fc.domain()).map(([local, domain]) => `${local}@${domain}`),
);

test('the canonical form of a canonical form is itself', () => {
  fc.assert(
    fc.property(anyAddress, (text) => {
      const once = canonicalAddress(text);
      if (once.ok) expect(canonicalAddress(once.canonical)).toEqual(once);
    }),
    { numRuns: 5000 },
  );
});

test('every letter folds to a form that stays', () => {
  const unstable: string[] = [];
  for (let point = 0x21; point <= 0x1_ff_ff; point += 1) {
    const once = canonicalAddress(`${String.fromCodePoint(point)}@example.com`);
    const twice = once.ok ? canonicalAddress(once.canonical) : once;
    if (once.ok && !(twice.ok && twice.canonical === once.canonical)) unstable.push(point.toString(16));
  }
  expect(unstable).toEqual([]);
});

test('case, composition and surrounding blanks make no other person', () => {
  const letters = fc.stringMatching(/^[a-zà-öø-þα-ρа-я0-9.]{1,12}$/);
  fc.assert(
    fc.property(letters, fc.domain(), fc.constantFrom(' ', '\t', '\u3000', ''), (local, domain, blank) => {
      const plain = canonicalAddress(`${local}@${domain}`);
      expect(plain.ok).toBe(true);
      expect(canonicalAddress(`${blank}${local.toUpperCase()}@${domain.toUpperCase()}${blank}`)).toEqual(plain);
      expect(canonicalAddress(`${local.normalize('NFD')}@${domain}`)).toEqual(plain);
    }),
  );
});

test('what is accepted can neither break a line nor name a second recipient', () => {
  fc.assert(
    fc.property(anyAddress, (text) => {
      const address = canonicalAddress(text);
      if (!address.ok) return;
      expect(address.canonical).not.toMatch(/[\s\p{Cc}]/u);
      expect(address.canonical.split('@')).toHaveLength(2);
      expect(address.domain).toMatch(/^[\x21-\x7e]+$/);
      expect(canonicalDomain(address.domain)).toBe(address.domain);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  { domain: 'gmail.com', company: null },
  { domain: 'web.de', company: null },
  { domain: 'example.com', company: 'example.com' },
  { domain: 'mail.example.com', company: 'mail.example.com' },
])('people at $domain are of company $company', ({ domain, company }) => {
  expect(companyKey(domain)).toBe(company);
  expect(isFreeMail(domain)).toBe(company === null);
});
