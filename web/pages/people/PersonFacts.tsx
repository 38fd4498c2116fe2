import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { Reply } from '../../api.ts';
import { Facts } from '../../parts/Facts.tsx';

export function PersonFacts({ contact }: { contact: Reply<'get', '/contacts/{contactId}'> }) {
  const { email, phone, companyId, companyName, city, state, postalCode, country, zone, tags, extra } = contact;
  const known: readonly (readonly [string, ReactNode])[] = [
    ['E-mail', email],
    ['Phone', phone],
    [
      'Company',
      companyId === null ? (
        companyName
      ) : (
        <Link key={companyId} to="/companies/$companyId" params={{ companyId }}>
          {companyName}
        </Link>
      ),
    ],
    ['Place', [city, state, postalCode, country].filter(Boolean).join(', ')],
    ['Time zone', zone ?? 'follows from the place'],
    ['Tags', tags.join(', ')],
    ...Object.entries(extra),
  ];
  return <Facts facts={known.filter(([, fact]) => Boolean(fact))} />;
}
