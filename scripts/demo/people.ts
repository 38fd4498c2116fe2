/** Invented people at invented companies, in every part of the country. */
const names = [
  ['Ada', 'Okafor', 'Chief of Staff', 'NY'],
  ['Björn', 'Müller', 'Head of Sales', 'IL'],
  ['Chloë', 'Nguyen', 'Buyer', 'CA'],
  ['Dmitri', 'Smith', 'Owner', 'TX'],
  ['Elena', 'García', 'Operations', 'FL'],
  ['Farid', 'Haddad', 'CTO', 'WA'],
  ['Grace', 'Kowalski', 'Office Manager', 'MA'],
  ['Hiro', 'Tanaka', 'Engineer', 'OR'],
  ['Imani', 'Brown', 'Director', 'GA'],
  ['José', 'Cruz', 'Head of IT', 'AZ'],
  ['Kwame', 'Boateng', 'Founder', 'CO'],
  ['Łukasz', 'Nowak', 'Controller', 'OH'],
] as const;

export interface DemoPerson {
  firstName: string;
  lastName: string;
  title: string;
  company: string;
  email: string;
  state: string;
}

export const demoPeople: readonly DemoPerson[] = names.flatMap(([firstName, lastName, title, state], index) =>
  ['Harbor', 'Summit', 'Prairie'].map((word, copy) => {
    const company = `${word} ${index + 1} Inc.`;
    const local = firstName
      .normalize('NFD')
      .replaceAll(/[^A-Za-z]/g, '')
      .toLowerCase();
    return { firstName, lastName, title, company, state, email: `${local}.${copy}@${word.toLowerCase()}${index + 1}.example` };
  }),
);
