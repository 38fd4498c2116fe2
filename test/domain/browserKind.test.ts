import { browserKind } from '../../domain/browserKind.ts';

const mac = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)';
test.each([
  { says: `${mac} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36`, is: 'Chrome 131' },
  { says: `${mac} AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36 Edg/131.0.2903.48`, is: 'Edge 131' },
  { says: `${mac} AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Safari/605.1.15`, is: 'Safari 17' },
  {
    says: 'Mozilla/5.0 (iPhone; CPU iPhone OS 17_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.6 Mobile/15E148 Safari/604.1',
    is: 'Safari 17',
  },
  { says: 'Mozilla/5.0 (X11; Linux x86_64; rv:132.0) Gecko/20100101 Firefox/132.0', is: 'Firefox 132' },
  { says: 'curl/8.5.0', is: 'other' },
  { says: '', is: 'other' },
  { says: undefined, is: 'other' },
])('$is', ({ says, is }) => {
  expect(browserKind(says)).toBe(is);
});

test('nothing else of what it says is kept', () => {
  expect(browserKind(`Firefox/132.0 ${'a'.repeat(10_000)} ada@example.com`)).toBe('Firefox 132');
});
