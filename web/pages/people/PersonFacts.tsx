import type { Reply } from '../../api.ts';
import { Facts } from '../../parts/Facts.tsx';

export function PersonFacts({ contact }: { contact: Reply<'get', '/contacts/{contactId}'> }) {
  const { email, phone, companyName, city, state, postalCode, country, zone, tags, extra } = contact;
  const known: readonly (readonly [string, string | null])[] = [
    ['E-mail', email],
    ['Phone', phone],
    ['Company', companyName],
    ['Place', [city, state, postalCode, country].filter(Boolean).join(', ')],
    ['Time zone', zone ?? 'follows from the place'],
    ['Tags', tags.join(', ')],
    ...Object.entries(extra),
  ];
  return <Facts facts={known.filter(([, fact]) => Boolean(fact))} />;
}
