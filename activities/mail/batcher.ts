/** How long a batch waits for more at most. */
const patienceMs = 20;

/**
 * Brings single requests together, so that many connections share one statement: while one batch is under way the next ones gather, and
 * a batch waits a moment for as many as are `worthwhile`. `work` answers in the order of its items.
 */
export class Batcher<In, Out> {
  readonly #work: (items: In[]) => Promise<Out[]>;
  #gathering: { item: In; settle: (outcome: Promise<Out>) => void }[] = [];
  #running = false;
  readonly #worthwhile: () => number;
  #isEnough: () => void = () => undefined;

  /** `worthwhile`: for how many requests no batch waits any longer; 1: waits for nobody. */
  constructor(work: (items: In[]) => Promise<Out[]>, worthwhile: () => number = () => 1) {
    this.#work = work;
    this.#worthwhile = worthwhile;
  }

  ask(item: In): Promise<Out> {
    return new Promise<Out>((resolve) => {
      this.#gathering.push({ item, settle: resolve });
      if (this.#gathering.length >= this.#worthwhile()) this.#isEnough();
      // A turn of the event loop later: whoever asks in the same turn comes along.
      if (!this.#running) {
        this.#running = true;
        setImmediate(() => void this.#run());
      }
    });
  }

  async #run(): Promise<void> {
    while (this.#gathering.length > 0) {
      await this.#gather(this.#worthwhile());
      const batch = this.#gathering;
      this.#gathering = [];
      const answers = this.#work(batch.map(({ item }) => item));
      for (const [index, { settle }] of batch.entries()) settle(answers.then((all) => all[index] as Out));
      await answers.catch(() => undefined); // each asker has the failure; the loop only waits for its end
    }
    this.#running = false;
  }

  #gather(enough: number): Promise<void> {
    if (this.#gathering.length >= enough) return Promise.resolve();
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, patienceMs);
      this.#isEnough = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
