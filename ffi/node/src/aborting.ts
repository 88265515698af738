/** Who is told when a signal of the program is aborted. A signal has one listener for all of them: Node warns of more than ten. */

/** Those of a signal, and what listens for them. */
interface Told {
  readonly tells: Set<() => void>;
  readonly listener: () => void;
}

const told = new WeakMap<AbortSignal, Told>();

/** Calls something once when a signal is aborted, unless what this returns was called before. */
export function onAbort(signal: AbortSignal, tell: () => void): () => void {
  const { tells, listener } = told.get(signal) ?? listen(signal);
  tells.add(tell);
  return () => {
    tells.delete(tell);
    if (tells.size === 0 && told.get(signal)?.listener === listener) {
      signal.removeEventListener("abort", listener);
      told.delete(signal);
    }
  };
}

function listen(signal: AbortSignal): Told {
  const tells = new Set<() => void>();
  const listener = () => {
    told.delete(signal);
    for (const tell of [...tells]) {
      tell();
    }
  };
  signal.addEventListener("abort", listener, { once: true });
  const made = { tells, listener };
  told.set(signal, made);
  return made;
}
