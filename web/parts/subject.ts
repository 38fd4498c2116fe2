/** A subject before anybody's name is put in: what is filled in for each person is left open. */
export function subjectOf(template: string): string {
  return template.replaceAll(/\{\{.*?\}\}/gs, '…') || 'follow-up';
}
