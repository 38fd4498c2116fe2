import type { Tx } from '../transaction.ts';

/** One column of a table points at one of another. */
export interface Link {
  readonly from: string;
  readonly to: string;
  readonly column: string;
  readonly target: string;
  /** The row goes with the one that it points at. */
  readonly cascades: boolean;
}

const addressOf = `(select p.address_hash from contacts p where p.tenant_id = decorum.tenant() and p.id = $1::uuid)`;

/** By which column a row is about a person, in this order. */
const ways: readonly { readonly column: string; readonly condition: string }[] = [
  { column: 'contact_id', condition: 'contact_id = $1::uuid' },
  { column: 'person_id', condition: 'person_id = $1::uuid' }, // uuids are nobody else's, so the kind need not be asked
  { column: 'subject_hash', condition: `subject_hash = ${addressOf}` },
  { column: 'address_hash', condition: `address_hash = ${addressOf}` },
  { column: 'number_hash', condition: 'number_hash = $2::bytea' },
  { column: 'scope_id', condition: 'scope_id = $1::uuid' },
  // What was refused was never told apart by person: whoever's address stands in it is meant, and not whoever's ends or begins with it.
  {
    column: 'cells',
    condition: `exists (select from contacts p where p.tenant_id = decorum.tenant() and p.id = $1::uuid and strpos(lower(cells::text), lower(p.canonical_email)) > 0
      and exists (select from jsonb_array_elements_text(cells) as c(cell)
        where cell ~* ('(^|[^[:alnum:]._%+-])' || regexp_replace(p.canonical_email, '([^[:alnum:]@])', '\\\\\\1', 'g') || '($|[^[:alnum:].-]|[.-]($|[^[:alnum:]]))')))`,
  },
];

/**
 * The condition by which the rows of a table are one person's; null where a row is not about one person, or does not say about whom. Over
 * foreign keys, too: a step's event is of the enrolment, which is of the person.
 */
export function wayToPerson(
  table: string,
  columns: readonly { readonly table: string; readonly name: string }[],
  links: readonly Link[],
): string | null {
  if (table === 'contacts') return 'id = $1::uuid';
  const own = ways.find((way) => columns.some((column) => column.table === table && column.name === way.column));
  if (own) return own.condition;
  for (const { from, to, column, target } of links) {
    if (from !== table || to === table || to === 'contacts') continue;
    const way = wayToPerson(to, columns, links);
    if (way) return `${column} in (select ${target} from ${to} where tenant_id = decorum.tenant() and ${way})`;
  }
  return null;
}

/** A contact's number as it was given. */
export async function findPhone(tx: Tx, contactId: string): Promise<string | null> {
  const [contact] = await tx.rows<{ phone: string | null }>(`select phone from contacts where id = $1`, [contactId]);
  return contact?.phone ?? null;
}
