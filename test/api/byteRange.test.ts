import { byteRange } from '../../api/byteRange.ts';

test.each([
  { header: undefined, range: null, because: 'nothing is asked' },
  { header: 'bytes=0-0', range: { from: 0, to: 0 }, because: 'one byte' },
  { header: 'bytes=3-', range: { from: 3, to: 9 }, because: 'the rest' },
  { header: 'bytes=3-99', range: { from: 3, to: 9 }, because: 'an end beyond the end is the end' },
  { header: 'bytes=-4', range: { from: 6, to: 9 }, because: 'the last four' },
  { header: 'bytes=-99', range: { from: 0, to: 9 }, because: 'more than all is all' },
  { header: 'bytes=10-', range: 'none', because: 'behind the end is nothing' },
  { header: 'bytes=-0', range: 'none', because: 'no byte is no part' },
  { header: 'bytes=5-2', range: null, because: 'what is no range is ignored (RFC 9110, 14.2)' },
  { header: 'bytes=0-1,4-5', range: null, because: 'of several the whole may be given' },
  { header: 'rows=0-1', range: null, because: 'another unit' },
  { header: 'bytes=-', range: null, because: 'neither end' },
])('$header of ten bytes: $because', ({ header, range }) => {
  expect(byteRange(header, 10)).toEqual(range);
});
