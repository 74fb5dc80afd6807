import { useEffect, useRef, useState } from 'react';

/** What the stream says: which case, and what happened to it. */
export interface News {
  readonly id: string;
  readonly caseId: string;
  readonly kind: string;
  readonly by?: { readonly id: string };
  readonly to?: { readonly id: string };
}

/** Listens to the stream. The browser resumes after the last event by itself; whenever it connects again everything is read anew. */
export function useLive(onNews: (news: News | undefined) => void): boolean {
  const [isLive, setLive] = useState(false);
  const latest = useRef(onNews);
  latest.current = onNews;
  useEffect(() => {
    const source = new EventSource('/api/desk/events');
    const seen = new Set<string>();
    source.onopen = () => {
      setLive(true);
      latest.current(undefined);
    };
    source.onerror = () => setLive(false);
    source.addEventListener('case', (event) => {
      const news: News = JSON.parse((event as MessageEvent<string>).data);
      if (seen.has(news.id)) return;
      seen.add(news.id);
      latest.current(news);
    });
    return () => source.close();
  }, []);
  return isLive;
}

/** A short tone. A browser that has not been touched yet stays silent. */
export function ring(): void {
  try {
    const audio = new AudioContext();
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    volume.gain.value = 0.05;
    tone.connect(volume).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.15);
    tone.onended = () => void audio.close();
  } catch {
    // no sound here
  }
}
