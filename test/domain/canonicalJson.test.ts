import { canonicalJson, type Json } from '../../domain/canonicalJson.ts';

test.each<{ value: Json; text: string; because: string }>([
  { value: { b: 1, a: [true, null] }, text: '{"a":[true,null],"b":1}', because: 'keys in order, no blanks' },
  {
    value: { '€': 1, '\r': 2, '1': 3, '😀': 4, ö: 5 },
    text: '{"\\r":2,"1":3,"ö":5,"€":1,"😀":4}',
    because: 'order of UTF-16 units (RFC 8785, 3.2.3)',
  },
  { value: [1e21, 0.000001, -0], text: '[1e+21,0.000001,0]', because: 'numbers as ECMAScript writes them' },
  { value: 'a"\u000f\n', text: '"a\\"\\u000f\\n"', because: 'the shortest escapes' },
])('$text: $because', ({ value, text }) => {
  expect(canonicalJson(value)).toBe(text);
});
