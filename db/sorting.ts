/** Columns by which a list can be ordered: an SQL expression that is never null, and its type. */
export type Orders<Name extends string> = Readonly<
  Record<Name, { readonly by: string; readonly as: 'text' | 'timestamptz' | 'bigint' }>
>;

/** A column's name; with `-` before it, from the last to the first. */
export type Sort<Name extends string> = Name | `-${Name}`;

/** A row of such a list, with what it was ordered by as text. */
export type Sorted<Row> = Row & { readonly sortKey: string };

interface Keyset {
  /** Column `sortKey`: what the cursor holds beside the id. */
  readonly key: string;
  /** Lets in what comes behind the key and id in these two parameters; everything while they are null. */
  readonly after: string;
  readonly orderBy: string;
}

/** What a list is ordered by, and which way. */
export function orderOf<Name extends string>(
  orders: Orders<Name>,
  sort: Sort<Name>,
): Orders<Name>[Name] & { readonly direction: 'asc' | 'desc'; readonly beyond: '<' | '>' } {
  const falls = sort.startsWith('-');
  const order = orders[sort.replace(/^-/, '') as Name];
  return { ...order, direction: falls ? 'desc' : 'asc', beyond: falls ? '<' : '>' };
}

/** The SQL of a list that goes page by page in the wanted order. The id tells equal ones apart, so nothing is shown twice. */
export function keyset<Name extends string>(
  orders: Orders<Name>,
  sort: Sort<Name>,
  id: string,
  [keyAt, idAt]: readonly [string, string],
): Keyset {
  const { by, as, direction, beyond } = orderOf(orders, sort);
  return {
    key: `(${by})::text as "sortKey"`,
    after: `(${keyAt}::text is null or (${by}, ${id}) ${beyond} (${keyAt}::${as}, ${idAt}::uuid))`,
    orderBy: `order by ${by} ${direction}, ${id} ${direction}`,
  };
}
