import { useEffect, useRef, useState } from 'react';

/** What the stream says: which case, and what happened to it. */
export interface News {
  readonly id: string;
  readonly caseId: string;
  readonly kind: string;
  readonly by?: { readonly id: string };
  readonly to?: { readonly id: string };
}

const AGAIN_MS = 2000;

/** Listens to the stream. After a break it goes on after the last event; whenever it connects again everything is read anew. */
export function useLive(onNews: (news: News | undefined) => void): boolean {
  const [isLive, setLive] = useState(false);
  const latest = useRef(onNews);
  latest.current = onNews;
  useEffect(() => {
    const seen = new Set<string>();
    let last = '';
    let timer: ReturnType<typeof setTimeout>;
    function open(): EventSource {
      const opened = new EventSource(`/api/desk/events?cursor=${last}`);
      opened.onopen = () => {
        setLive(true);
        latest.current(undefined);
      };
      opened.onerror = () => {
        setLive(false);
        // A browser comes again by itself after a lost connection, but never after an answer such as 503.
        if (opened.readyState !== EventSource.CLOSED) return;
        timer = setTimeout(() => {
          source = open();
        }, AGAIN_MS);
      };
      opened.addEventListener('case', (event) => {
        const news: News = JSON.parse((event as MessageEvent<string>).data);
        if (seen.has(news.id)) return;
        seen.add(news.id);
        last = news.id;
        latest.current(news);
      });
      return opened;
    }
    let source = open();
    return () => {
      clearTimeout(timer);
      source.close();
    };
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
