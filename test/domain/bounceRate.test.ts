import { standing } from '../../domain/bounceRate.ts';

test.each([
  { sent: 49, bounced: 49, complained: 49, is: 'well', because: 'fewer than 50 messages say nothing' },
  { sent: 50, bounced: 0, complained: 0, is: 'well', because: 'nothing came back' },
  { sent: 100, bounced: 2, complained: 0, is: 'warned', because: '2 % bounced' },
  { sent: 200, bounced: 5, complained: 0, is: 'warned', because: '2.5 % bounced' },
  { sent: 100, bounced: 3, complained: 0, is: 'bounce_rate', because: '3 % bounced' },
  { sent: 1000, bounced: 0, complained: 1, is: 'warned', because: '0.1 % complained' },
  { sent: 1000, bounced: 0, complained: 3, is: 'complaint_rate', because: '0.3 % complained' },
  { sent: 1000, bounced: 30, complained: 3, is: 'complaint_rate', because: 'a complaint is the graver fault' },
])('$bounced bounces and $complained complaints of $sent: $is: $because', ({ is, ...sendings }) => {
  expect(standing(sendings)).toBe(is);
});
