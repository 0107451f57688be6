/** Three short sounds for eyes that are elsewhere: paid, came out, failed. And a voice, where the shop wants one. */
import { useEffect, useRef } from 'react';
import type { ScreenName } from '../app/view.ts';

/** Frequency in hertz, start in seconds. */
type Note = readonly [number, number];
const PAID: readonly Note[] = [
  [784, 0],
  [1047, 0.14],
];
const DISPENSED: readonly Note[] = [
  [659, 0],
  [784, 0.12],
  [1047, 0.24],
];
const FAILED: readonly Note[] = [
  [440, 0],
  [349, 0.22],
];
const SOUNDS: Partial<Record<ScreenName, readonly Note[]>> = { dispensing: PAID, thanks: DISPENSED, refunding: FAILED };
const LENGTH_s = 0.35;
const LOUDNESS = 0.2;

function play(context: AudioContext, notes: readonly Note[]): void {
  for (const [frequency, after_s] of notes) {
    const start_s = context.currentTime + after_s;
    const oscillator = new OscillatorNode(context, { type: 'sine', frequency });
    const gain = new GainNode(context, { gain: 0 });
    gain.gain.setValueAtTime(0, start_s);
    gain.gain.linearRampToValueAtTime(LOUDNESS, start_s + 0.02);
    gain.gain.exponentialRampToValueAtTime(0.001, start_s + LENGTH_s);
    oscillator.connect(gain).connect(context.destination);
    oscillator.start(start_s);
    oscillator.stop(start_s + LENGTH_s);
  }
}

/** Plays when a screen follows another one; a page that was just loaded stays quiet. */
export function useSound(screen: ScreenName | undefined, on: boolean): void {
  const before = useRef<ScreenName>(undefined);
  const context = useRef<AudioContext>(null);
  useEffect(() => {
    const notes = screen && SOUNDS[screen];
    if (on && notes && before.current !== undefined && before.current !== screen) play((context.current ??= new AudioContext()), notes);
    before.current = screen;
  }, [screen, on]);
}

export function useSpeech(sentence: string, lang: string, on: boolean): void {
  useEffect(() => {
    if (!on || sentence === '' || !('speechSynthesis' in window)) return undefined;
    const utterance = new SpeechSynthesisUtterance(sentence);
    utterance.lang = lang;
    speechSynthesis.speak(utterance);
    return () => speechSynthesis.cancel();
  }, [sentence, lang, on]);
}
