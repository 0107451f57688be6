/**
 * A QR that phones read: black on pure white, error correction M, four modules of quiet zone (ISO/IEC 18004),
 * and whole device pixels for every module.
 */
import { create } from 'qrcode';
import { useLayoutEffect, useMemo, useRef, useState } from 'react';

const QUIET_modules = 4;

/** One path of horizontal runs: neighbouring dark modules have no seam between them. */
function darkPath(data: Uint8Array, size: number): string {
  let path = '';
  for (let row = 0; row < size; row += 1)
    for (let column = 0; column < size; column += 1) {
      if (!data[row * size + column]) continue;
      const start = column;
      while (column < size && data[row * size + column]) column += 1;
      path += `M${start + QUIET_modules} ${row + QUIET_modules}h${column - start}v1h${start - column}z`;
    }
  return path;
}

/** @param least_mm of a module, where the code may be larger than its place in the style sheet */
export function QrCode({ url, label, testId, least_mm = 0 }: { url: string; label: string; testId?: string; least_mm?: number }) {
  const frame = useRef<HTMLDivElement>(null);
  const [side_px, setSide] = useState(0);
  const { path, modules } = useMemo(() => {
    const { modules } = create(url, { errorCorrectionLevel: 'M' });
    return { path: darkPath(modules.data, modules.size), modules: modules.size + 2 * QUIET_modules };
  }, [url]);

  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return undefined;
    const fit = (): void => {
      if (least_mm > 0) {
        const mm_px = Number.parseFloat(document.documentElement.style.getPropertyValue('--mm')) * devicePixelRatio;
        element.style.setProperty('--least', `${(Math.ceil(least_mm * mm_px) * modules) / devicePixelRatio}px`);
      }
      const room_px = Math.min(element.clientWidth, element.clientHeight) * devicePixelRatio;
      setSide((Math.max(1, Math.floor(room_px / modules)) * modules) / devicePixelRatio);
    };
    fit();
    const observer = new ResizeObserver(fit);
    observer.observe(element);
    return () => observer.disconnect();
  }, [modules, least_mm]);

  return (
    <div ref={frame} className="qr" data-testid={testId}>
      <svg role="img" aria-label={label} viewBox={`0 0 ${modules} ${modules}`} width={side_px} height={side_px} shapeRendering="crispEdges">
        <rect width={modules} height={modules} fill="#fff" />
        <path d={path} fill="#000" />
      </svg>
    </div>
  );
}
