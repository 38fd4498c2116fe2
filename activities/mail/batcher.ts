/**
 * Brings single requests together: while one batch is under way the next ones gather, so that many connections share one statement
 * and an idle one waits for nobody. `work` answers in the order of its items.
 */
export class Batcher<In, Out> {
  readonly #work: (items: In[]) => Promise<Out[]>;
  #gathering: { item: In; settle: (outcome: Promise<Out>) => void }[] = [];
  #running = false;

  constructor(work: (items: In[]) => Promise<Out[]>) {
    this.#work = work;
  }

  ask(item: In): Promise<Out> {
    return new Promise<Out>((resolve) => {
      this.#gathering.push({ item, settle: resolve });
      // A turn of the event loop later: whoever asks in the same turn comes along.
      if (!this.#running) {
        this.#running = true;
        setImmediate(() => void this.#run());
      }
    });
  }

  async #run(): Promise<void> {
    while (this.#gathering.length > 0) {
      const batch = this.#gathering;
      this.#gathering = [];
      const answers = this.#work(batch.map(({ item }) => item));
      for (const [index, { settle }] of batch.entries()) settle(answers.then((all) => all[index] as Out));
      await answers.catch(() => undefined); // each asker has the failure; the loop only waits for its end
    }
    this.#running = false;
  }
}
