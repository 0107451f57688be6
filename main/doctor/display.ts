/** Can a customer read and scan what this screen shows? From the configuration, and from what the panel allows. */
import type { Config } from '../../app/config.ts';
import { themeProblems } from '../../app/theme.ts';
import { backlightProblem, BACKLIGHTS, panelsIn } from '../backlight.ts';
import { doubtful, fine, type Finding, wrong } from './report.ts';

/** A phone at arm's length reads this without aiming. */
const WANTED_QR_mm = 50;
const LEAST_QR_mm = 40;
/** Smallest glass, in mm, on which the layout has its full size (renderer/glass.ts); on a smaller one everything shrinks alike. */
const FULL_SIZE = { portrait: { width: 168, height: 290 }, landscape: { width: 280, height: 168 } } as const;
/** About the side of the code, without its margin, on exactly that glass. */
const QR_AT_FULL_SIZE_mm = { portrait: 90, landscape: 91 } as const;

/** @returns the least side of a payment's QR, in millimetres */
export function qrSide_mm({ width_mm, height_mm }: Config['display']): number {
  const shape = width_mm > height_mm ? 'landscape' : 'portrait';
  const full = FULL_SIZE[shape];
  return QR_AT_FULL_SIZE_mm[shape] * Math.min(1, width_mm / full.width, height_mm / full.height);
}

export function examineDisplay({ display, shop }: Config): Finding[] {
  const side_mm = Math.round(qrSide_mm(display));
  const size = `${display.width_mm} × ${display.height_mm} mm, payment QR at least about ${side_mm} mm wide`;
  const mend = `Measure the glass and correct display.width_mm and height_mm, or use a larger screen: ${WANTED_QR_mm} mm are wanted.`;
  const colours = themeProblems(shop);
  return [
    side_mm < LEAST_QR_mm ? wrong('display', size, mend) : side_mm < WANTED_QR_mm ? doubtful('display', size, mend) : fine('display', size),
    ...colours.map(({ path, message }) =>
      doubtful('contrast', `${path.join('.')}: ${message}`, 'Choose a darker accent or a lighter ground.'),
    ),
    ...(colours.length === 0 ? [fine('contrast', 'every word reaches 7 : 1 on its ground')] : []),
  ];
}

/** @param folder of the panels, as Linux shows them */
export function examineBacklight(folder: string = BACKLIGHTS): Finding[] {
  const panels = panelsIn(folder);
  if (panels.length === 0) return [fine('brightness', 'no panel here lets a program set it; set the monitor as bright as it gets')];
  return panels.map((panel) => {
    const problem = backlightProblem(folder, panel);
    if (problem === null) return fine('brightness', `${panel} is raised for QR codes`);
    const rule = `SUBSYSTEM=="backlight", RUN+="/bin/chgrp video /sys%p/brightness", RUN+="/bin/chmod g+w /sys%p/brightness"`;
    return doubtful('brightness', problem, `Put ${rule} into a file in /etc/udev/rules.d, and the kiosk’s user into the group video.`);
  });
}
