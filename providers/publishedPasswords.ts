import { dictionary } from '@zxcvbn-ts/language-common';

/** The fifty thousand passwords that breaches have published most often (zxcvbn-ts): held against every new one, without asking anybody. */
export const publishedPasswords: ReadonlySet<string> = new Set(dictionary['passwords-common']);
