/**
 * What must hold on every screen, judged from the page as it was laid out: nothing is cut off, nothing lies on something else, fingers find
 * every target and every word can be read (docs/screens.md).
 */

/** The glass that the page is shown on, as its configuration describes it. */
export interface Glass {
  readonly width_mm: number;
  readonly height_mm: number;
  readonly bottomFromFloor_mm: number;
  readonly lowReach_mm: number;
  /** Everything that is touched must be within reach. */
  readonly easyView: boolean;
  /** x-height that instructions and digit height that the amount must have here. */
  readonly instruction_mm: number;
  readonly amount_mm: number;
}

/** Runs inside the page, so it stands alone. @returns one sentence for everything that breaks a rule */
export function inspectScreen(glass: Glass): string[] {
  const TARGET_mm = 20;
  const APART_mm = 4;
  const CONTRAST = 7;
  /** Where content may be longer than its place; it scrolls there, downwards only. */
  const SCROLLS = '.products, .selecting .stage, .cart-lines, .vends, .bill-lines, .sheet, .details';
  /** Letters of Noto Sans, in parts of the type size. */
  const X_HEIGHT = 0.54;
  const DIGIT_HEIGHT = 0.73;
  const ROUNDING_px = 1;

  interface Box {
    readonly left: number;
    readonly top: number;
    readonly right: number;
    readonly bottom: number;
  }
  const faults = new Set<string>();
  const { innerWidth: width_px, innerHeight: height_px } = window;
  const mm_px = width_px / glass.width_mm;
  const viewport: Box = { left: 0, top: 0, right: width_px, bottom: height_px };
  // Only what lies on top can be read and touched.
  const scope = [...document.querySelectorAll('dialog[open]')].at(-1) ?? document.body;

  const words = (node: Node): string => {
    const text = (node.textContent ?? '').trim().replace(/\s+/g, ' ');
    return `“${text.length > 24 ? `${text.slice(0, 23)}…` : text}”`;
  };
  const called = (element: Element): string =>
    `${element.className.toString().split(' ')[0] || element.tagName.toLowerCase()} ${words(element)}`;
  const empty = ({ left, top, right, bottom }: Box): boolean => right - left <= ROUNDING_px || bottom - top <= ROUNDING_px;
  const common = (a: Box, b: Box): Box => ({
    left: Math.max(a.left, b.left),
    top: Math.max(a.top, b.top),
    right: Math.min(a.right, b.right),
    bottom: Math.min(a.bottom, b.bottom),
  });
  const overlaps = (a: Box, b: Box): boolean => !empty(common(a, b));
  const inner = (element: Element): Box => {
    const { left, top } = element.getBoundingClientRect();
    const x = left + element.clientLeft;
    const y = top + element.clientTop;
    return { left: x, top: y, right: x + element.clientWidth, bottom: y + element.clientHeight };
  };
  const styles = new Map<Element, CSSStyleDeclaration>();
  const styleOf = (element: Element): CSSStyleDeclaration => {
    const known = styles.get(element) ?? getComputedStyle(element);
    styles.set(element, known);
    return known;
  };
  const ancestors = (element: Element): Element[] => {
    const list: Element[] = [];
    for (let one = element.parentElement; one !== null; one = one.parentElement) list.push(one);
    return list;
  };
  const hidden = (element: Element): boolean =>
    !element.checkVisibility({ opacityProperty: true, visibilityProperty: true, contentVisibilityAuto: true }) ||
    [element, ...ancestors(element)].some((one) => styleOf(one).clipPath === 'inset(50%)' || one.tagName === 'svg');

  /** What is left of a box after everything around it that cuts; says when something is cut that can't be scrolled to. */
  function seen(frames: readonly Element[], box: Box, name: string): Box {
    let left = box;
    let judged = box;
    for (const around of frames) {
      if (around === document.body || around === document.documentElement) break;
      const { overflowX, overflowY, position } = styleOf(around);
      if (overflowX !== 'visible' || overflowY !== 'visible') {
        const frame = inner(around);
        const scrolls = around.matches(SCROLLS) && overflowY === 'auto';
        const [above, below] = [frame.top - around.scrollTop, frame.top - around.scrollTop + around.scrollHeight];
        if (judged.left < frame.left - ROUNDING_px || judged.right > frame.right + ROUNDING_px)
          faults.add(`${name} is cut off at the side of ${called(around).split(' ')[0]}`);
        if (
          scrolls
            ? judged.top < above - ROUNDING_px || judged.bottom > below + ROUNDING_px
            : judged.top < frame.top - ROUNDING_px || judged.bottom > frame.bottom + ROUNDING_px
        )
          faults.add(`${name} is cut off by ${called(around).split(' ')[0]}`);
        left = common(left, frame);
        if (scrolls) judged = frame;
      }
      if (position === 'fixed') break;
    }
    if (
      judged.left < -ROUNDING_px ||
      judged.right > width_px + ROUNDING_px ||
      judged.top < -ROUNDING_px ||
      judged.bottom > height_px + ROUNDING_px
    )
      faults.add(`${name} is beyond the edge of the screen`);
    return common(left, viewport);
  }

  // ---------------------------------------------------------------- words
  interface Line {
    readonly element: Element;
    readonly name: string;
    readonly box: Box;
  }
  const lines: Line[] = [];
  const spoken = new Set<Element>();
  const walker = document.createTreeWalker(scope, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    const element = node.parentElement;
    if (element === null || !node.textContent?.trim() || hidden(element)) continue;
    spoken.add(element);
    const range = document.createRange();
    range.selectNodeContents(node);
    const half_px = Number.parseFloat(styleOf(element).fontSize) / 2;
    for (const { left, right, top, bottom } of range.getClientRects()) {
      if (right - left < ROUNDING_px) continue;
      // A line's box is taller than its letters.
      const middle = (top + bottom) / 2;
      const letters = { left, right, top: Math.max(top, middle - half_px), bottom: Math.min(bottom, middle + half_px) };
      const name = words(node);
      const box = seen([element, ...ancestors(element)], letters, name);
      if (!empty(box)) lines.push({ element, name, box });
    }
  }
  for (const [index, one] of lines.entries())
    for (const other of lines.slice(index + 1))
      if (one.element !== other.element && overlaps(one.box, other.box)) faults.add(`${one.name} lies on ${other.name}`);

  // ---------------------------------------------------------------- codes
  for (const qr of scope.querySelectorAll('.qr > svg')) {
    if (hidden(qr.parentElement!)) continue;
    const box = seen(ancestors(qr), qr.getBoundingClientRect(), 'the QR');
    for (const line of lines) if (overlaps(line.box, box)) faults.add(`${line.name} lies on the QR`);
  }

  if (document.documentElement.scrollWidth > width_px) faults.add('the page scrolls sideways');
  if (document.documentElement.scrollHeight > height_px || document.body.scrollHeight > height_px) faults.add('the page scrolls');

  // ---------------------------------------------------------------- targets
  const targets = [...scope.querySelectorAll('button, a[href], input, select')]
    .filter((element) => !hidden(element))
    .map((element) => {
      const whole = element.getBoundingClientRect();
      return { element, name: called(element), whole, box: seen(ancestors(element), whole, called(element)) };
    });
  const mm = (px: number): string => `${(px / mm_px).toFixed(1)} mm`;
  const highest_px = height_px * (1 - (glass.lowReach_mm - glass.bottomFromFloor_mm) / glass.height_mm);
  for (const [index, { element, name, whole, box }] of targets.entries()) {
    if (whole.width < TARGET_mm * mm_px - ROUNDING_px) faults.add(`${name} is only ${mm(whole.width)} wide`);
    if (whole.height < TARGET_mm * mm_px - ROUNDING_px) faults.add(`${name} is only ${mm(whole.height)} high`);
    if (empty(box)) continue;
    if (glass.easyView && box.top < highest_px - ROUNDING_px) faults.add(`${name} is ${mm(highest_px - box.top)} beyond reach`);
    for (const other of targets.slice(index + 1)) {
      if (empty(other.box)) continue;
      const x = Math.max(other.box.left - box.right, box.left - other.box.right, 0);
      const y = Math.max(other.box.top - box.bottom, box.top - other.box.bottom, 0);
      if (Math.hypot(x, y) < APART_mm * mm_px - ROUNDING_px) faults.add(`${name} is only ${mm(Math.hypot(x, y))} from ${other.name}`);
    }
    for (const line of lines) if (!element.contains(line.element) && overlaps(line.box, box)) faults.add(`${line.name} lies on ${name}`);
  }

  // ---------------------------------------------------------------- reading
  type Colour = readonly [red: number, green: number, blue: number, alpha: number];
  const colourOf = (css: string): Colour => {
    const [red = 0, green = 0, blue = 0, alpha = 1] = (css.match(/[\d.]+/g) ?? []).map(Number);
    // What was mixed is said in parts of 1.
    const whole = css.startsWith('color(srgb') ? 255 : 1;
    return [red * whole, green * whole, blue * whole, alpha];
  };
  const over = (front: Colour, back: Colour): Colour => {
    const mix = (a: number, b: number): number => a * front[3] + b * (1 - front[3]);
    return [mix(front[0], back[0]), mix(front[1], back[1]), mix(front[2], back[2]), 1];
  };
  const ground = (element: Element): Colour =>
    [element, ...ancestors(element)]
      .map((one) => colourOf(styleOf(one).backgroundColor))
      .reduceRight<Colour>((back, front) => over(front, back), [255, 255, 255, 1]);
  // WCAG 2.2, relative luminance.
  const light = ([red, green, blue]: Colour): number => {
    const linear = (part: number): number => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue);
  };
  for (const element of spoken) {
    if (element.closest(':disabled')) continue;
    const back = ground(element);
    const [a, b] = [light(over(colourOf(styleOf(element).color), back)), light(back)];
    const contrast = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (contrast < CONTRAST) faults.add(`${called(element)} has a contrast of ${contrast.toFixed(1)}`);
  }
  const opaque = (one: Element): boolean => one.matches('img, svg, svg *') || colourOf(styleOf(one).backgroundColor)[3] > 0.5;
  for (const { element, name, box } of lines)
    for (const share of [0.1, 0.5, 0.9]) {
      const above = document.elementFromPoint(box.left + (box.right - box.left) * share, (box.top + box.bottom) / 2);
      if (above === null || above.contains(element) || element.contains(above)) continue;
      if ([above, ...ancestors(above)].some((one) => !one.contains(element) && opaque(one)))
        faults.add(`${name} is covered by ${called(above)}`);
    }
  const large = (selector: string, share: number, least_mm: number): void => {
    for (const element of scope.querySelectorAll(selector)) {
      if (hidden(element)) continue;
      const is_mm = (Number.parseFloat(styleOf(element).fontSize) * share) / mm_px;
      if (is_mm < least_mm) faults.add(`${called(element)} is written ${is_mm.toFixed(1)} mm high`);
    }
  };
  large('.instruction, .message h1, .message p, .question', X_HEIGHT, glass.instruction_mm);
  large('.amount', DIGIT_HEIGHT, glass.amount_mm);
  return [...faults];
}
