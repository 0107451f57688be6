/** Business days and times of day in Japan, by arithmetic: the host's zone never enters. Japan has no summer time. */

const DAY_ms = 86_400_000;
const TOKYO_ms = 9 * 3_600_000;

/** Days since 1970-01-01, in Japan. */
export type JapanDay = number;

export const japanDay = (at_ms: number): JapanDay => Math.floor((at_ms + TOKYO_ms) / DAY_ms);
/** When that day begins in Japan, UTC. */
export const dayStart_ms = (day: JapanDay): number => day * DAY_ms - TOKYO_ms;
export const japanHour = (at_ms: number): number => Math.floor(((at_ms + TOKYO_ms) % DAY_ms) / 3_600_000);
/** 0 = Sunday. 1970-01-01 was a Thursday. */
export const weekday = (day: JapanDay): number => (((day + 4) % 7) + 7) % 7;

const two = (value: number): string => String(value).padStart(2, '0');

/** `2026-11-23`. Civil date from a day count, H. Hinnant, "chrono-Compatible Low-Level Date Algorithms". */
export function dayName(day: JapanDay): string {
  const shifted = day + 719_468;
  const era = Math.floor(shifted / 146_097);
  const ofEra = shifted - era * 146_097;
  const yearOfEra = Math.floor((ofEra - Math.floor(ofEra / 1460) + Math.floor(ofEra / 36_524) - Math.floor(ofEra / 146_096)) / 365);
  const ofYear = ofEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shiftedMonth = Math.floor((5 * ofYear + 2) / 153);
  const date = ofYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1;
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(date)}`;
}

/** @returns null when it is no date: `2026-02-30` neither */
export function dayNamed(name: string): JapanDay | null {
  const parts = /^(\d{4})-(\d{2})-(\d{2})$/.exec(name);
  if (parts === null) return null;
  const [year, month, date] = [Number(parts[1]), Number(parts[2]), Number(parts[3])];
  const shiftedYear = month <= 2 ? year - 1 : year;
  const era = Math.floor(shiftedYear / 400);
  const yearOfEra = shiftedYear - era * 400;
  const ofYear = Math.floor((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) + date - 1;
  const ofEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + ofYear;
  const day = era * 146_097 + ofEra - 719_468;
  return dayName(day) === name ? day : null;
}

/** @returns the day `2026-11-23` or the minute `2026-11-23T14:05` in Japan, from its first moment to the one after it */
export function spanNamed(name: string): { readonly from_ms: number; readonly to_ms: number } | null {
  const parts = /^(\d{4}-\d{2}-\d{2})(?:[T ]([01]\d|2[0-3]):([0-5]\d))?$/.exec(name);
  const day = dayNamed(parts?.[1] ?? '');
  if (parts === null || day === null) return null;
  if (parts[2] === undefined) return { from_ms: dayStart_ms(day), to_ms: dayStart_ms(day + 1) };
  const from_ms = dayStart_ms(day) + (Number(parts[2]) * 60 + Number(parts[3])) * 60_000;
  return { from_ms, to_ms: from_ms + 60_000 };
}

/** `14:05:09` in Japan. */
export function timeOfDay(at_ms: number): string {
  const of_s = Math.floor(((at_ms + TOKYO_ms) % DAY_ms) / 1000);
  return `${two(Math.floor(of_s / 3600))}:${two(Math.floor(of_s / 60) % 60)}:${two(of_s % 60)}`;
}

/** `2026-11-23 14:05:09` in Japan. */
export const dateTime = (at_ms: number): string => `${dayName(japanDay(at_ms))} ${timeOfDay(at_ms)}`;
