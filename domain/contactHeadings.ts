import { canonicalAddress } from './address.ts';
import { looksLikePhone } from './contactPhone.ts';
import { neverCollected } from './neverCollected.ts';

/** What a column of a contact file can be; `extra` is kept by its heading for templates, `ignore` is not kept. */
export const contactFields = [
  'email',
  'phone',
  'firstName',
  'lastName',
  'fullName',
  'title',
  'companyName',
  'companyDomain',
  'industry',
  'companyAbout',
  'city',
  'state',
  'postalCode',
  'country',
  'zone',
  'extra',
  'ignore',
] as const;
export type ContactField = (typeof contactFields)[number];
export type NamedField = Exclude<ContactField, 'extra' | 'ignore'>;

/**
 * The headings of HubSpot, Salesforce, Apollo and of plain lists, best first: of two columns for one field, the earlier heading's
 * value counts and the later's stands in where it is empty.
 */
const HEADINGS: Readonly<Record<NamedField, readonly string[]>> = {
  email: [
    'email, email address, e-mail, mail, work email, business email, primary email, contact email, person email, corporate email',
    'email 1, emails, email addresses, e-mail-adresse, correo, correo electronico, courriel, adresse email, adresse e-mail',
    'secondary email, tertiary email, personal email, email 2, other email, additional email addresses',
  ],
  phone: [
    'phone, phone number, telephone, telephone number, tel, work phone, business phone, corporate phone, direct phone, work direct phone',
    'direct dial, direct, contact phone, primary phone, phone 1, phones, first phone, office phone, telefon, telefonnummer, telefono',
    'mobile, mobile phone, mobile phone number, cell, cell phone, cell number, cellphone, handy, other phone, home phone, company phone',
    'phone 2',
  ],
  firstName: [
    'first name, first, firstname, given name, given names, forename, contact first name, person first name, vorname, prenom, nombre',
  ],
  lastName: [
    'last name, last, lastname, surname, family name, contact last name, person last name, nachname, apellido, apellidos',
  ],
  fullName: ['full name, name, contact name, contact, person name, person, contact full name, display name'],
  title: ['title, job title, jobtitle, position, role, job, headline, job role, designation, funktion, poste, cargo'],
  companyName: [
    'company name, company, account name, account, organization, organisation, organization name, organisation name, employer, business name',
    'associated company, primary associated company, company name for emails, current company, firm, firma, unternehmen, entreprise, societe, empresa',
  ],
  companyDomain: [
    'company domain, company domain name, domain, website, company website, website url, company website url, company url, web site, url, web',
  ],
  industry: ['industry, company industry, industries, sector, branche, industria, secteur'],
  companyAbout: [
    'company description, short description, description, about, about us, about company, company about, seo description',
    'company short description, account description',
  ],
  city: [
    'city, mailing city, contact city, person city, town, locality, billing city, company city, account city, stadt, ort, ville, ciudad',
  ],
  state: [
    'state, state/region, state/province, region, province, mailing state, mailing state/province, contact state, person state, state code',
    'state or province, billing state, billing state/province, company state, account state, bundesland, estado',
  ],
  postalCode: [
    'postal code, zip, zip code, zip/postal code, zipcode, postcode, mailing zip, mailing postal code, mailing zip/postal code, post code',
    'billing zip, billing zip/postal code, billing postal code, company postal code, company zip, plz, code postal, codigo postal',
  ],
  country: [
    'country, country/region, mailing country, contact country, person country, country code, billing country, company country, land, pays, pais',
  ],
  zone: ['time zone, timezone, tz, zone, person time zone, zeitzone'],
};

const fieldByKey = new Map<string, { field: NamedField; rank: number }>();
for (const [field, lines] of Object.entries(HEADINGS) as [NamedField, readonly string[]][]) {
  for (const [rank, heading] of lines.join(', ').split(', ').entries()) {
    const key = headingKey(heading);
    if (!fieldByKey.has(key)) fieldByKey.set(key, { field, rank });
  }
}

/** A heading without case, accents, blanks and punctuation: `E-mail`, `e_mail` and `Émail` are one. */
function headingKey(heading: string): string {
  return heading
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]/gu, '');
}

/** The field that a heading usually names; null when it is none that we know. */
export function knownHeading(heading: string): NamedField | null {
  return fieldByKey.get(headingKey(heading))?.field ?? null;
}

/** How a file's columns are read. */
export interface Layout {
  readonly header: readonly string[];
  /** For each column what it is. */
  readonly fields: readonly ContactField[];
  /** For each field its columns, best first. */
  readonly columns: Readonly<Partial<Record<NamedField, readonly number[]>>>;
  /** Columns whose very heading is of what is never collected: whatever stands in them is refused. */
  readonly forbidden: readonly number[];
}

/** Reads the header as usual, or as `mapping` (column index to field) says where it says something. */
export function layOut(header: readonly string[], mapping: Readonly<Record<number, ContactField>> = {}): Layout {
  const fields = header.map((heading, column): ContactField => mapping[column] ?? knownHeading(heading) ?? 'extra');
  const columns: Partial<Record<NamedField, number[]>> = {};
  const rank = (column: number) => (mapping[column] ? -1 : (fieldByKey.get(headingKey(header[column] ?? ''))?.rank ?? 0));
  for (const [column, field] of fields.entries()) {
    if (field !== 'extra' && field !== 'ignore') (columns[field] ??= []).push(column);
  }
  for (const found of Object.values(columns)) found.sort((a, b) => rank(a) - rank(b) || a - b);
  const forbidden = header.flatMap((heading, column) => (neverCollected(heading) ? [column] : []));
  return { header, fields, columns, forbidden };
}

/** Whether a contact can be told by such a file at all. */
export function namesPeople(layout: Layout): boolean {
  return layout.columns.email !== undefined || layout.columns.phone !== undefined;
}

/** For a file without a header: the columns in which the first rows have e-mail addresses and phones. */
export function mappingByContent(rows: readonly (readonly string[])[]): Record<number, ContactField> {
  const mapping: Record<number, ContactField> = {};
  const most = (is: (cell: string) => boolean): number => {
    const hits = (rows[0] ?? []).map((_, column) => rows.filter((cells) => is(cells[column] ?? '')).length);
    return Math.max(...hits, 0) > 0 ? hits.indexOf(Math.max(...hits)) : -1;
  };
  const [email, phone] = [most((cell) => canonicalAddress(cell).ok), most(looksLikePhone)];
  if (email !== -1) mapping[email] = 'email';
  if (phone !== -1 && phone !== email) mapping[phone] = 'phone';
  return mapping;
}
