/** Of the workflow for each recipient. */
export const taskQueue = 'bench-per-recipient';
