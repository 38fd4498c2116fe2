import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { referencePages } from './reference/pages.ts';

// `npm run reference`: writes docs/reference anew from the code; test/scripts/reference.test.ts fails while a page is not what the code says.

const folder = join(import.meta.dirname, '../docs/reference');
for (const { name, text } of referencePages()) writeFileSync(join(folder, name), text);
