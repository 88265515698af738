/** Writes that were prepared and never begun: a push or a batch does nothing until it is iterated, which is easily forgotten. */

/** Something that is to be begun. */
export class Intention {
  /** In words, such as "a push". */
  readonly what: string;
  /** Whether it was given up on purpose. */
  readonly isDropped: () => boolean;

  constructor(owner: object, what: string, isDropped: () => boolean) {
    this.what = what;
    this.isDropped = isDropped;
    if (intentions.size === 0) {
      process.on("beforeExit", warnOfAll);
    }
    intentions.add(this);
    collected.register(owner, this, this);
  }

  /** Takes note that it was begun. A second time does nothing. */
  begin(): void {
    collected.unregister(this);
    intentions.delete(this);
    if (intentions.size === 0) {
      process.off("beforeExit", warnOfAll);
    }
  }
}

const intentions = new Set<Intention>();
const collected = new FinalizationRegistry<Intention>(warnOf);

function warnOfAll(): void {
  for (const intention of intentions) {
    warnOf(intention);
  }
}

function warnOf(intention: Intention): void {
  intention.begin();
  if (!intention.isDropped()) {
    const message = `${intention.what} was never iterated, so that nothing was sent; loop over it with "for await", or await its all()`;
    process.emitWarning(message, { type: "BrightpearlWarning", code: "BRIGHTPEARL_NOT_ITERATED" });
  }
}
