import type { Tx } from './transaction.ts';

/** The workspace, with the legal instant that its clock shows. */
export interface Tenant {
  id: string;
  name: string;
  kind: 'real' | 'demo' | 'test' | 'rehearsal';
  postalAddress: string;
  sendingDomain: string;
  unsubscribeText: string;
  adLabel: string | null;
  touchesPerQuarter: number;
  firstTouchesPerCompany: number;
  hoursBetweenTouches: number;
  phone: string;
  /** The territory that the account works in (P1). */
  zipCodes: string[];
  cities: string[];
  state: string;
  /** Officers and owners log in with one, or set one up first. */
  needsSecondFactor: boolean;
  clockFactor: number;
  legalNow: Date;
}

const columns = `id, name, kind, postal_address as "postalAddress", sending_domain as "sendingDomain",
  unsubscribe_text as "unsubscribeText", ad_label as "adLabel", touches_per_quarter as "touchesPerQuarter",
  first_touches_per_company as "firstTouchesPerCompany", hours_between_touches as "hoursBetweenTouches",
  phone, zip_codes as "zipCodes", cities, state, needs_second_factor as "needsSecondFactor",
  clock_factor::float8 as "clockFactor", decorum.now() as "legalNow"`;

export async function readTenant(tx: Tx): Promise<Tenant> {
  return tx.row<Tenant>(`select ${columns} from tenants where id = $1`, [tx.tenantId]);
}

/** What an owner may set; the kind and the clock are not among it. */
export interface TenantSettings {
  name: string;
  postalAddress: string;
  sendingDomain: string;
  unsubscribeText: string;
  adLabel: string | null;
  touchesPerQuarter: number;
  firstTouchesPerCompany: number;
  hoursBetweenTouches: number;
  phone: string;
  zipCodes: string[];
  cities: string[];
  state: string;
  needsSecondFactor: boolean;
}

export async function writeTenant(tx: Tx, settings: TenantSettings): Promise<Tenant> {
  return tx.row<Tenant>(
    `update tenants set name = $2, postal_address = $3, sending_domain = $4, unsubscribe_text = $5, ad_label = $6,
       touches_per_quarter = $7, first_touches_per_company = $8, hours_between_touches = $9,
       phone = $10, zip_codes = $11, cities = $12, state = $13, needs_second_factor = $14
     where id = $1 returning ${columns}`,
    [
      tx.tenantId,
      settings.name,
      settings.postalAddress,
      settings.sendingDomain,
      settings.unsubscribeText,
      settings.adLabel,
      settings.touchesPerQuarter,
      settings.firstTouchesPerCompany,
      settings.hoursBetweenTouches,
      settings.phone,
      settings.zipCodes,
      settings.cities,
      settings.state,
      settings.needsSecondFactor,
    ],
  );
}

/** The workspace of a sign-up, under the id that its letter was written for. */
export async function addTenant(
  tx: Tx,
  account: Pick<Tenant, 'name' | 'phone' | 'zipCodes' | 'cities' | 'state'>,
): Promise<void> {
  await tx.run(`insert into tenants (id, name, kind, phone, zip_codes, cities, state) values ($1, $2, 'real', $3, $4, $5, $6)`, [
    tx.tenantId,
    account.name,
    account.phone,
    account.zipCodes,
    account.cities,
    account.state,
  ]);
}

/** Null once the tenant is gone: an opt-out is taken all the same. */
export async function findTenantName(tx: Tx): Promise<string | null> {
  const [tenant] = await tx.rows<{ name: string }>(`select name from tenants where id = $1`, [tx.tenantId]);
  return tenant?.name ?? null;
}
