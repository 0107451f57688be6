/**
 * The screen as a piece of glass: how large a millimetre is, how it stands, and how far up a hand reaches.
 * One `rem` is one centimetre on the glass, within what the layout needs; sizes in the style sheets are in rem, those of targets in `--mm`.
 */
import { useLayoutEffect } from 'react';
import type { ShopView } from '../app/view.ts';

export interface Glass {
  readonly shape: 'portrait' | 'landscape';
  /** Pixels of one centimetre of the layout (1 rem): larger in easy view, smaller where the glass is too small for it. */
  readonly rem_px: number;
  /** Pixels of one millimetre of the real glass: fingers don't shrink with the layout. */
  readonly mm_px: number;
  /** `tight`: fewer than 190 mm of height; words and targets stay, everything between them shrinks. */
  readonly room: 'ample' | 'tight';
  /** Pixels at the top that are too high to reach. */
  readonly beyondReach_px: number;
  /** How far down a QR goes in its place for a phone in a low hand: 0 to its top, 1 to its bottom. */
  readonly qrDown: number;
}

/** Smallest and largest glass, in mm, for which the layout is drawn: beyond them everything scales. */
const LAYOUT = {
  portrait: { least: { width: 168, height: 290 }, most: { width: 340 } },
  landscape: { least: { width: 280, height: 168 }, most: { width: 600 } },
} as const;
/** Easy view shows everything larger, as far as the same things still fit. */
const EASY = { zoom: 1.25, squeeze: 0.88 } as const;
const TIGHT_rem = 19;
/** The layout needs this share of the height below the reach line, however low that is. */
const LEAST_REACH = 0.5;
/** A phone in a low hand looks at 900 to 1200 mm from the floor. */
const QR_middle_mm = 1050;
/** Parts of the height between which the middle of a QR can lie. */
const QR_RANGE = { top: 0.42, bottom: 0.62 } as const;

/** @param width height of the viewport in CSS pixels */
export function glassOf(viewport: { width: number; height: number }, display: ShopView['display'], easyView: boolean): Glass {
  const shape = viewport.width > viewport.height ? 'landscape' : 'portrait';
  const { least, most } = LAYOUT[shape];
  const zoom = easyView ? EASY.zoom : 1;
  const squeeze = easyView ? EASY.squeeze : 1;
  const mm_px = viewport.width / display.width_mm;
  const largest_px = Math.min(viewport.width / (least.width * squeeze), viewport.height / (least.height * squeeze));
  const smallest_px = viewport.width / most.width;
  const reach = (display.lowReach_mm - display.bottomFromFloor_mm) / display.height_mm;
  const qrMiddle = (display.bottomFromFloor_mm + display.height_mm - QR_middle_mm) / display.height_mm;
  const rem_px = 10 * Math.min(Math.max(mm_px * zoom, smallest_px), largest_px);
  return {
    shape,
    rem_px,
    mm_px,
    room: viewport.height / rem_px < TIGHT_rem ? 'tight' : 'ample',
    qrDown: Math.min(1, Math.max(0, (qrMiddle - QR_RANGE.top) / (QR_RANGE.bottom - QR_RANGE.top))),
    beyondReach_px: easyView ? Math.round(viewport.height * (1 - Math.min(1, Math.max(LEAST_REACH, reach)))) : 0,
  };
}

/** Keeps the root element's unit, shape and reach in step with the window. */
export function useGlass(display: ShopView['display'] | undefined, easyView: boolean): void {
  useLayoutEffect(() => {
    const fit = (): void => {
      const root = document.documentElement;
      const viewport = { width: window.innerWidth, height: window.innerHeight };
      const known = display ?? { width_mm: viewport.width / 3.6, height_mm: viewport.height / 3.6, bottomFromFloor_mm: 0, lowReach_mm: 0 };
      const glass = glassOf(viewport, known, easyView);
      root.style.fontSize = `${glass.rem_px}px`;
      root.style.setProperty('--mm', `${glass.mm_px}px`);
      root.style.setProperty('--beyond', `${glass.beyondReach_px}px`);
      root.style.setProperty('--qr-down', `${glass.qrDown}`);
      root.dataset['shape'] = glass.shape;
      root.dataset['room'] = glass.room;
      root.dataset['easy'] = String(easyView);
    };
    fit();
    window.addEventListener('resize', fit);
    return () => window.removeEventListener('resize', fit);
  }, [display, easyView]);
}
