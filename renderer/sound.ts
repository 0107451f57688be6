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
const RESUME_ms = 300;
const LOUDNESS = 0.2;

/** A context that the browser holds back has no sound now, and must not play it when somebody touches the screen later. */
async function play(context: AudioContext, notes: readonly Note[]): Promise<void> {
  if (context.state === 'suspended') await Promise.race([context.resume(), new Promise((resolve) => setTimeout(resolve, RESUME_ms))]);
  if (context.state !== 'running') return;
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

/** What counts as a user's activation (HTML §6.4.2) and ends an action. */
const GESTURES = ['pointerup', 'keydown', 'click'] as const;

/** Plays when a screen follows another one; a page that was just loaded stays quiet. */
export function useSound(screen: ScreenName | undefined, on: boolean): void {
  const before = useRef<ScreenName>(undefined);
  const context = useRef<AudioContext>(null);
  // A browser lets a page sound from the first touch on; one that was opened by us needs none (main/chromium.ts, main/window.ts).
  useEffect(() => {
    if (!on) return undefined;
    const unlock = (): void => void (context.current ??= new AudioContext()).resume();
    GESTURES.forEach((gesture) => addEventListener(gesture, unlock, { once: true }));
    return () => GESTURES.forEach((gesture) => removeEventListener(gesture, unlock));
  }, [on]);
  useEffect(() => {
    const notes = screen && SOUNDS[screen];
    if (on && notes && before.current !== undefined && before.current !== screen)
      void play((context.current ??= new AudioContext()), notes);
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
