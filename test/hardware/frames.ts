/** `FA FB 41 …` as bytes; anything behind `#` on a line explains it. */
export function bytesOf(annotated: string): Uint8Array {
  const words = annotated
    .split('\n')
    .map((line) => line.split('#')[0] ?? '')
    .join(' ')
    .split(/\s+/)
    .filter((word) => word !== '');
  return Uint8Array.from(words, (word) => Number.parseInt(word, 16));
}
