/** Who listens to which topic in this process. */
export interface Topics {
  /** Adds a listener; the result removes it and tells whether the topic has none left. */
  add(topic: string, listener: (message: string) => void): () => boolean;
  emit(topic: string, message: string): void;
}

/** An empty register. */
export function createTopics(): Topics {
  const listeners = new Map<string, Set<{ readonly call: (message: string) => void }>>();
  return {
    add(topic, listener) {
      const entry = { call: listener };
      const known = listeners.get(topic) ?? new Set();
      listeners.set(topic, known.add(entry));
      return () => {
        known.delete(entry);
        if (known.size > 0) return false;
        if (listeners.get(topic) === known) listeners.delete(topic);
        return true;
      };
    },
    emit(topic, message) {
      for (const listener of listeners.get(topic) ?? []) listener.call(message);
    },
  };
}
